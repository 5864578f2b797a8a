"""Warnings outside of cells, as one line each; those of cells are caught and kept in them."""

from __future__ import annotations

import warnings
from typing import TextIO

from experiments.reporting.writer import say
from qml.texts import shortened

__all__ = ["tell_in_one_line"]

_LENGTH = 300


def tell_in_one_line() -> None:
    """Let a warning be one line on standard error, the same one once."""
    told: set[str] = set()

    def tell(
        message: Warning | str,
        category: type[Warning],  # the interpreter's own signature
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        text = shortened(" ".join(str(message).split()), _LENGTH)
        if text not in told:
            told.add(text)
            say(f"warning: {text}", error=True)

    warnings.showwarning = tell
