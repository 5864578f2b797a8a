"""The files that the tests of the source read."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOR_A_TEST = re.compile(r"_\d+$")  # a model that a test puts beside the plug-ins, by its process


def sources(*places: str) -> list[Path]:
    """Return the Python files of folders, without those of a test that runs meanwhile."""
    found = [file for place in places for file in sorted((ROOT / place).rglob("*.py"))]
    return [file for file in found if not FOR_A_TEST.search(file.stem)]
