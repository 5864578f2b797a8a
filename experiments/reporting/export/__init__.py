"""Forms in which a run leaves the workbench, one a file: the file's name is the form's.

A file has one name in its ``__all__``: a function from the results of a run, the run's folder and
the place that a user names to lines on what was written. Its docstring's first sentence says what
the form is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from experiments.running.results import Results
from qml.registry import Room

__all__ = ["FORMS"]

FORMS: Room[Callable[[Results, Path, str], Iterator[str]]] = Room(
    "form of export", "experiments.reporting.export"
)
