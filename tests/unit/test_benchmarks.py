"""The benchmark's own arithmetic: ratios, agreement, and failures that show."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import __main__ as bench
from benchmarks import bandwidth, slopes
from benchmarks.cases import CASES
from benchmarks.statistics import intervals, pairs, sources, trainings
from benchmarks.statistics.designs import Design
from qml.backends import resolve_backend

LONG = {"cell_overhead", "mps_165_200"}
LONGEST = {"gram_14_5000"}  # half a minute, of which gram_10_1000 is a small one


@pytest.fixture
def measured(monkeypatch, tmp_path):
    sides = {
        "ours": {"first_s": 2.0, "best_s": 1.0, "peak_bytes": 0, "numbers": np.ones(3)},
        "same": {"first_s": 9.0, "best_s": 4.0, "peak_bytes": 0, "numbers": np.ones(3) + 1e-9},
        "wrong": {"first_s": 9.0, "best_s": 4.0, "peak_bytes": 0, "numbers": np.zeros(3)},
        "broken": {"error": "no such thing"},
    }
    monkeypatch.setattr(bench, "run_side", lambda case, side, folder, index: dict(sides[side]))
    case = bench.CASES["gram_5_40"]
    any_side = next(iter(case.sides.values()))
    scaled = type(any_side)(any_side.prepare, scale=10.0, floor=30)
    fake = type(case)(
        "a case", {"ours": any_side, "same": scaled, "wrong": any_side, "broken": any_side}
    )
    monkeypatch.setitem(bench.CASES, "fake", fake)
    return {row["side"]: row for row in bench.run_case("fake", tmp_path)}


def test_ratio_is_of_the_whole_work(measured):
    assert measured["same"]["ratio"] == 40.0
    assert measured["same"]["agrees"] == "to 1e-09"


def test_other_numbers_are_called_out(measured):
    assert measured["wrong"]["agrees"] == "NO: differs by 1.0e+00"


def test_a_side_that_fails_is_a_row(measured):
    assert "no such thing" in bench._line(measured["broken"])
    assert "failed" in bench._markdown_row(measured["broken"])


@pytest.mark.parametrize("name", sorted(CASES))
def test_every_case_starts_with_ours(name):
    assert next(iter(CASES[name].sides)) == "qml-workbench"
    assert CASES[name].title


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in LONG else name
        for name in sorted(CASES.keys() - LONGEST)
    ],
)
def test_our_side_of_every_case_runs(name):
    """A case that lags behind the code would otherwise be seen only by those who measure."""
    case = CASES[name]
    found = case.reduce(next(iter(case.sides.values())).prepare()())
    if found is not None:  # a run of a study is its own result
        assert np.isfinite(np.asarray(found, dtype=float)).all()


def test_slopes_are_compared_with_the_backend_s_own_values():
    backend = resolve_backend("density_matrix:noise=fake_manila")
    found = slopes.compare(backend, slopes.between_rotations("cz"))
    assert found.off < 1e-6
    assert found.largest > 0.1
    assert found.value_gates == found.gradient_gates == 1
    assert found.shifts == 2 * 6  # an angle may be a sum: it is one angle


@pytest.mark.parametrize("n, truth, repeats", [(80, 0.99, 20), (178, 0.98, 5)])
def test_intervals_cover_and_are_not_wide(n, truth, repeats):
    _, _, before, now, _, width = intervals.interval_entry(n, truth, repeats, 200)
    assert percent(before) < 93
    assert percent(now) + 2 * error(now) >= 93
    assert float(width) < 1.5


@pytest.mark.parametrize(
    "design",
    [
        Design("discriminant", 80, 5, 1.5, 5, 2),
        Design("tree", 80, 5, 1.5, 5, 1),
        Design("discriminant", 40, 3, 1.5, 0, 5),
    ],
)
def test_winners_are_named_in_at_most_one_of_twenty_draws_of_equals(design):
    *_, equal, _, _ = pairs.pair_entry(design, 300)
    assert percent(equal) - 2 * error(equal) <= 5


def test_a_model_that_is_better_is_not_explained_away():
    """By three controls of which each is 4.5 points worse, at 80 rows: 46 % before."""
    _, _, before, now, *_ = pairs.control_entry(80, 0.35, 150)
    assert percent(before) > 30
    assert percent(now) <= 2


def test_a_difference_that_is_said_to_be_visible_is():
    design = Design("discriminant", 80, 5, 1.5, 5, 2)
    _, _, alone, shown, beyond, _, _ = pairs.visible_entry(design, 4, 200)
    assert percent(alone) < 65
    assert 75 - 2 * error(shown) <= percent(shown) <= 85 + 2 * error(shown)
    assert beyond.startswith("0 of")


def test_a_family_errs_as_promised_and_is_no_less_powerful_than_holm():
    design = Design("discriminant", 80, 5, 1.5, 5, 10)
    _, _, holm, least, by_holm, by_least = pairs.family_entry(design, 4, 1.0, 150)
    assert percent(holm) <= percent(least)
    assert percent(least) - 2 * error(least) <= 5
    assert percent(by_least) >= percent(by_holm)


def test_equality_is_shown_where_it_is_and_not_at_the_edge_of_the_rope():
    _, _, before, nothing, _, edge, _, two = pairs.equal_entry(3000, 0.05, 10, 1, 150)
    assert percent(before) < 50
    assert percent(nothing) + 2 * error(nothing) >= 80
    assert percent(edge) - 2 * error(edge) <= 5
    assert percent(two) == 0


def test_intervals_of_learning_curves_are_not_twice_as_wide():
    design = Design("discriminant", 80, 5, 1.5, 5, 10)
    _, _, before, now, wide, width = intervals.curve_entry(design, 12, 150)
    assert percent(before) > 98
    assert percent(now) + 2 * error(now) >= 93
    assert float(width) < float(wide) / 2


def test_equal_models_are_not_told_apart_by_widths_of_few_recipes():
    cells = sources.sources_entry(3, 3, 3, 0.8, 150)
    assert percent(cells[2]) > 20
    assert percent(cells[3]) - 2 * error(cells[3]) <= 5
    power = sources.sources_entry(3, 8, 3, 0.5, 100)
    assert percent(power[7]) > 50


def test_equal_optimizers_are_not_told_apart_by_problems_of_few_sources():
    cells = sources.duel_entry(8, 0.5, 60)
    assert percent(cells[2]) > 30
    assert percent(cells[3]) - 2 * error(cells[3]) <= 5
    assert percent(cells[7]) > 40


def test_rows_of_a_group_count_as_one():
    _, _, rows, groups, covered = intervals.groups_entry(10, True, 150)
    assert percent(rows) > 15
    assert percent(groups) - 2 * error(groups) <= 5
    assert percent(covered) + 2 * error(covered) >= 93


def percent(cell):
    return float(cell.split(" ± ")[0])


def error(cell):
    return float(cell.split(" ± ")[1])


def test_intervals_of_several_trainings_cover_with_what_starts_vary():
    _, _, rows, starts, _, named = trainings.starts_entry(400, 3, 2, 120)
    assert percent(rows) <= percent(starts)
    assert percent(starts) + 2 * error(starts) >= 95
    assert percent(named) - 2 * error(named) <= 5


def test_bandwidths_are_compared_on_the_same_folds():
    data = [{"name": "ad_hoc", "n_samples": 24}]
    [line] = bandwidth.lines(data, ["QSVC, zz"], 1)
    assert line.at_one == line.at_scale > 0.5  # two qubits: "scale" is 1
    assert line.verdict.comparison.n_folds == 5
    assert "| ad_hoc | QSVC, zz |" in bandwidth.report([line], [], 1)
