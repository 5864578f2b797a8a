"""Names to plug-ins, by file: the only import by a name that a study or a user wrote.

A *room* is a package (or two) whose files are plug-ins of one kind. The stem is the plug-in's name,
and the one name in its ``__all__`` is the plug-in itself: a class, or a function that builds
something. A file whose name starts with an underscore serves the room and is no plug-in. So adding
a plug-in is one new file, and nothing but a file of the room can ever be imported by a name.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Generic, TypeVar

import numpy as np
from pydantic import ConfigDict, TypeAdapter, ValidationError

from qml.errors import SpecError, did_you_mean, reason_of

__all__ = ["Room", "check_parameters", "first_sentence", "parameters_of"]

_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")
_ALLOWED = "Input should be "  # how pydantic begins to say what is allowed

Plugin_co = TypeVar("Plugin_co", covariant=True)
Made = TypeVar("Made")


@dataclass(frozen=True)
class Room(Generic[Plugin_co]):
    """The plug-ins of one kind, ``Room[type[Optimizer]]`` or ``Room[Callable[..., Decision]]``.

    What it loads is of that type, and what it binds makes what a call of the type makes.

    Parameters
    ----------
    kind : str
        Word for a plug-in of this room in messages, such as ``"optimizer"``.
    packages : str or tuple of str
        Dotted names of the packages whose files they are.
    supplied : tuple of str, default=()
        Leading parameters that the workbench fills in, so that a user never names them.

    Examples
    --------
    >>> Room("backend", "qml.backends").load("exact").__name__
    'ExactBackend'
    """

    kind: str
    packages: str | tuple[str, ...]
    supplied: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Return the plug-ins' names, sorted."""
        return sorted(self._files())

    def module(self, name: object) -> ModuleType:
        """Return the plug-in's module.

        Raises
        ------
        SpecError
            If `name` is no file of this room; the message names the nearest one.
        """
        known = self._files()
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name not in known:
            raise SpecError(f"unknown {self.kind} {name!r}{did_you_mean(name, known)}", "name")
        try:
            return importlib.import_module(f"{known[name]}.{name}")
        except ModuleNotFoundError as error:
            package = error.name
        except (Exception, SystemExit) as error:  # somebody's file, which may do anything
            problem = f"{self.kind} {name!r} cannot be imported: {reason_of(error)}"
            raise SpecError(problem, "name") from None
        problem = f"{self.kind} {name!r} needs the package {package!r}, which is not installed"
        raise SpecError(problem, "name")

    def missing(self) -> dict[str, str]:
        """Return the plug-ins whose package is not installed, each with the line that says so."""
        told = {}
        for name in self.names():
            try:
                self.module(name)
            except SpecError as error:
                told[name] = error.problem
        return told

    def installed(self) -> list[str]:
        """Return the names of the plug-ins whose packages are all installed, sorted."""
        missing = self.missing()
        return [name for name in self.names() if name not in missing]

    def _files(self) -> dict[str, str]:
        """Return each plug-in's name and the package it lies in."""
        packages = (self.packages,) if isinstance(self.packages, str) else self.packages
        return {
            file.stem: package
            for package in packages
            for file in Path(str(importlib.import_module(package).__file__)).parent.glob("*.py")
            if not file.stem.startswith("_")
        }

    def load(self, name: object) -> Plugin_co:
        """Return the plug-in called `name`: the one object in its file's ``__all__``."""
        module = self.module(name)
        exported = getattr(module, "__all__", [])
        if len(exported) != 1:
            raise SpecError(
                f"{module.__file__}: __all__ must hold the one name of the {self.kind}, "
                f"got {exported!r}"
            )
        plugin: Plugin_co = getattr(module, exported[0])
        return plugin

    def bind(self: Room[Callable[..., Made]], spec: object) -> Callable[..., Made]:
        """Return the plug-in with its parameters checked and filled in, ready to be called.

        Parameters
        ----------
        spec : str or mapping
            Name of the plug-in, ``"zz"``, or ``{"name": "zz", "reps": 1}`` where parameters differ
            from the defaults.

        Raises
        ------
        SpecError
            If the name, a parameter's name or a parameter's type is wrong.
        """
        if not isinstance(spec, Mapping):
            return self.bind_named(spec, {})
        parameters = dict(spec)
        name = parameters.pop("name", None)
        if name is None:
            raise SpecError(f"missing: the {self.kind}{did_you_mean('', self.names())}", "name")
        return self.bind_named(name, parameters)

    def bind_named(
        self: Room[Callable[..., Made]], name: object, parameters: Mapping[str, Any]
    ) -> Callable[..., Made]:
        """Do the same for a name and parameters that come apart."""
        plugin = self.load(name)
        checked = check_parameters(plugin, parameters, f"{self.kind} {name!r}", self.supplied)
        return functools.partial(plugin, **checked)


