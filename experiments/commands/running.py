"""Running a study or saying why not, and the exit codes that tell how it ended."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import typer

from experiments.commands.progress import run_with_progress
from experiments.reporting.writer import say
from experiments.study import Run, Study

__all__ = ["exit_if_broken", "run_or_refuse", "share_memory"]


def run_or_refuse(
    study: Study,
    jobs: int | None,
    out: Path | None,
    retry_failed: bool = False,
    rerun_stale: bool = False,
    part: tuple[int, int] | None = None,
) -> Run:
    """Run a study; one with a row that cannot run ends with 2, an interrupted one with 130."""
    share_memory(jobs)
    # a reading that cannot run is a row and counted, so the study as it is written decides
    refused = [row for row in _as_written(study).check(out).rows if row.problem]
    for row in refused:
        say(f"cannot run: {row.dataset} / {row.model}: {row.problem}", error=True)
    if refused:
        say("Nothing was run; `qml check` says the same.", error=True)
        raise typer.Exit(2)
    try:
        with _terminated():
            return run_with_progress(study, jobs, out, retry_failed, rerun_stale, part)
    except KeyboardInterrupt as error:
        ended, code = ("Ended", 143) if isinstance(error, _Terminated) else ("Interrupted", 130)
        say(f"{ended}. {_saved(study, out)}; the same command goes on.", error=True)
        raise typer.Exit(code) from None


class _Terminated(KeyboardInterrupt):
    """The system, or a scheduler, wants this process to end."""


@contextlib.contextmanager
def _terminated() -> Iterator[None]:
    """Let SIGTERM end a run in this block as an interruption does, with a word of what is saved."""

    def end(number: int, frame: FrameType | None) -> None:
        raise _Terminated

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _saved(study: Study, out: Path | None) -> str:
    """Return how many cells a run has that was stopped."""
    stored = Run(out or Path("results") / study.spec.name)
    if not stored.store.plans.exist():
        return "Nothing was run"
    fits = stored.results().fits
    saved = sum(fit.stored is not None for fit in fits)
    return f"{saved:,} of {len(fits):,} cells are saved"


def exit_if_broken(finished: Run) -> None:
    """End with 3, and say how many, where cells of a run have no result."""
    fits = (finished.at_end or finished.results()).fits
    broken = Counter(fit.status for fit in fits)
    del broken["done"], broken["missing"]
    if broken:
        kinds = ", ".join(f"{count:,} {status}" for status, count in broken.items())
        problem = f"{broken.total():,} of {len(fits):,} cells have no result ({kinds})"
        say(f"{problem}; `qml show {finished.folder}` says why", error=True)
        raise typer.Exit(3)


def share_memory(jobs: int | None) -> None:
    """Let a check allow a cell what each of the run's processes may use."""
    from experiments.running.environment import usable_cores
    from qml.engine import share_memory as share

    share(jobs or usable_cores())


def _as_written(study: Study) -> Study:
    """Return a study without its readings."""
    if study.spec.multiverse is None:
        return study  # with what it has read
    return type(study)(study.spec.model_copy(update={"multiverse": None}))
