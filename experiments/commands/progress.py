"""Running a study with a progress bar."""

from __future__ import annotations

from collections import Counter
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


def run_with_progress(
    study: Study,
    jobs: int | None,
    out: Path | None,
    retry_failed: bool,
    rerun_stale: bool,
    part: tuple[int, int] | None = None,
) -> Run:
    """Run a study, its progress on standard error so that standard output is the table alone."""
    statuses: Counter[str] = Counter()
    bar = Progress(
        TextColumn(study.spec.name),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[failures]}"),
        console=Console(stderr=True),
    )
    task = bar.add_task("cells", total=None, failures="")

    def start(total: int, missing: int) -> None:
        bar.update(task, total=total, completed=total - missing)
        bar.start()

    def finished(key: str, status: str) -> None:
        statuses[status] += 1
        broken = sum(count for name, count in statuses.items() if name != "done")
        bar.update(task, advance=1, failures=f"{broken} failed" if broken else "")

    def wait(claims: list[Claim]) -> None:
        owners = ", ".join(sorted({str(claim) for claim in claims}))
        say(f"waiting for {len(claims)} cells that others have at work: {owners}", error=True)

    try:
        return study.run(
            jobs=jobs,
            out=out,
            retry_failed=retry_failed,
            rerun_stale=rerun_stale,
            part=part,
            on_start=start,
            on_finished=finished,
            on_wait=wait,
        )
    finally:
        bar.stop()
