"""Examples of a plug-in, beside it in its file: what the contract suite tries.

A file of a room may hold ``EXAMPLES``: a tuple of parameters, as a study would name them, and in
the place of parameters one of the shapes below where there is more to say. A plug-in that is tried
well enough by its name alone needs none. The suite under ``tests/contract`` reads them, so that a
new file is tested without an edit anywhere else.

A model's file may also hold ``EXCUSED``: those of scikit-learn's checks that the model cannot pass,
each with the reason.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any, TypeVar

from qml.errors import SpecError
from qml.registry import Room

__all__ = [
    "BackendExample",
    "DataExample",
    "Example",
    "KernelExample",
    "StepExample",
    "examples_of",
]


@dataclass(frozen=True)
class Example:
    """A plug-in of any kind.

    Parameters
    ----------
    parameters : mapping, default={}
        Parameters as a study names them; what is left out has its default.
    """

    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class BackendExample(Example):
    """A backend.

    Parameters
    ----------
    parameters : mapping, default={}
        Parameters as a study names them; what is left out has its default.
    noisy : bool, default=False
        True for results that differ from those of ideal qubits by more than the shots explain.
    """

    noisy: bool = False


@dataclass(frozen=True)
class KernelExample(Example):
    """A kernel.

    Parameters
    ----------
    parameters : mapping, default={}
        Parameters as a study names them; what is left out has its default.
    feature_map : str or mapping, default="zz"
        Feature map that suits the kernel.
    tolerance : float, default=1e-9
        Largest difference between two exact evaluations of one entry.
    estimated : bool, default=False
        True for entries that are guessed from others, so that their costs alone are tried.
    """

    feature_map: str | Mapping[str, Any] = "zz"
    tolerance: float = 1e-9
    estimated: bool = False


@dataclass(frozen=True)
class DataExample(Example):
    """A data set.

    Parameters
    ----------
    parameters : mapping, default={}
        Parameters as a study names them; what is left out has its default.
    files : mapping, default={}
        Texts by the name of the file in which the data set finds them.
    """

    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class StepExample(Example):
    """A preprocessing step that is for other rows than rows of numbers.

    Parameters
    ----------
    parameters : mapping, default={}
        Parameters as a study names them; what is left out has its default.
    train, test : sequence
        Rows that the step is fitted to, and rows that come later.
    """

    train: Sequence[Any] = ()
    test: Sequence[Any] = ()


Shape = TypeVar("Shape", bound=Example)


def examples_of(room: Room[object], shape: type[Shape]) -> dict[str, tuple[str, Shape]]:
    """Return every example of every plug-in of a room, with the plug-in's name, by a label.

    A plug-in whose package is not installed has none; `Room.missing` says why.

    Parameters
    ----------
    room : Room
        Plug-ins of one kind.
    shape : type
        Shape of that kind's examples.

    Raises
    ------
    SpecError
        If a file's ``EXAMPLES`` holds neither parameters nor that shape.

    Examples
    --------
    >>> from qml.losses import LOSSES
    >>> examples_of(LOSSES, Example)["hinge"]
    ('hinge', Example(parameters={}))
    """
    found: dict[str, tuple[str, Shape]] = {}
    for name in room.installed():
        module = room.module(name)
        given: object
        for given in getattr(module, "EXAMPLES", ({},)):
            example = shape(given) if isinstance(given, Mapping) else given
            if not isinstance(example, shape):
                kind = shape.__name__
                raise SpecError(
                    f"{module.__file__}: EXAMPLES holds mappings or {kind}, got {given!r}"
                )
            inside = ",".join(f"{key}={value}" for key, value in example.parameters.items())
            found[_new(f"{name}({inside})" if inside else name, found)] = (name, example)
    return found


def _new(label: str, taken: Collection[str]) -> str:
    """Return a label that is not taken: the second of one text is numbered 2."""
    numbered = (f"{label}#{number}" for number in count(2))
    return next(each for each in chain([label], numbered) if each not in taken)
