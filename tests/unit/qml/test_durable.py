"""Files that are there whole or not at all."""

from __future__ import annotations

import pytest

from qml import durable
from qml.durable import write_durably
from qml.errors import StoreError


def test_order_is_write_flush_replace_flush_folder(tmp_path, monkeypatch):
    calls = []
    fsync = durable.os.fsync
    replace = durable.Path.replace
    monkeypatch.setattr(durable.os, "fsync", lambda fd: (calls.append("fsync"), fsync(fd)))
    monkeypatch.setattr(
        durable.Path, "replace", lambda a, b: (calls.append("replace"), replace(a, b))
    )
    write_durably(tmp_path / "x" / "file", b"content")
    assert calls == ["fsync", "replace", "fsync"]


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
