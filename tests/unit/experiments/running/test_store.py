"""The store: whole files or none, and damage that is always found."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from experiments.records import (
    Cell,
    CellRecord,
    Costs,
    DatasetSpec,
    DuelSettings,
    ModelSpec,
    Split,
    StoredCell,
    StoredPlan,
    StoredPredictions,
)
from experiments.running import store as store_module
from experiments.running.sealed import checksum, sealed
from experiments.running.store import Store
from qml.errors import StoreError

CELL = StoredCell(
    Cell(DatasetSpec("a", {}, (), "0"), ModelSpec("m", {"C": 1.0}), Split(0, 0, 0, folds=3)),
    CellRecord("done", "e", 0.5, scores={"accuracy": 0.75}, costs=Costs(1.0, 2.0)),
    StoredPredictions((1, 2), ("x", "y"), ("x", "x"), ("x", "y")),
    code="0123",
)
KEY = CELL.cell.key
PLAN = StoredPlan("a", {}, (), (), (), DuelSettings((), 100), (), (), (), {})


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "run")
    store.put(KEY, CELL)
    return store


def test_what_is_put_is_got(store):
    assert store.get(KEY) == CELL
    assert store.get("cd" * 32) is None
    assert store.stored_keys() == [KEY]


@pytest.mark.reliability("S4")
@pytest.mark.parametrize("key", ["", "../x", "ab", "AB" * 32, "ab" * 32 + "/", "g" * 64])
def test_only_hashes_are_file_names(store, key):
    with pytest.raises(StoreError, match="no cell key"):
        store.put(key, CELL)


def damaged(raw: bytes):
    for length in range(len(raw) - 1):
        yield raw[:length]
    for position in range(0, len(raw), 3):
        for bit in (0, 4):
            flipped = bytearray(raw)
            flipped[position] ^= 1 << bit
            yield bytes(flipped)
    yield raw.replace(b"0.75", b"0.85")
    yield raw.replace(KEY.encode(), b"cd" * 32)
    yield b"[]"
    yield b"null"
    yield b"[" * 100_000
    yield b"\xff" * 20


@pytest.mark.reliability("R7")
@pytest.mark.filterwarnings("ignore:.*was damaged")
def test_no_damage_is_ever_read_as_a_result(store, record_property):
    file = store.folder / "cells" / f"{KEY}.json"
    raw = file.read_bytes()
    good = json.loads(raw)
    survivors = found = 0
    for content in damaged(raw):
        file.write_bytes(content)
        read = store.get(KEY)
        if read is not None:  # white space between tokens carries nothing
            assert json.loads(content) == good
            survivors += 1
        else:
            assert (store.folder / "quarantine" / file.name).read_bytes() == content
            assert not file.exists()
            found += 1
    assert survivors < 60
    record_property("R7", f"{found:,} damaged results found, {survivors} unharmed (white space)")


def test_damage_warns_once_and_moves_the_file(store):
    (store.folder / "cells" / f"{KEY}.json").write_text("{}")
    with pytest.warns(UserWarning, match="was damaged"):
        assert store.get(KEY) is None


def test_one_folder_holds_one_study(tmp_path):
    store = Store(tmp_path)
    store.write_plan(PLAN)
    assert store.read_plan() == PLAN
    with pytest.raises(StoreError, match="holds the study 'a'"):
        store.write_plan(replace(PLAN, name="b"))


def test_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(StoreError, match="no run is stored here"):
        Store(tmp_path).read_plan()
    (tmp_path / "plan.json").write_text("{")
    with pytest.raises(StoreError, match="damaged"):
        Store(tmp_path).read_plan()


@pytest.mark.parametrize("schema", [None, 1, 3])
def test_folder_of_another_version_is_one_clear_line_and_nothing_is_moved(store, schema):
    store.write_plan(PLAN)
    for file in (store.folder / "plan.json", store.folder / "cells" / f"{KEY}.json"):
        body = json.loads(file.read_text())
        del body["schema"]
        if schema is not None:
            body["schema"] = schema
        if "sha256" in body:
            del body["sha256"]
            body["sha256"] = checksum(body)
        file.write_text(json.dumps(body))
    for read in (store.read_plan, lambda: store.get(KEY)):
        with pytest.raises(StoreError, match="written by another version .* --out") as caught:
            read()
        assert "\n" not in str(caught.value)
    assert (store.folder / "cells" / f"{KEY}.json").is_file()


def test_a_file_is_read_once_until_the_disk_has_another(store, monkeypatch):
    file = store.folder / "cells" / f"{KEY}.json"
    os.utime(file, (1.0, 1.0))
    reads = []
    original = store_module.Path.read_bytes
    monkeypatch.setattr(
        store_module.Path, "read_bytes", lambda path: (reads.append(path), original(path))[1]
    )
    assert store.get(KEY) == store.get(KEY) == CELL
    assert reads == [file]
    store.put(KEY, replace(CELL, code="4567"))
    assert store.get(KEY).code == CELL.code  # of two who ran it the first is right
    store.remove(KEY)
    store.put(KEY, replace(CELL, code="4567"))
    assert store.get(KEY).code == "4567"
    store.remove(KEY)
    assert store.get(KEY) is None


def test_a_damaged_plan_is_made_again_by_the_next_run(store):
    store.write_plan(PLAN)
    (store.folder / "plan.json").write_bytes(b'{"schema": 2, "name"')
    with pytest.warns(UserWarning, match=r"plan.json was damaged: read plan @1 in its place"):
        assert store.read_plan() == PLAN
    store.write_plan(PLAN)
    assert store.read_plan() == PLAN


@pytest.mark.reliability("R7", "N6")
def test_a_cell_under_another_s_name_is_damage(store):
    """Keys that are swapped would give one model another's accuracy."""
    other = replace(CELL, cell=replace(CELL.cell, model=ModelSpec("m", {"C": 2.0})))
    store.put(other.cell.key, other)
    cells = store.folder / "cells"
    body = json.loads((cells / f"{other.cell.key}.json").read_text())
    body |= {"key": KEY}
    del body["sha256"]
    (cells / f"{KEY}.json").write_bytes(sealed(body))
    with pytest.warns(UserWarning, match="damaged"):
        assert store.get(KEY) is None
    assert store.get(other.cell.key) == other
