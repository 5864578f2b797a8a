"""Systems on which the workbench does not run."""

from __future__ import annotations

import sys

__all__ = ["unsupported"]


def unsupported() -> str | None:
    """Return one line if this is Windows, which lacks what runs and jobs rely on; else None."""
    if sys.platform == "win32":
        return "Windows has neither file locks by fcntl nor /proc: run qml-workbench under WSL"
    return None
