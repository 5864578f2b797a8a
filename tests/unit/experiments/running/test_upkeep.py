"""Verifying reads everything and says what it found; pruning removes what nothing refers to."""

from __future__ import annotations

import contextlib

import pytest
from typer.testing import CliRunner

from experiments import Study
from experiments.commands.cli import app
from experiments.running.claims import Heartbeat
from experiments.running.store import Store
from experiments.running.upkeep import unreferenced, verify
from qml.errors import StoreError

VALUES = {
    "name": "kept",
    "datasets": [{"name": "moons", "n_samples": 20}],
    "models": [{"name": "qsvc", "bandwidth": 1.0, "backend": "exact:shots=20"}, "dummy"],
    "protocol": {"folds": 2, "repeats": 1},
}


@pytest.fixture
def store(tmp_path):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path / "run").store


def states(store):
    return {one.what: one.state for one in verify(Store(store.folder))}


def first(store, pattern):
    return min(store.folder.glob(pattern))


def test_a_folder_without_a_run_is_told(tmp_path):
    told = CliRunner().invoke(app, ["verify", str(tmp_path / "nonesuch")])
    assert "no run is stored here" in str(told.exception)
    told = CliRunner().invoke(app, ["runs", str(tmp_path / "nonesuch")])
    assert str(told.exception).count("nonesuch") == 1


@pytest.mark.reliability("R7", "N6")
@pytest.mark.filterwarnings("ignore:.*was gone")
@pytest.mark.parametrize(
    ("pattern", "state", "words"),
    [
        ("plan.json", "mended", "the plan in plan.json"),
        ("plans/1.json", "mended", "the plan in 1.json"),
        ("cells/*.json", "lost", "1 cell of a run that had all"),
        ("study.yaml", "mended", "study.yaml"),
        ("environments/*.json", "lost", "the environment"),
        ("code/*.json", "lost", "the version of the code"),
    ],
)
def test_every_file_that_is_gone_is_missed(store, pattern, state, words):
    first(store, pattern).unlink()
    found = {what: said for what, said in states(store).items() if said != "sound"}
    assert [said for what, said in found.items() if words in what] == [state]
    Study.from_dict(VALUES).run(jobs=1, out=store.folder)
    if state == "mended" or pattern.startswith("cells"):
        assert set(states(store).values()) == {"sound"}


@pytest.mark.filterwarnings("ignore:.*was damaged")
def test_without_any_plan_damaged_cells_are_told_every_time(store):
    for file in [store.folder / "plan.json", *store.folder.glob("plans/*.json")]:
        file.write_text("")
    first(store, "cells/*.json").write_text("")
    for _ in range(2):
        found = states(store)
        assert any("was damaged and runs again" in what for what in found)
        assert list(found.values()).count("lost") >= 3


def test_a_study_that_was_edited_in_the_folder_is_written_again(store):
    file = store.folder / "study.yaml"
    whole = file.read_text()
    file.write_text(whole + "# mine\n")
    assert states(store)["study.yaml, written again from the plan"] == "mended"
    assert file.read_text() == whole


def test_packages_that_are_gone_are_told(store):
    (store.folder / "requirements.txt").unlink()
    assert states(store)["requirements.txt is not there: `qml run` writes that at its end"]
    Study.from_dict(VALUES).run(jobs=1, out=store.folder)
    assert not any("not there" in what for what in states(store))


def test_a_run_under_way_lacks_nothing(tmp_path):
    run = Study.from_dict(VALUES).run(jobs=1, out=tmp_path)
    for file in [*(run.folder / "cells").glob("*.json")][:1]:
        file.unlink()
    (run.folder / "study.yaml").unlink()
    found = states(run.store)
    assert found["1 cell that have not run yet"] == "sound"


def test_what_is_whole_is_sound(store):
    assert set(states(store).values()) == {"sound"}
    told = CliRunner().invoke(app, ["verify", str(store.folder)])
    assert (told.exit_code, "lost" in told.output) == (0, False)


