"""Several runs as one: what they have in common, paired."""

from __future__ import annotations

import dataclasses
import itertools
import re

import numpy as np
import pytest

from experiments.reporting import tables
from experiments.reporting.in_common import Named
from experiments.reporting.page import several
from experiments.reporting.side_by_side import beside
from experiments.study import Run, Study
from qml.errors import SpecError

VALUES = {
    "name": "first",
    "datasets": [{"name": "moons", "n_samples": 40}, {"name": "circles", "n_samples": 40}],
    "models": ["svc", {"name": "dummy", "label": "guess"}],
    "protocol": {"folds": 4, "repeats": 1, "seed": 3},
    "metrics": ["accuracy"],
    "compare": "all_pairs",
}
OTHER = VALUES | {
    "name": "second",
    "datasets": [{"name": "moons", "n_samples": 40, "label": "half moons"}],
    "models": [{"name": "dummy", "label": "svc"}, "naive_bayes"],
}


def made(folder, values):
    run = Study.from_dict(values).run(jobs=1, out=folder)
    return Named(values["name"], run.results())


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return made(tmp_path_factory.mktemp("first"), VALUES)


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    return made(tmp_path_factory.mktemp("second"), OTHER)


def scores_of(named, dataset, model):
    cells = tables.cell_table(named.results)
    mine = cells[(cells.dataset == dataset) & (cells.model == model)].sort_values("fold")
    return mine.accuracy.to_numpy(float)


def verdicts_of(both):
    [found] = both.verdicts(tables.cell_table(both.results))
    assert found.over is None
    return found.verdicts


def test_the_same_model_of_two_runs_is_paired_on_the_splits_of_both(first, second):
    both = beside([first, second])
    [one] = verdicts_of(both)
    assert one.pair == ("svc (second)", "svc (first)")
    assert one.dataset == "moons"
    apart = scores_of(second, "half moons", "svc") - scores_of(first, "moons", "svc")
    assert one.comparison.difference == pytest.approx(apart.mean())
    assert one.judgement == "worse"
    assert both.answer([one]) == (
        "second beside first, the same models on the same splits, 1 comparison: better in 0, "
        "worse in 1, practically equal in 0, undecided in 0."
    )
    assert any("circles" in note and "first alone" in note for note in both.notes)
    assert any("half moons" in note and "moons" in note for note in both.notes)


def test_all_models_across_runs_where_asked(first, second):
    pairs = {one.pair for one in verdicts_of(beside([first, second], across=True))}
    everything = itertools.product(("svc", "naive_bayes"), ("svc", "guess"))
    expected = {(f"{b} (second)", f"{a} (first)") for b, a in everything}
    guesses = ("svc (second)", "guess (first)")  # the same model, of another name
    assert pairs == expected - {guesses}


def test_runs_without_a_model_in_common_are_paired_across(first, tmp_path):
    other = made(tmp_path, OTHER | {"models": ["naive_bayes"]})
    assert {one.second for one in verdicts_of(beside([first, other]))} == {
        "svc (first)",
        "guess (first)",
    }


def test_only_the_splits_that_every_run_has_count(first, tmp_path):
    longer = VALUES | {"name": "longer", "protocol": {"folds": 4, "repeats": 3, "seed": 3}}
    longer["models"] = [{"name": "dummy", "label": "svc"}]
    named = made(tmp_path, longer)
    both = beside([named, first])
    one = next(v for v in verdicts_of(both) if v.dataset == "circles")
    cells = tables.cell_table(named.results)
    kept = cells[(cells.dataset == "circles") & (cells.repeat == 0)].sort_values("fold")
    apart = scores_of(first, "circles", "svc") - kept.accuracy.to_numpy(float)
    assert one.comparison.difference == pytest.approx(apart.mean())
    assert one.comparison.n_folds == 4
    assert any("4 of 12 splits" in note for note in both.notes)


@pytest.mark.parametrize(
    ("protocol", "told"),
    [
        ({"folds": 4, "repeats": 1, "seed": 4}, "seed 3 and 4"),
        ({"folds": 5, "repeats": 1, "seed": 3}, "folds 4 and 5"),
        ({"split": "hold_out", "repeats": 1, "seed": 3}, "kind stratified and hold_out"),
    ],
)
def test_other_splits_are_told(tmp_path, protocol, told):
    values = VALUES | {"datasets": ["iris"]}
    first = made(tmp_path / "first", values)
    other = made(tmp_path / "other", values | {"name": "other", "protocol": protocol})
    with pytest.raises(SpecError, match=told):
        beside([first, other])


def test_other_data_are_told(first, tmp_path):
    data = [{"name": "moons", "n_samples": 44}]
    other = made(tmp_path, VALUES | {"name": "other", "datasets": data})
    with pytest.raises(SpecError, match="first and other have no data set in common"):
        beside([first, other])


def test_cells_that_are_the_same_are_counted(first):
    both = beside([first, Named("again", first.results)])
    assert not both.verdicts(tables.cell_table(both.results))
    assert both.answer([]).startswith("first and again: nothing that differs")
    assert any(note.startswith("16 cells stand in an earlier run") for note in both.notes)
    assert not any("other numbers" in note for note in both.notes)


def test_cells_of_one_key_with_other_numbers_are_told(first):
    cells = dict(first.results.cells)
    key = next(key for key, cell in cells.items() if cell.cell.model.name == "svc")
    said = cells[key].predictions
    assert said is not None
    turned = tuple(said.predicted[::-1])
    assert turned != said.predicted
    changed = dataclasses.replace(said, predicted=turned)
    cells[key] = dataclasses.replace(cells[key], predictions=changed, code="elsewhere")
    other = Named("other", dataclasses.replace(first.results, cells=cells))
    both = beside([first, other])
    assert {one.second for one in verdicts_of(both)} == {"svc (first)"}
    assert any(re.search(r"^1 .*other numbers", note) for note in both.notes)


def test_other_preprocessing_is_a_note(first, tmp_path):
    data = [{"name": "moons", "n_samples": 40, "preprocessing": ["standard_scaler"]}]
    other = made(tmp_path, VALUES | {"name": "scaled", "datasets": data})
    both = beside([first, other])
    assert {one.dataset for one in verdicts_of(both)} == {"moons"}
    assert any("standard_scaler" in note and "preprocessing" in note for note in both.notes)


def test_a_run_under_way_takes_part_with_what_it_has(first, tmp_path):
    run = Study.from_dict(VALUES | {"name": "half"}).run(jobs=1, out=tmp_path, part=(1, 2))
    both = beside([first, Named("half", Run(run.folder).results())])
    table = tables.table(both.results)
    assert len(table) == 2 * 4
    assert list(table.model[:2]) == ["svc (first)", "svc (half)"]
    assert np.isfinite(table[table.model.str.endswith("(first)")].accuracy).all()


def test_a_name_twice_and_a_single_run_are_refused(first):
    with pytest.raises(SpecError, match="two runs or more"):
        beside([first])
    with pytest.raises(SpecError, match="'first' twice"):
        beside([first, first])


def test_a_page_shows_both(first, second):
    page = several.contents_of(beside([first, second]), "1.0")
    assert page.name == "first and second"
    assert page.answer.startswith("second beside first")
    places = [section.place for section in page.sections]
    assert {"beside", "scores", "verdicts", "data", "again"} <= set(places)
    again = next(section for section in page.sections if section.place == "again")
    assert len(again.blocks) == 2
