"""What a figure's function gives: pictures, each with what tells it from the others of its name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["Drawn"]


@dataclass(frozen=True)
class Drawn:
    """A picture before it is a file.

    Parameters
    ----------
    suffix : str
        Words that tell it from others of the same name; empty for the only one.
    canvas : matplotlib Figure
        Picture with its texts and lines.
    """

    suffix: str
    canvas: Any