def parameters_of(plugin: Callable[..., Any], supplied: tuple[str, ...] = ()) -> list[str]:
    """Return the names of the parameters that a user may set on `plugin`."""
    return [
        name
        for name, parameter in inspect.signature(plugin).parameters.items()
        if name not in supplied
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def check_parameters(
    plugin: Callable[..., Any],
    parameters: Mapping[str, Any],
    owner: str,
    supplied: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Check names, and types where the signature has annotations.

    Parameters
    ----------
    plugin : callable
        Class or function that will receive the parameters.
    parameters : mapping
        Values by the parameters' names.
    owner : str
        Words by which the message names the plug-in, such as ``"optimizer 'aqgd'"``.
    supplied : tuple of str, default=()
        Parameters that are not the user's to set.

    Returns
    -------
    dict
        The parameters, unchanged but for an int that became the float it is asked to be, a scalar
        of NumPy's that became Python's, and a mapping that became a dictionary.

    Raises
    ------
    SpecError
        Naming the parameter, what was got and what is allowed.
    """
    allowed = parameters_of(plugin, supplied)
    hints = _hints(plugin)
    checked = {}
    for name, value in parameters.items():
        if name not in allowed:
            raise SpecError(f"unknown parameter of {owner}{did_you_mean(name, allowed)}", str(name))
        checked[name] = _check_type(name, value, hints[name]) if name in hints else value
    return checked


@functools.cache
def _hints(plugin: Callable[..., Any]) -> dict[str, Any]:
    """Return the parameters' annotations, each resolved in the module that wrote it."""
    target = plugin
    if inspect.isclass(plugin) and not dataclasses.is_dataclass(plugin):
        target = plugin.__init__  # a dataclass's own has the annotations of other modules
    hints = typing.get_type_hints(target, include_extras=True)
    initial = dataclasses.InitVar
    return {name: hint.type if isinstance(hint, initial) else hint for name, hint in hints.items()}


def _check_type(name: str, value: Any, hint: Any) -> Any:
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, Mapping):
        plain = dict(value)  # strictly, pydantic takes no other mapping
    try:
        checked = _adapter(hint).validate_python(plain, strict=True)
        return value if isinstance(value, str) else checked  # a name may bring a ledger along
    except ValidationError as error:
        problems = error.errors(include_url=False)
    where = "".join(f"[{part}]" for part in problems[0]["loc"] if isinstance(part, int))
    # a union has a problem for each of its members: all of them together are what is allowed
    first, *others = dict.fromkeys(problem["msg"] for problem in problems)
    others = [other.removeprefix(_ALLOWED) for other in others]
    if type(None) in typing.get_args(hint):
        others.append("None")
    got = " ".join(repr(value).split())
    raise SpecError(f"{' or '.join([first, *others])} (got {got})", f"{name}{where}")


@functools.cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    try:
        return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
    except Exception:  # pydantic refuses a config where the type brings its own
        return TypeAdapter(hint)


def first_sentence(plugin: object) -> str:
    """Return the first sentence of a plug-in's docstring, on one line; "et al." ends none."""
    text = " ".join((inspect.getdoc(plugin) or "").split("\n\n")[0].split())
    return re.split(r"\.\s+(?=[A-Z])", text)[0].rstrip(".")
