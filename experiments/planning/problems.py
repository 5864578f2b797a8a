"""What is wrong with a study, as it is told: each mistake is one line, however often it is met."""

from __future__ import annotations

import re
from collections.abc import Iterable

from experiments.planning.yaml_source import YamlSource
from qml.errors import SpecError

__all__ = ["told"]

_PLACE = re.compile(r"\[\d+\]")


def told(source: YamlSource, problems: Iterable[SpecError]) -> SpecError:
    """Return one error that tells of all, a line each: ``file:line: path: problem``.

    What several entries share by an anchor is wrong at each of them and stands in one line of the
    file; a field that is no number at all is neither finite nor whole. One line tells of both.

    Parameters
    ----------
    source : YamlSource
        Study file, which knows the lines.
    problems : iterable of SpecError
        Mistakes in the order in which they were found, each with its path.
    """
    lines: dict[tuple[str, str], str] = {}
    paths: set[str] = set()
    for found in problems:
        place = source.locate(found.path)
        is_known = any(_is_about(path, found.path) for path in paths)
        paths.add(found.path)
        shared = place, found.problem if place != source.name else str(found)
        if not is_known:
            lines.setdefault(shared, f"{place}: {found}")
    return SpecError("\n".join(lines.values()))


def _is_about(known: str, path: str) -> bool:
    """Return whether what is known tells of this field: of itself, of a part, of a grid's point."""
    entry, bracket, field = known.partition("]")
    in_grid = f"{entry}{bracket}{_PLACE.sub('', field)}"
    return bool({path, path.removesuffix(".name")} & {known, in_grid}) or (
        bool(path) and known.startswith((f"{path}.", f"{path}["))
    )
