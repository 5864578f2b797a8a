"""Where the numbers of a run come from, as parts of its report."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd
import yaml

from experiments.records import Environment, StoredPlan
from experiments.reporting import caught
from experiments.reporting.page.gathered import Gathered
from experiments.reporting.page.parts import Block, Section, Table, table_of
from experiments.running.results import Results

__all__ = ["MOST_CELLS", "again", "cells", "data", "environment", "failures", "warned"]

MOST_CELLS = 1_000  # that a page lists one by one
_COMMANDS = "pip install -r requirements.txt\nqml check study.yaml\nqml run study.yaml"


def data(gathered: Gathered) -> Section:
    """Return where the data sets come from."""
    heads = ["data set", "what it is", "rows", "features", "source", "licence", "SHA-256"]
    rows = [
        (
            label,
            one.name,
            f"{one.rows:,}",
            "texts" if one.features is None else one.features,
            one.source,
            one.licence,
            one.sha256[:12],
        )
        for label, one in gathered.results.plan.provenance.items()
    ]
    table = table_of(heads, rows, [*heads[:2], *heads[4:]])
    return Section("data", "Data sets", tables=(table,), folded=True)


def failures(gathered: Gathered) -> Section:
    """Return the cells without a result, with the reason."""
    heads = ["data set", "model", "repeat", "fold", "status", "why"]
    rows = []
    for fit in gathered.results.fits:
        if fit.status in ("done", "missing") or fit.stored is None:
            continue
        one = fit.planned
        label = f"{one.model}, control: {one.control}" if one.control else one.model
        error = fit.stored.record.error or ""
        rows.append((one.dataset, label, one.repeat, one.fold, fit.status, error))
    words = (f"{len(rows):,} cells have no result.",) if rows else ()
    shown = rows[:MOST_CELLS]
    made = (table_of(heads, shown, [*heads[:2], *heads[4:]], filtered=True),) if rows else ()
    return Section("failures", "Failures", words, (), made)


def warned(gathered: Gathered) -> Section:
    """Return what other libraries warned of while cells ran."""
    found = caught.find(gathered.results)
    heads = ["warning", "models", "cells"]
    rows = [(one.text, ", ".join(one.models), f"{one.cells:,}") for one in found[:MOST_CELLS]]
    words = (
        (
            "Texts of the warnings that were caught while cells ran; `qml show RUN CELL` has those "
            "of a cell.",
        )
        if found
        else ()
    )
    made = (table_of(heads, rows, heads[:2], filtered=True),) if found else ()
    return Section("warnings", "Warnings", words, (), made, folded=True)


def environment(results: Results) -> Section:
    """Return the versions and machines that the cells were made with."""
    made = []
    for digits, one in results.environments.items():
        used = sum(
            fit.stored is not None and fit.stored.record.environment == digits
            for fit in results.fits
        )
        if used:
            table = table_of(("what", "version"), list(_of_environment(one)), ("what", "version"))
            made.append(Table(table.heads, table.rows, f"{digits}, of {used:,} cells"))
    return Section("environment", "Environment", tables=tuple(made), folded=True)


def _of_environment(one: Environment) -> Iterator[tuple[str, str]]:
    yield "Python", one.python
    yield "system", f"{one.platform}, {one.machine}"
    yield "processor", f"{one.processor}, {one.cores} cores, {one.memory_bytes / 2**30:.0f} GiB"
    yield "linear algebra", ", ".join(one.blas)
    if one.git is not None:
        yield "commit", f"{one.git.commit}{', with changes' if one.git.changed else ''}"
    for name, version in sorted(one.packages.items()):
        if version is not None:
            yield name, version


def again(*runs: tuple[str, StoredPlan]) -> Section:
    """Return the study of each run, by the run's name, and how it is run again.

    Of a run by itself the name is empty.
    """
    words = (
        "A finished run's folder holds the study as study.yaml and the packages as "
        "requirements.txt. Run again it gives the same numbers on the same kind of processor:",
    )
    blocks = []
    for name, plan in runs:
        study = yaml.safe_dump(dict(plan.study), sort_keys=False, allow_unicode=True, width=100)
        title = "The study, with all that it leaves to defaults"
        blocks.append(Block(study, f"{name}: {title[0].lower()}{title[1:]}" if name else title))
    if len(runs) == 1:
        blocks.insert(0, Block(_COMMANDS))
    else:
        words = (f"{words[0][:-1]}, by `{'`, `'.join(_COMMANDS.splitlines())}` in its folder.",)
    return Section(
        "again", "Study, and how to run it again", words, blocks=tuple(blocks), folded=True
    )


def cells(gathered: Gathered) -> Section:
    """Return every cell, or how many there are where they are too many."""
    kept = gathered.cells
    if len(kept) > MOST_CELLS:
        words = (
            f"The run has {len(kept):,} cells, more than the {MOST_CELLS:,} that a page lists; "
            "each stands in the run's metrics.csv.",
        )
        return Section("cells", "Cells", words)
    metrics = list(gathered.results.plan.metrics)
    named = ["dataset", "model", "control", "draw", "repeat", "fold", "start", "status"]
    numbers = [*metrics, "fit_s", "predict_s", "machine_circuits", "shots"]
    columns = [name for name in (*named, *numbers) if name in kept and _says(kept[name])]
    heads = ["key", *columns]
    rows = []
    for _, cell in kept.iterrows():
        rows.append([str(cell["key"])[:12], *(_shown(cell[name]) for name in columns)])
    texts = ("key", "dataset", "model", "control", "status")
    words = ("`qml show RUN KEY` shows a cell whole.",)
    table = table_of(heads, rows, texts, filtered=True)
    return Section("cells", "Cells", words, tables=(table,), folded=True)


def _says(column: Iterable[Any]) -> bool:
    return any(value not in ("", None, 0) and not pd.isna(value) for value in column)


def _shown(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) >= 2 else f"{value:.4g}"
    return textwrap.shorten(str(value), 200)
