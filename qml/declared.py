"""Estimators declared by typed fields: one declaration, one check, one description of each.

A parameter is an annotated attribute with its default, as in every other plug-in, and what it may
be stands in its annotation. Types and ranges are checked when a model is fitted and by a study
before anything runs, both times by `qml.registry.check_parameters`. What a fit leaves behind is
``field(init=False)`` where it has an annotation at all.
"""

from __future__ import annotations

import inspect
from abc import ABC
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, TypeAlias, dataclass_transform

import numpy as np
from numpy.typing import ArrayLike
from pydantic import Field, FiniteFloat, PlainValidator
from pydantic_core import PydanticCustomError
from sklearn.base import BaseEstimator

from qml.docstrings import composed
from qml.registry import check_parameters

__all__ = ["Declared", "Layers", "NonNegativeReal", "Numbers", "PositiveReal", "Seed", "declare"]


def _numbers(value: Any) -> Any:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        array = np.empty(())
    if not array.ndim:
        raise PydanticCustomError("array", "Input should be an array of numbers")
    return value


PositiveReal: TypeAlias = Annotated[FiniteFloat, Field(gt=0)]
NonNegativeReal: TypeAlias = Annotated[FiniteFloat, Field(ge=0)]
#: Layers of a circuit of a model's own, and copies of one: more are not made in any time.
Layers: TypeAlias = Annotated[int, Field(ge=1, le=10_000)]
#: What scikit-learn takes for a `random_state`.
Seed: TypeAlias = Annotated[int, Field(ge=0, le=2**32 - 1)] | np.random.RandomState | None
Numbers: TypeAlias = Annotated[ArrayLike, PlainValidator(_numbers)]


def declare(cls: type[Any], kw_only: bool) -> None:
    """Make a class a dataclass of its and its bases' fields, described in one docstring.

    Parameters
    ----------
    cls : type
        Class that was just written, as its base's ``__init_subclass__`` gets it.
    kw_only : bool
        Choice of parameters by keyword alone, the class's own before those of its bases.

    Raises
    ------
    TypeError
        If a parameter has a new default and no annotation, which a dataclass would not see.
    """
    cls._written = vars(cls).get("__doc__") or ""
    dataclass(kw_only=kw_only, eq=False, repr=False)(cls)
    signature = inspect.signature(vars(cls)["__init__"])
    _, *parameters = signature.parameters.values()
    annotated = vars(cls).get("__annotations__", {})
    for name, kind in ((parameter.name, parameter.annotation) for parameter in parameters):
        if name in vars(cls) and name not in annotated:
            problem = f"a parameter without an annotation, expected '{name}: {kind} = ...'"
            raise TypeError(f"{cls.__name__}.{name}: {problem}")
    if kw_only:
        names = [name for base in cls.__mro__ for name in vars(base).get("__annotations__", {})]
        parameters.sort(key=lambda p: names.index(p.name) if p.name in names else len(names))
    cls.__signature__ = signature.replace(parameters=parameters)
    bases = [vars(base)["_written"] for base in cls.__mro__[1:] if "_written" in vars(base)]
    defaults = {parameter.name: parameter.default for parameter in parameters}
    cls.__doc__ = composed(cls._written, bases, defaults)


@dataclass_transform(kw_only_default=True, eq_default=False, field_specifiers=(field,))
class Declared(BaseEstimator, ABC):
    """Base of the project's estimators, whose subclasses are keyword dataclasses.

    A subclass describes in its docstring the parameters and attributes that it adds or changes;
    the others' descriptions come from its bases. In ``help`` its own parameters come first.

    Examples
    --------
    >>> class Scaled(Declared):
    ...     factor: PositiveReal = 1.0
    >>> class Shifted(Scaled):
    ...     shift: float = 0.0
    >>> inspect.signature(Shifted)
    <Signature (*, shift: 'float' = 0.0, factor: 'PositiveReal' = 1.0) -> None>
    >>> Shifted(factor=2.0)
    Shifted(factor=2.0)
    """

    __signature__: ClassVar[inspect.Signature]
    _written: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declare(cls, kw_only=True)

    def _check_parameters(self) -> None:
        """Check every parameter's type and range.

        Raises
        ------
        SpecError
            Naming the parameter, what was got and what is allowed.
        """
        check_parameters(type(self), self.get_params(deep=False), type(self).__name__)
