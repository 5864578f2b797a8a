"""Readings of a study: which there are, what each is, and what is no choice."""

from __future__ import annotations

import copy

import pytest

from experiments import Study
from experiments.planning.readings import multiverse_of, reading_values
from experiments.records import StoredPlan, plain
from qml.errors import SpecError

VALUES = {
    "name": "readings",
    "datasets": [{"name": "moons", "n_samples": 30, "preprocessing": ["standard_scaler"]}],
    "models": [{"name": "svc", "label": "SVC"}, {"name": "dummy"}],
    "protocol": {"split": "hold_out", "repeats": 1},
    "published": [{"dataset": "moons", "model": "SVC", "value": 0.9, "source": "a paper"}],
    "multiverse": {
        "choices": [
            {"name": "noise", "at": "datasets[0].noise", "values": [0.1, 0.3]},
            {
                "name": "scaling",
                "at": "datasets[0].preprocessing[0]",
                "values": ["standard_scaler", {"name": "angle_scaler", "high": 1.0}],
            },
            {
                "name": "machine",
                "options": {
                    "soft": {"models[0].C": 0.1, "models[0].kernel": "rbf"},
                    "hard": {"models[0].C": 100.0},
                },
            },
            {"name": "split", "at": "protocol.seed", "values": [0, 1, 2]},
        ]
    },
}


def study(**multiverse):
    values = copy.deepcopy(VALUES)
    values["multiverse"].update(multiverse)
    return Study.from_dict(values)


def test_every_combination_is_a_reading_behind_the_study_as_it_is_written():
    plan = study().plan()
    assert len(plan.multiverse.readings) == plan.multiverse.possible == 24
    assert plan.multiverse.whole
    assert len(plan) == 2 * (1 + 24)
    assert [row.label for row in plan.datasets[:3]] == ["moons", "moons #1", "moons #2"]
    assert {row.name_within for row in plan.models if row.reading} == {"SVC", "dummy"}
    assert plan.multiverse.words(plan.multiverse.readings[23]) == {
        "noise": "0.3",
        "scaling": "angle_scaler",
        "machine": "hard",
        "split": "2",
    }


def test_a_reading_is_the_study_that_it_prints():
    """Its cells have the same keys, so they are the same cells."""
    plan = study(sample=9).plan()
    written = plan.spec.model_dump(mode="json")
    for reading in plan.multiverse.readings:
        alone = Study.from_dict(reading_values(written, plan.multiverse, reading)).plan()
        mine = [one.cell.key for one in plan if one.dataset.reading == reading.number]
        assert [one.cell.key for one in alone] == mine


def test_what_two_readings_share_is_one_cell():
    """The dummy does not know the machine's settings, and the written study is a reading."""
    plan = study().plan()
    assert len(plan.by_key) < len(plan)


def test_a_sample_is_fixed_by_seed_and_number_whatever_its_size():
    few, many = (multiverse_of(study(sample=n).spec.multiverse).readings for n in (6, 20))
    assert many[:6] == few
    assert len({reading.options for reading in many}) == 20
    other = multiverse_of(study(sample=6, seed=1).spec.multiverse).readings
    assert other != few


def test_a_stored_plan_holds_the_readings():
    stored = study(sample=5).plan().stored()
    assert len(stored.multiverse.readings) == 5
    written = stored.of_reading(0)
    assert [row.label for row in written.datasets] == ["moons"]
    assert len(written.cells) == 2
    assert written.multiverse is None
    assert "multiverse" in plain(stored)
    assert isinstance(stored, StoredPlan)


NOISE = VALUES["multiverse"]["choices"][0]


@pytest.mark.parametrize(
    "choices, extra, words",
    [
        ([{**NOISE, "at": "datasets[0].nois"}], {}, "nois: unknown parameter of data set 'moons'"),
        ([{**NOISE, "at": "datasets[3].noise"}], {}, "nothing is at 3"),
        ([{**NOISE, "at": "metrics"}], {}, "'metrics' is no field to choose"),
        ([{**NOISE, "at": "protocol.limits.seconds"}], {}, "limits decide no result"),
        ([{**NOISE, "values": [0.1, "much"]}], {}, "noise = much: datasets[0].noise"),
        ([{**NOISE, "values": [0.1]}], {}, "at least 2 items"),
        ([{**NOISE, "values": [0.1, 0.1]}], {}, "two options are '0.1'"),
        ([NOISE, {**NOISE, "at": "protocol.seed"}], {}, "two choices are called 'noise'"),
        ([{"name": "noise"}], {}, "must name `at` and `values`, or `options` alone"),
        ([{"name": "noise", "att": 3}], {}, "unknown key (did you mean 'at'"),
        ([NOISE], {"sample": 3}, "3 of 2 readings; without it all of them are run"),
        ([NOISE], {"sampel": 3}, "unknown key (did you mean 'sample'"),
        (
            [NOISE, {"name": "data", "at": "datasets[0]", "values": ["moons", "circles"]}],
            {},
            "'datasets[0]' undoes the choice 'noise'; name this one first",
        ),
        (
            [{"name": "sizes", "at": "protocol.train_sizes", "values": [[0.5, 1.0], [1.0]]}],
            {},
            "a reading has one size of the training part",
        ),
    ],
)
def test_what_is_no_choice_is_one_line(choices, extra, words):
    values = {**VALUES, "multiverse": {"choices": choices, **extra}}
    with pytest.raises(SpecError) as caught:
        Study.from_dict(values)
    assert words in str(caught.value)
    assert str(caught.value).startswith("study: multiverse")
    assert "\n" not in str(caught.value)


def test_a_combination_that_is_no_study_is_one_line_that_names_it():
    values = copy.deepcopy(VALUES)
    values["multiverse"]["choices"] = [
        {"name": "step", "at": "datasets[0].preprocessing[0]", "values": ["angle_scaler", "pca"]},
        {"name": "high", "at": "datasets[0].preprocessing[0].high", "values": [1.0, 2.0]},
    ]
    values["datasets"][0]["preprocessing"] = ["angle_scaler"]
    with pytest.raises(SpecError) as caught:
        Study.from_dict(values).plan()
    assert str(caught.value).startswith("multiverse: reading 3 (step pca, high 1.0): ")
    assert "unknown parameter of preprocessing step 'pca'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_too_many_readings_are_refused_from_their_number():
    choices = [
        {"name": f"c{i}", "at": f"models[0].p{i}", "values": list(range(10))} for i in range(9)
    ]
    with pytest.raises(SpecError, match="1,000,000,000 readings of 2"):
        Study.from_dict({**VALUES, "multiverse": {"choices": choices}})


def test_check_tells_readings_together_and_which_will_fail():
    found = study(sample=6).check()
    assert {row.reading for row in found.rows} == set(range(7))
    assert all(row.features == 2 for row in found.rows)
    assert not study(sample=6).foresee()[1:]
