"""Plans of a run: numbered, never changed, sealed, the latest beside them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from experiments import Study
from experiments.records import DuelSettings, StoredPlan
from experiments.running.plans import Plans, folder_and_number
from experiments.study import Run
from qml.errors import StoreError

PLAN = StoredPlan("a", {}, (), (), (), DuelSettings((), 100), (), (), (), {})
OTHER = replace(PLAN, metrics=("f1",))


@pytest.fixture
def plans(tmp_path):
    return Plans(tmp_path)


@pytest.mark.reliability("N12")
def test_an_edited_study_is_a_new_plan_and_the_old_one_stays(plans):
    assert not plans.exist()
    for plan in (PLAN, PLAN, OTHER, PLAN):
        plans.write(plan)
        assert plans.read() == plan
    assert [one.plan for one in plans.all()] == [PLAN, OTHER]
    assert (plans.read(1), plans.read(2)) == (PLAN, OTHER)
    with pytest.raises(StoreError, match=r"no plan @3; there are @1, @2"):
        plans.read(3)


def test_a_plan_that_somebody_else_numbers_meanwhile_gets_the_next(plans, tmp_path, monkeypatch):
    plans.write(PLAN)
    rival = Plans(tmp_path)
    looked = plans.all
    monkeypatch.setattr(plans, "all", lambda: (looked(), rival.write(OTHER))[0])
    third = replace(PLAN, metrics=("mcc",))
    plans.write(third)
    monkeypatch.undo()
    assert [one.plan for one in plans.all()] == [PLAN, OTHER, third]
    assert plans.read() == third


@pytest.mark.reliability("R7", "N6")
def test_every_bit_that_flips_is_found(plans, tmp_path, record_property):
    plans.write(PLAN)
    file = tmp_path / "plans" / "1.json"
    whole = file.read_bytes()
    found = 0
    for place in range(0, 8 * len(whole), 7):
        broken = bytearray(whole)
        broken[place // 8] ^= 1 << place % 8
        file.write_bytes(broken)
        if json.loads(whole) == _read(broken):
            continue  # a blank for a blank
        with pytest.raises(StoreError):
            plans.read(1)
        found += 1
    assert plans.read() == PLAN
    record_property("N6", f"{found:,} flipped bits of a plan found")


def _read(raw):
    try:
        return json.loads(bytes(raw))
    except ValueError:
        return None


@pytest.mark.reliability("N6")
@pytest.mark.filterwarnings("ignore:.*was damaged")
@pytest.mark.parametrize("left", [0, 20, -2])
def test_a_truncated_plan_is_read_from_its_copy_or_one_line(plans, tmp_path, left):
    plans.write(PLAN)
    plans.write(OTHER)
    for file in (tmp_path / "plan.json", tmp_path / "plans" / "2.json"):
        file.write_bytes(file.read_bytes()[:left])
    assert plans.damaged() == [tmp_path / "plan.json", tmp_path / "plans" / "2.json"]
    assert plans.read() == PLAN
    (tmp_path / "plans" / "1.json").unlink()
    with pytest.raises(StoreError, match="plan.json: damaged"):
        plans.read()
    plans.write(OTHER)  # the next run mends it
    assert plans.read() == OTHER


@pytest.mark.timeout(20)
def test_the_number_of_a_damaged_plan_is_not_given_again(plans, tmp_path):
    """It is taken all the same: whoever looked for sound plans alone tried it for ever."""
    plans.write(PLAN)
    plans.write(OTHER)
    (tmp_path / "plans" / "2.json").write_bytes(b"{")
    third = replace(PLAN, metrics=("mcc",))
    plans.write(third)
    assert plans.read(3) == plans.read() == third


@pytest.mark.reliability("N12")
def test_an_earlier_table_can_be_had_again(tmp_path):
    values = {
        "name": "edited",
        "datasets": [{"name": "moons", "n_samples": 20}],
        "models": ["dummy"],
        "protocol": {"folds": 2, "repeats": 1},
    }
    folder = tmp_path / "edited"
    first = Study.from_dict(values).run(jobs=1, out=folder).table()
    Study.from_dict({**values, "models": ["svc"]}).run(jobs=1, out=folder)
    assert Run(f"{folder}@1").table().equals(first)
    assert set(Run(f"{folder}@2").table().model) == set(Run(folder).table().model) == {"svc"}


def test_a_folder_of_that_name_is_no_plan(tmp_path):
    (tmp_path / "run@2").mkdir()
    assert folder_and_number(tmp_path / "run@2") == (tmp_path / "run@2", None)
    assert folder_and_number(tmp_path / "run@3") == (tmp_path / "run", 3)
