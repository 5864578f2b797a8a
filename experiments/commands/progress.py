"""Running a study with its progress shown: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from experiments.reporting.writer import say
from experiments.running.claims import Claim
from experiments.study import Run, Study

__all__ = ["run_with_progress"]

_EVERY_S = 30.0
_READ_FEW = 2_000  # cells, up to which the scores so far are read for a line


class _Shown:
    """What a run has done so far, as somebody sees it."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.statuses: Counter[str] = Counter()

    @property
    def broken(self) -> int:
        return sum(count for name, count in self.statuses.items() if name != "done")

    def start(self, total: int, missing: int) -> None:
        """Begin, with so many cells of which so many are missing."""

    def finished(self, key: str, status: str) -> None:
        """Take note of a cell that has ended."""
        self.statuses[status] += 1

    def wait(self, claims: list[Claim]) -> None:
        """Say that only the cells of others are left, and which has been at work longest."""
        owners = ", ".join(sorted({str(claim) for claim in claims}))
        oldest = min(claims, key=lambda claim: claim.since_s)
        since_s = max(0.0, time.time() - oldest.since_s)
        say(
            f"waiting for {len(claims):,} cell{'s'[: len(claims) - 1]} that others have at work: "
            f"{owners}; the longest is {oldest.key[:12]}, for {since_s:,.0f} s "
            "(`qml status RUN` says if it may hang)",
            error=True,
        )

    def stop(self) -> None:
        """End what was begun."""


class _Bar(_Shown):
    """A bar on a terminal."""

    def __init__(self, study: Study) -> None:
        super().__init__(study)
        self._bar = Progress(
            TextColumn(study.spec.name),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[failures]}"),
            console=Console(stderr=True),
        )
        self._task = self._bar.add_task("cells", total=None, failures="")

    def start(self, total: int, missing: int) -> None:
        self._bar.update(self._task, total=total, completed=total - missing)
        self._bar.start()

    def finished(self, key: str, status: str) -> None:
        super().finished(key, status)
        failures = f"{self.broken} failed" if self.broken else ""
        self._bar.update(self._task, advance=1, failures=failures)

    def stop(self) -> None:
        self._bar.stop()


class _Lines(_Shown):
    """A line every half minute, for a log or a pipe."""

    def __init__(self, study: Study, folder: Path) -> None:
        super().__init__(study)
        self._folder = folder
        self._rows: Mapping[str, str] = {}
        self._total = self._done = self._missing = 0
        self._began = self._told = time.monotonic()

    def start(self, total: int, missing: int) -> None:
        self._total, self._done, self._missing = total, total - missing, missing
        self._began = self._told = time.monotonic()
        say(f"{self.study.spec.name}: {missing:,} of {total:,} cells to run", error=True)

    def finished(self, key: str, status: str) -> None:
        super().finished(key, status)
        self._done += 1
        now = time.monotonic()
        if now - self._told < _EVERY_S:
            return
        self._told = now
        run = self.statuses.total()
        left = (now - self._began) / run * (self._missing - run)
        parts = [
            f"{self.study.spec.name}: {self._done:,} of {self._total:,} cells",
            f"about {left / 60:.1f} minutes left",
            *([f"{self.broken:,} failed"] if self.broken else []),
            f"last {self._row(key)}",
            *self._best(),
        ]
        say("; ".join(parts), error=True)

    def _row(self, key: str) -> str:
        """Return the labels of a cell's row."""
        if not self._rows:
            plan = self.study.plan()
            self._rows = {one.cell.key: f"{one.dataset.label} / {one.model.label}" for one in plan}
        return self._rows.get(key, key[:12])

    def _best(self) -> list[str]:
        """Return which row has the highest score so far on each data set."""
        from experiments.evaluation.metrics import METRICS
        from experiments.reporting import tables

        if self._total > _READ_FEW:
            return []
        table = tables.table(Run(self._folder).results().of_reading(0))
        metric = self.study.spec.metrics[0]
        known = table.dropna(subset=[metric])
        if known.empty:
            return []
        up = METRICS[metric].higher_is_better
        found = known.sort_values(metric, ascending=not up).groupby("dataset", sort=False).head(1)
        said = ", ".join(
            f"{row.dataset} {row.model} {getattr(row, metric):.3f}" for row in found.itertuples()
        )
        return [f"{'highest' if up else 'lowest'} {metric} so far: {said}"]


def run_with_progress(
    study: Study,
    jobs: int | None,
    out: Path | None,
    retry_failed: bool,
    rerun_stale: bool,
    part: tuple[int, int] | None = None,
) -> Run:
    """Run a study, its progress on standard error so that standard output is the table alone."""
    folder = out or Path("results") / study.spec.name
    shown = _Bar(study) if sys.stderr.isatty() else _Lines(study, folder)
    try:
        return study.run(
            jobs=jobs,
            out=out,
            retry_failed=retry_failed,
            rerun_stale=rerun_stale,
            part=part,
            on_start=shown.start,
            on_finished=shown.finished,
            on_wait=shown.wait,
        )
    finally:
        shown.stop()
