"""Power cuts: of a run there is what was flushed, and of that everything that was acknowledged.

No power is cut here. The calls of a run are watched, and after each the disk is made as it may be
found then: a file has the content that it had when it was last flushed, and a name is there if its
folder was flushed since, or (as systems may write names at any time) at once.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from experiments import Study
from experiments.running.store import Store

STUDY = {
    "name": "dark",
    "datasets": [{"name": "moons", "n_samples": 16}],
    "models": [{"name": "qsvc", "bandwidth": 1.0}, "dummy"],
    "protocol": {"folds": 2, "repeats": 1},
    "compare": "none",
}
NAMING = ("replace", "rename", "link", "unlink", "mkdir", "rmdir")


class Disk:
    """What of a folder would survive a power cut now."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.flushed: dict[int, bytes] = {}  # inode: content
        self.names: dict[str, dict[str, int]] = {"": {}}  # flushed folder: its names and inodes
        self.states: list[tuple[dict[str, bytes], dict[str, bytes], int]] = []
        self.acknowledged: list[str] = []

    def fsync(self, number: int) -> None:
        path = Path(f"/proc/self/fd/{number}").readlink()
        if not path.is_relative_to(self.folder):
            return
        if path.is_dir():
            place = "" if path == self.folder else path.relative_to(self.folder).as_posix()
            self.names[place] = {one.name: one.stat().st_ino for one in path.iterdir()}
        else:
            self.flushed[path.stat().st_ino] = path.read_bytes()

    def note(self) -> None:
        """Keep the disk as it may be found: with names that were flushed, and with all."""
        now = {
            place.relative_to(self.folder).as_posix(): self.flushed.get(place.stat().st_ino, b"")
            for place in self.folder.rglob("*")
            if place.is_file()
        }
        lazy = dict(self._below(""))
        state = (lazy, now, len(self.acknowledged))
        if not self.states or self.states[-1] != state:
            self.states.append(state)

    def _below(self, place: str):
        for name, inode in self.names.get(place, {}).items():
            path = f"{place}/{name}".lstrip("/")
            if inode in self.flushed:
                yield path, self.flushed[inode]
            yield from self._below(path)


@pytest.fixture
def disk(tmp_path, monkeypatch):
    folder = tmp_path / "disk"
    folder.mkdir()
    watched = Disk(folder)

    def watch(name, concerns):
        original = getattr(os, name)

        def call(*arguments, **named):
            result = original(*arguments, **named)
            if name == "fsync":
                watched.fsync(*arguments)
            if concerns(*arguments):
                watched.note()
            return result

        monkeypatch.setattr(os, name, call)

    watch("fsync", lambda number: True)
    for name in NAMING:
        watch(name, lambda path, *rest: str(path).startswith(str(folder)))
    return watched


@pytest.mark.reliability("R3")
@pytest.mark.filterwarnings("ignore:.*was damaged")
def test_what_was_acknowledged_is_there_after_a_power_cut(
    disk, tmp_path, monkeypatch, record_property
):
    whole = Study.from_dict(STUDY).run(jobs=1, out=tmp_path / "whole")
    disk.states.clear()
    run = Study.from_dict(STUDY).run(
        jobs=1, out=disk.folder / "run", on_finished=lambda key, _: disk.acknowledged.append(key)
    )
    disk.note()
    monkeypatch.undo()
    monkeypatch.setenv("QML_BEAT_SECONDS", "0.02")  # claims of the dead are empty files
    assert len(disk.acknowledged) == 4
    columns = ["key", "model", "fold", "status", "accuracy"]
    tried = resumed = 0
    for lazy, eager, n_acknowledged in disk.states:
        for content in (lazy, eager):
            place = tmp_path / f"{tried}"
            tried += 1
            for name, raw in content.items():
                file = place / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(raw)
            store = Store(place / "run")
            sound = {key for key in store.stored_keys() if store.get(key) is not None}
            assert set(disk.acknowledged[:n_acknowledged]) <= sound, (tried, sorted(content))
            if tried % 9 == 0:
                again = Study.from_dict(STUDY).run(jobs=1, out=place / "run")
                assert again.cells()[columns].equals(whole.cells()[columns])
                resumed += 1
    assert run.cells()[columns].equals(whole.cells()[columns])
    assert tried > 60
    told = f"{tried} power cuts replayed, 0 acknowledged cells lost, {resumed} runs resumed equal"
    record_property("R3", told)
