"""The whole plan of a study: its own rows and cells, and behind them those of each reading."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from experiments.planning.checks import parse
from experiments.planning.plan import Plan, Planned, expand
from experiments.planning.readings import multiverse_of, reading_values
from experiments.planning.spec import StudySpec
from experiments.planning.yaml_source import YamlSource
from experiments.records import DatasetRow, ModelRow, Multiverse, Reading
from qml.errors import DataError, SpecError

__all__ = ["make_plan"]

Row = TypeVar("Row", DatasetRow, ModelRow)


def make_plan(spec: StudySpec) -> Plan:
    """Return every cell of a study with its rows; data sets are loaded and hashed.

    A reading has the cells of the study that it is, with the same keys: what another reading, or
    the study as it is written, asks for too is run once.

    Raises
    ------
    DataError
        If a data set cannot be had or cannot be split.
    SpecError
        If a combination of choices makes no study: one line that names the first reading.
    """
    written = expand(spec)
    if spec.multiverse is None:
        return written
    multiverse = multiverse_of(spec.multiverse)
    plans = [_of_reading(spec, multiverse, one) for one in multiverse.readings]
    return replace(
        written,
        datasets=written.datasets + tuple(row for plan in plans for row in plan.datasets),
        models=written.models + tuple(row for plan in plans for row in plan.models),
        cells=written.cells + tuple(cell for plan in plans for cell in plan.cells),
        provenance=dict(written.provenance)
        | {k: v for p in plans for k, v in p.provenance.items()},
        repeats=dict(written.repeats) | {k: v for p in plans for k, v in p.repeats.items()},
        multiverse=multiverse,
    )


def _of_reading(spec: StudySpec, multiverse: Multiverse, reading: Reading) -> Plan:
    values = reading_values(spec.model_dump(mode="json"), multiverse, reading)
    name = f"reading {reading.number}"
    try:
        plan = expand(parse(YamlSource(name, values)))
    except (SpecError, DataError) as error:
        told = ", ".join(f"{choice} {text}" for choice, text in multiverse.words(reading).items())
        line = str(error).splitlines()[0].removeprefix(f"{name}: ")
        raise type(error)(f"multiverse: {name} ({told}): {line}") from None
    return _relabelled(plan, reading.number)


def _relabelled(plan: Plan, number: int) -> Plan:
    """Return a reading's plan with labels that no other reading has."""
    datasets = {row.label: _of_its_reading(row, number) for row in plan.datasets}
    cells = (
        Planned(
            one.cell,
            replace(datasets[one.dataset.label], spec=one.dataset.spec),
            _of_its_reading(one.model, number),
            one.control,
        )
        for one in plan.cells
    )
    return replace(
        plan,
        datasets=tuple(datasets.values()),
        models=tuple(_of_its_reading(row, number) for row in plan.models),
        cells=tuple(cells),
        provenance={datasets[label].label: value for label, value in plan.provenance.items()},
        repeats={datasets[label].label: value for label, value in plan.repeats.items()},
    )


def _of_its_reading(row: Row, number: int) -> Row:
    return replace(row, label=f"{row.label} #{number}", reading=number, name_within=row.label)
