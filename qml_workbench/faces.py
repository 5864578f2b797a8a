"""Faces: the names that a package offers, each imported when it is first asked for.

A plug-in is offered under the name in its file's ``__all__``, read from the text of the file. So a
new file is part of its room's face as it lies there, and nothing is imported to find it. The rooms
and modules inside the package are there when they are asked for, too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

__all__ = ["face"]


class _Offer(NamedTuple):
    """Module that has a name, and the packages that it cannot be imported without."""

    module: str
    packages: frozenset[str] = frozenset()


def face(
    package: str, rooms: Sequence[str] = (), others: Mapping[str, Sequence[str]] | None = None
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return ``__getattr__`` and ``__dir__`` of a package; ``__all__`` is one of the attributes.

    The face adds to an ``__all__`` that is written in the package. A name whose file needs a
    package that is not installed is left out of ``__all__``, and says so where it is asked for.

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
    module = sys.modules[package]
    written = dict.fromkeys(vars(module).pop("__all__", ()), _Offer(package))  # it hides the face's
    known: dict[str, _Offer] = {}

    def offers() -> dict[str, _Offer]:
        if not known:
            given = (others or {}).items()
            further = [(name, _Offer(place)) for place, names in given for name in names]
            plugins = [found for room in rooms for found in _plugins(package, room)]
            known.update(_once_each(package, [*written.items(), *further, *plugins]))
        return known

    def attribute(name: str) -> Any:
        if name == "__all__":
            return _usable(offers())
        if not name.startswith("_"):
            if name in _inside(module):
                return _imported(f"{package}.{name}", f"{package}.{name}")
            if name in offers():
                value = getattr(_imported(f"{package}.{name}", offers()[name].module), name)
                setattr(module, name, value)
                return value
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    def listed() -> list[str]:
        dunders = [name for name in vars(module) if name.startswith("__")]
        return sorted({"__all__", *dunders, *_usable(offers()), *_inside(module)})

    return attribute, listed


def _inside(module: ModuleType) -> set[str]:
    """Return the names of the rooms and modules that lie in a package's folder."""
    folder = Path(module.__path__[0])
    rooms = {file.parent.name for file in folder.glob("[!_.]*/__init__.py")}
    return rooms | {file.stem for file in folder.glob("[!_.]*.py")}


def _plugins(package: str, room: str) -> Iterator[tuple[str, _Offer]]:
    """Yield the name of every plug-in of a room with its module; nothing is imported for it."""
    inside = room.removeprefix(package).strip(".").split(".")
    folder = Path(sys.modules[package].__path__[0]).joinpath(*inside)
    for file in sorted(folder.glob("[!_.]*.py")):
        tree = ast.parse(file.read_bytes(), str(file))
        offer = _Offer(f"{room}.{file.stem}", frozenset(_packages(tree)))
        yield from ((name, offer) for name in _exported(tree))


def _exported(tree: ast.Module) -> list[str]:
    """Return the strings in a module's ``__all__``, a list or a tuple, with or without a type."""
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=value)
            ) if isinstance(value, ast.List | ast.Tuple):
                constants = [each.value for each in value.elts if isinstance(each, ast.Constant)]
                return [name for name in constants if isinstance(name, str)]
    return []


def _packages(tree: ast.Module) -> Iterator[str]:
    """Yield the packages that a module imports whenever it is imported."""
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def _once_each(package: str, found: Iterable[tuple[str, _Offer]]) -> dict[str, _Offer]:
    """Return the offers by name; a name that comes from two modules is refused."""
    offers: dict[str, _Offer] = {}
    for name, offer in found:
        if name in offers:
            raise ImportError(
                f"{package}: {name!r} is the name of two things, in {offers[name].module} and in "
                f"{offer.module}, allowed: one"
            )
        offers[name] = offer
    return offers


def _usable(offers: Mapping[str, _Offer]) -> list[str]:
    """Return the names, sorted, without those whose file needs a package that is missing."""
    needed = {package for offer in offers.values() for package in offer.packages}
    missing = {name for name in needed if sys.modules.get(name) is None and not find_spec(name)}
    return sorted(name for name, offer in offers.items() if not offer.packages & missing)


def _imported(asked: str, module: str) -> ModuleType:
    """Return a module that somebody asked something of, or say which package it lacks."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        lacking = error.name or ""
        if lacking.partition(".")[0] == asked.partition(".")[0]:
            raise  # a file of ours is missing: nothing to install helps
    # `hasattr` and `inspect` bear an AttributeError alone, and ``from package import name`` drops
    # the words of one
    in_import = sys._getframe(2).f_code.co_name == "_handle_fromlist"
    kind = ImportError if in_import else AttributeError
    raise kind(f"{asked} needs the package {lacking!r}, which is not installed")
