"""Upkeep of a run's folder: everything read and judged, and what nothing refers to removed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from experiments.planning.making import make_plan
from experiments.planning.spec import StudySpec
from experiments.records import StoredPlan
from experiments.running.claims import Claims
from experiments.running.shared_kernels import FOLDER as KERNELS
from experiments.running.shared_kernels import damaged_tables
from experiments.running.store import Store
from qml.durable import sweep
from qml.errors import StoreError, WorkbenchError

__all__ = ["Finding", "State", "unreferenced", "verify"]

State = Literal["sound", "mended", "lost"]


@dataclass(frozen=True)
class Finding:
    """What is to be said of one part of a run.

    Parameters
    ----------
    state : {"sound", "mended", "lost"}
        State after the look: lost is what has to be computed, or asked, again.
    what : str
        Words for the part, and for what is wrong with it.
    """

    state: State
    what: str


def verify(store: Store) -> list[Finding]:
    """Return what is sound, what was mended and what is lost of a run; everything is read.

    A cell that the disk has changed is moved to ``quarantine/`` and runs again, a kernel is removed
    and computed again.

    Raises
    ------
    StoreError
        If no run is stored in the folder.
    """
    if not store.plans.exist() and not store.stored_keys():
        store.read_plan()  # which says so
    sweep(store.folder)
    found = [*_plans(store)]
    plan = None
    try:
        plan = store.read_plan()
        found.append(_made_again(plan))
    except StoreError as error:
        found.append(Finding("lost", f"what was asked for: {error}"))
    found += _cells(store, plan)
    if plan is not None:
        found += _origin(store, plan)
    return [*found, *_named(store), *_kernels(store)]


def _plans(store: Store) -> Iterator[Finding]:
    for file in store.plans.damaged():
        mended = store.plans.mend(file)
        yield Finding("mended" if mended else "lost", f"the plan in {file.name}")
    if sound := store.plans.all():
        yield Finding("sound", _number(len(sound), "plan"))


def _origin(store: Store, plan: StoredPlan) -> Iterator[Finding]:
    """Yield whether a run that has come to its end still has its study and its packages.

    The packages are written last, so what is there without them may be a run that was stopped.
    """
    whole = {cell.key for cell in plan.cells} <= set(store.stored_keys())
    state, packages = store.origin(), (store.folder / "requirements.txt").is_file()
    if state == "other" or (state == "none" and packages):
        store.mend_study()
        yield Finding("mended", "study.yaml, written again from the plan")
    elif state == "own":
        yield Finding("sound", "study.yaml")
    if not packages and (whole or state != "none"):
        lacking = (
            "requirements.txt is" if state != "none" else "study.yaml and requirements.txt are"
        )
        yield Finding("sound", f"{lacking} not there: `qml run` writes that at its end")


def _made_again(plan: StoredPlan) -> Finding:
    """Return whether the study makes the plan again, cell by cell."""
    try:
        keys = {one.cell.key for one in make_plan(StudySpec.model_validate(plan.study))}
    except (WorkbenchError, ValueError) as error:
        reason = " ".join(str(error).split())[:200]
        return Finding("lost", f"the study does not make the plan again: {reason}")
    stored = {one.key for one in plan.cells}
    if keys == stored:
        return Finding("sound", f"the study makes the plan again, {len(keys):,} cells")
    return Finding(
        "lost",
        f"the study makes another plan: {len(stored - keys):,} cells are not in it, "
        f"{len(keys - stored):,} are new",
    )


def _cells(store: Store, plan: StoredPlan | None) -> Iterator[Finding]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # each is named below
        sound = {key for key in store.stored_keys() if store.get(key) is not None}
    yield Finding("sound", _number(len(sound), "cell"))
    kept = {file.stem for file in (store.folder / "quarantine").glob("*.json")}
    asked = dict.fromkeys(sorted(kept) if plan is None else (one.key for one in plan.cells))
    for key in asked:
        if key not in sound and key in kept:
            yield Finding("lost", f"the cell {key[:12]} was damaged and runs again")
    away = [key for key in asked if key not in sound and key not in kept]
    if plan is not None and away:
        if store.was_finished(plan):
            yield Finding("lost", f"{_number(len(away), 'cell')} of a run that had all: run again")
        else:
            yield Finding("sound", f"{_number(len(away), 'cell')} that have not run yet")


def _named(store: Store) -> Iterator[Finding]:
    """Yield what cells name and the folder does not have: environments and code."""
    environments, codes = store.environments().keys(), store.codes().keys()
    named = [cell for key in store.stored_keys() if (cell := store.get(key)) is not None]
    for word, known, asked in (
        ("environment", environments, {cell.record.environment for cell in named}),
        ("version of the code", codes, {cell.code for cell in named if cell.code is not None}),
    ):
        missing = sorted(asked - known)
        yield Finding("sound", f"{_number(len(asked & known), word)} that they name")
        for name in missing:
            yield Finding("lost", f"the {word} {name} that cells name")


def _kernels(store: Store) -> Iterator[Finding]:
    damaged = damaged_tables(store.folder)
    for file in damaged:
        for part in (file, file.with_suffix(".npy")):
            part.unlink(missing_ok=True)
        yield Finding("mended", f"the shared kernel {file.stem[:12]}: computed again if asked for")


def unreferenced(store: Store) -> list[Path]:
    """Return the files that no plan of the run needs any more.

    Cells of no plan, code and environments that no cell names, what was moved to quarantine or set
    aside as stale, and the shared kernels of a run that has all its cells.

    Raises
    ------
    StoreError
        If it cannot be known what is needed: a plan is damaged, or somebody is at work.
    """
    for file in store.plans.damaged():
        raise StoreError(
            f"{file} is damaged, and so it is not known which cells it needs; "
            "`qml verify` the run first"
        )
    for driver in Claims(store.folder).drivers():
        raise StoreError(f"{store.folder}: {driver} is at work; wait for it, or stop it")
    plans = [one.plan for one in store.plans.all()] or [store.read_plan()]
    asked = {cell.key for plan in plans for cell in plan.cells}
    stored = store.found(store.stored_keys())
    kept = [cell for key, cell in stored.items() if key in asked]
    files = [store.folder / "cells" / f"{key}.json" for key in stored if key not in asked]
    for folder, named in (
        ("environments", {cell.record.environment for cell in kept}),
        ("code", {cell.code for cell in kept}),
    ):
        files += [file for file in _files(store, folder) if file.stem not in named]
    files += _files(store, "quarantine") + _files(store, "stale")
    if asked <= stored.keys():
        files += _files(store, KERNELS)
    return files


def _files(store: Store, folder: str) -> list[Path]:
    return sorted(file for file in (store.folder / folder).glob("*") if file.is_file())


def _number(count: int, word: str) -> str:
    first, _, rest = word.partition(" ")
    return f"{count:,} {first}{'' if count == 1 else 's'} {rest}".rstrip()
