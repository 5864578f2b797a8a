"""Rows of a table that other code, or other versions, made than what is newest in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from experiments.records import StoredCell
from experiments.running.code import versions_of
from experiments.running.results import Results

__all__ = ["Mixed"]

_NAMED = 3
Maker = tuple[str | None, str]  # digits of the code and of the environment


class Mixed:
    """What made the cells of a run, part by part, beside what made the newest that has the part.

    A part is a module of ours or a package that computes. A row is marked where one of its cells
    has a part that is not the newest cell's: two models whose rows are told from each other may
    then differ by that part alone.

    Parameters
    ----------
    results : Results
        Run as it was read.
    """

    def __init__(self, results: Results) -> None:
        finished_s: dict[Maker, float] = {}
        for cell in results.cells.values():
            maker = _maker(cell)
            finished_s[maker] = max(cell.record.finished_at_s, finished_s.get(maker, 0.0))
        parts = {maker: _parts(results, *maker) for maker in finished_s}
        newest: dict[str, str] = {}
        for maker in sorted(finished_s, key=finished_s.__getitem__):
            newest |= parts[maker]
        self._older: Mapping[Maker, list[str]] = {
            maker: [part for part, is_ in known.items() if newest[part] != is_]
            for maker, known in parts.items()
        }

    def words(self, cells: Iterable[StoredCell]) -> str:
        """Return the parts in which some of these cells are not as the newest are; mostly none."""
        makers = dict.fromkeys(_maker(cell) for cell in cells)
        named = list(dict.fromkeys(part for maker in makers for part in self._older[maker]))
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        return ", ".join(named[:_NAMED]) + more


def _maker(cell: StoredCell) -> Maker:
    return cell.code, cell.record.environment


def _parts(results: Results, code: str | None, environment: str) -> dict[str, str]:
    """Return versions by package and digits by module, as far as they are known."""
    known = results.environments.get(environment)
    versions = {} if known is None else versions_of(known)
    packages = {name: version for name, version in versions.items() if version is not None}
    return packages | dict(results.codes.get(code or "", {}))
