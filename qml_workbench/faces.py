"""Faces: the names that a package offers, each imported when it is first asked for.

A plug-in is offered under the name in its file's ``__all__``, read from the text of the file. So a
new file is part of its room's face as it lies there, and nothing is imported to find it.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

__all__ = ["face"]

_EXPORTED = re.compile(r"^__all__ = \[([^\]]*)\]", re.MULTILINE)
_NAME = re.compile(r"[\"'](\w+)[\"']")


def face(
    package: str, rooms: Sequence[str] = (), others: Mapping[str, Sequence[str]] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package; ``__all__`` is one of the attributes.

    Parameters
    ----------
    package : str
        Dotted name of the package that gets the face.
    rooms : sequence of str, default=()
        Dotted names of the rooms whose plug-ins it offers.
    others : mapping or None, default=None
        Further names that it offers, by the dotted name of the module that has them.

    Examples
    --------
    >>> import qml.kernels
    >>> attribute, _ = face("qml.kernels", ["qml.kernels"])
    >>> attribute("FidelityKernel").__module__
    'qml.kernels.fidelity'
    """
    known: dict[str, str] = {}

    def names() -> dict[str, str]:
        if not known:
            for module, offered in (others or {}).items():
                known.update(dict.fromkeys(offered, module))
            for room in rooms:
                known.update(_plugins(package, room))
        return known

    def attribute(name: str) -> Any:
        if name == "__all__":
            return sorted(names())
        if name.startswith("_") or name not in names():
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(names()[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    def listed() -> list[str]:
        return sorted({*vars(sys.modules[package]), *names()})

    return attribute, listed


def _plugins(package: str, room: str) -> dict[str, str]:
    """Return the name of every plug-in of a room with its module; nothing is imported for it."""
    inside = room.removeprefix(package).strip(".").split(".")
    folder = Path(sys.modules[package].__path__[0]).joinpath(*inside)
    return {
        name: f"{room}.{file.stem}"
        for file in sorted(folder.glob("[!_]*.py"))
        for exported in _EXPORTED.findall(file.read_text("utf-8"))
        for name in _NAME.findall(exported)
    }
