"""Other people's packages under our names: which one Python finds in place of ours."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

__all__ = ["stranger"]

_PACKAGES = ("qml", "classical", "experiments")
_OURS = b"from qml_workbench."  # stands in each of the three: each has its face from here


def stranger() -> str | None:
    """Return one line on the first of our names under which Python finds another's file, or None.

    What is asked is whose the file is, not where it lies: an installed package of that name
    overwrites ours in its place.
    """
    for name in _PACKAGES:
        found = _found(name)
        if found is not None and found.is_file() and _OURS not in found.read_bytes():
            return (
                f"{found} is in the way of the workbench's own package {name!r}: "
                "rename it, uninstall it, or take its folder off Python's path"
            )
    return None


def _found(name: str) -> Path | None:
    """Return the file that ``import name`` takes or took; nothing is imported for it."""
    try:
        spec = find_spec(name)
    except ValueError:  # a module without a specification, as some loaders leave it
        return None
    return Path(spec.origin) if spec is not None and spec.origin else None
