"""Runs and their plans, told, verified and pruned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from experiments.running.store import Store
from experiments.running.upkeep import unreferenced, verify
from experiments.study import Run
from qml.errors import WorkbenchError

__all__ = ["prune", "runs", "verified"]


def runs(run: str | None) -> Iterator[str]:
    """Yield a line for each plan of a run, or of every run in ``results/``."""
    folders = [Run(run).folder] if run is not None else sorted(Path("results").glob("*/plan.json"))
    if run is not None:
        yield from _plans(Store(folders[0]))
        return
    for folder in folders:
        try:
            yield from _plans(Store(folder.parent))
        except WorkbenchError as error:
            yield str(error)


def _plans(store: Store) -> Iterator[str]:
    stored = set(store.stored_keys())
    latest = store.read_plan()
    for one in store.plans.all():
        keys = {cell.key for cell in one.plan.cells}
        when = datetime.fromtimestamp(one.planned_at_s, UTC).strftime("%Y-%m-%d %H:%M")
        mark = "  (latest)" if one.plan == latest else ""
        done = len(keys & stored)
        yield f"{store.folder}@{one.number}  {when} UTC  {done:,} of {len(keys):,} cells{mark}"


def verified(run: str) -> tuple[list[str], bool]:
    """Return lines on everything in a run, and whether all of it is there."""
    found = verify(Run(run).store)
    return [f"{one.state:6}  {one.what}" for one in found], all(
        one.state != "lost" for one in found
    )


def prune(run: str, remove: bool) -> Iterator[str]:
    """Yield what no plan of a run needs any more, and remove it if that is allowed."""
    store = Run(run).store
    files = unreferenced(store)
    size = sum(file.stat().st_size for file in files) / 2**20
    for file in files:
        if remove:
            file.unlink(missing_ok=True)
        yield str(file)
    done = "removed" if remove else "could go (--yes removes them)"
    yield f"{len(files):,} files, {size:,.1f} MiB: {done}"