@pytest.mark.reliability("R7", "N6")
@pytest.mark.filterwarnings("ignore:.*was damaged")
@pytest.mark.parametrize(
    ("pattern", "state", "words"),
    [
        ("plan.json", "mended", "the plan in plan.json"),
        ("plans/1.json", "mended", "the plan in 1.json"),
        ("kernels/*.json", "mended", "the shared kernel"),
        ("kernels/*.npy", "mended", "the shared kernel"),
        ("cells/*.json", "lost", "was damaged and runs again"),
        ("environments/*.json", "lost", "the environment"),
        ("code/*.json", "lost", "the version of the code"),
    ],
)
@pytest.mark.parametrize("how", ["flipped", "truncated"])
def test_every_file_that_the_disk_has_changed_is_found(store, pattern, state, words, how):
    file = first(store, pattern)
    raw = bytearray(file.read_bytes())
    place = len(raw) // 2
    while chr(raw[place]).isspace():
        place += 1
    raw[place] ^= 4
    file.write_bytes(raw if how == "flipped" else raw[:place])
    found = {what: said for what, said in states(store).items() if said != "sound"}
    assert [said for what, said in found.items() if words in what] == [state]
    told = CliRunner().invoke(app, ["verify", str(store.folder)])
    if state == "mended":
        assert told.exit_code == 0
        assert set(states(store).values()) == {"sound"}
    else:
        assert told.exit_code == 1
        Study.from_dict(VALUES).run(jobs=1, out=store.folder)  # a cell runs again
        assert (set(states(store).values()) == {"sound"}) == pattern.startswith(("cells", "env"))


def test_a_data_set_that_is_another_now_is_told(store, monkeypatch):
    from experiments.planning import plan as planning

    original = planning.load_dataset

    def other(spec, seed):
        return original(spec, seed + 1)

    monkeypatch.setattr(planning, "load_dataset", other)
    assert states(store)["the study makes another plan: 4 cells are not in it, 4 are new"] == "lost"


def test_pruning_removes_what_no_plan_asks_for_and_nothing_else(store):
    before = {file for file in store.folder.rglob("*") if file.is_file()}
    told = CliRunner().invoke(app, ["prune", str(store.folder)])
    assert "could go" in told.output
    assert {file for file in store.folder.rglob("*") if file.is_file()} == before
    other = {**VALUES, "protocol": {"folds": 3, "repeats": 1}}
    Study.from_dict(other).run(out=store.folder, jobs=1)
    (store.folder / "plans" / "1.json").unlink()
    gone = unreferenced(Store(store.folder))
    assert len([file for file in gone if file.parent.name == "cells"]) == 4
    CliRunner().invoke(app, ["prune", str(store.folder), "--yes"])
    assert set(states(store).values()) == {"sound"}
    assert not unreferenced(Store(store.folder))
    assert len(store.stored_keys()) == 6
    told = CliRunner().invoke(app, ["runs", str(store.folder)])
    assert "@2" in told.output
    assert "6 of 6 cells  (latest)" in told.output


def test_a_run_holds_its_study_and_its_packages(store):
    again = Study.load(store.folder / "study.yaml")
    assert again.plan().stored() == store.read_plan()
    lines = (store.folder / "requirements.txt").read_text().splitlines()
    assert any(line.startswith("numpy==") for line in lines)


@pytest.mark.parametrize("trouble", ["damaged", "at work"])
def test_nothing_is_pruned_while_it_is_not_known_what_is_needed(store, trouble):
    """The cells of a plan that cannot be read look like nobody's; a run is about to name more."""
    other = {**VALUES, "protocol": {"folds": 3, "repeats": 1}}
    Study.from_dict(other).run(out=store.folder, jobs=1)
    if trouble == "damaged":
        (store.folder / "plans" / "1.json").write_bytes(b"{")
        words = "1.json is damaged"
        held = contextlib.nullcontext()
    else:
        words = "is at work"
        held = Heartbeat(store.folder)
    before = {file for file in store.folder.rglob("*.json") if file.is_file()}
    with held:
        told = CliRunner().invoke(app, ["prune", str(store.folder), "--yes"])
    assert isinstance(told.exception, StoreError)
    assert words in str(told.exception)
    assert {file for file in store.folder.rglob("*.json") if file.is_file()} == before
