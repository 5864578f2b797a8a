"""Files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import time
from dataclasses import replace

import pytest

from qml import durable
from qml.durable import publish_durably, sweep, write_durably
from qml.errors import StoreError
from qml.hosts import Process, this_process


@pytest.mark.reliability("R3")
def test_order_is_write_flush_replace_flush_folder(tmp_path, monkeypatch):
    calls = []
    fsync = durable.os.fsync
    replace = durable.Path.replace
    monkeypatch.setattr(durable.os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(
        durable.Path, "replace", lambda a, b: (calls.append("replace"), replace(a, b))
    )
    write_durably(tmp_path / "x" / "file", b"content")
    assert calls[:3] == ["fsync", "replace", "fsync"]
    assert set(calls[3:]) == {"fsync"}  # of the folders above, which may be as new
    calls.clear()
    write_durably(tmp_path / "x" / "file", b"content")
    assert calls == ["fsync", "replace", "fsync"]


@pytest.mark.reliability("R6", "N7")
@pytest.mark.parametrize("broken", ["write", "fsync", "replace"])
def test_full_disk_is_one_line_and_leaves_nothing(tmp_path, monkeypatch, broken):
    def full(*_):
        raise OSError(28, "No space left on device")

    target = tmp_path / "file"
    target.write_bytes(b"before")
    if broken == "replace":
        monkeypatch.setattr(durable.Path, "replace", full)
    elif broken == "fsync":
        monkeypatch.setattr(durable.os, "fsync", full)
    else:
        monkeypatch.setattr(durable.Path, "open", full)
    with pytest.raises(StoreError, match="No space left on device"):
        write_durably(target, b"after")
    monkeypatch.undo()
    assert [file.name for file in tmp_path.iterdir()] == ["file"]
    assert target.read_bytes() == b"before"


@pytest.mark.reliability("R8")
def test_of_two_writers_the_first_is_right(tmp_path):
    file = tmp_path / "file"
    assert publish_durably(file, b"first")
    assert not publish_durably(file, b"second")
    assert file.read_bytes() == b"first"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


def test_where_names_cannot_be_shared_the_file_is_written_all_the_same(tmp_path, monkeypatch):
    def refuse(source, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert publish_durably(tmp_path / "file", b"content")
    assert (tmp_path / "file").read_bytes() == b"content"


@pytest.mark.reliability("N1")
def test_what_dead_writers_began_is_swept_and_what_others_own_is_left(tmp_path):
    here, far = this_process(), Process("0" * 12, os.getpid(), 1)
    names = {
        "dead": f".cell.json.{replace(here, started=1)}.0123abcd.tmp",
        "alive": f".cell.json.{here}.0123abcd.tmp",
        "far": f".cell.json.{far}.0123abcd.tmp",
        "far, old": f".cell.json.{far}.4567abcd.tmp",
        "a user's": ".notes.tmp",
    }
    for name in names.values():
        (tmp_path / name).touch()
    yesterday = time.time() - 90_000
    os.utime(tmp_path / names["far, old"], (yesterday, yesterday))
    sweep(tmp_path)
    left = {kind for kind, name in names.items() if (tmp_path / name).exists()}
    assert left == {"alive", "far", "a user's"}
