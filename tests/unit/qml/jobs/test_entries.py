"""The files of the ledger's entries: whole, damaged, and of an earlier form."""

from __future__ import annotations

import hashlib
import json

import pytest

from qml.errors import StoreError
from qml.jobs import Entry, Ledger
from qml.jobs._entry import EntryFiles

ADDRESS = "ab" * 32
OF_BEFORE = {  # as it was written before costs became one `Usage`
    "address": ADDRESS,
    "machine": "ibm_test",
    "kind": "sampler",
    "rows": 6,
    "shots": 100,
    "columns": 5,
    "status": "failed",
    "job_id": "j1",
    "reason": "calibration",
    "ended_as": "failed",
    "executions": 600,
    "qpu_s": 2.5,
    "queue_s": 1.0,
    "two_qubit_gates": 24,
    "submitted_at_s": 1.0,
    "ended_at_s": 2.0,
    "earlier": [],
    "sha256": "",
    "instance": None,
}


def write(folder, content, checksum=None):
    """Write an entry's file by hand, as every version of the ledger has written it."""
    text = json.dumps(content, sort_keys=True)
    own = hashlib.sha256(text.encode()).hexdigest()[:16]
    folder.mkdir(exist_ok=True)
    file = folder / f"{ADDRESS}.json"
    file.write_text(json.dumps({**content, "checksum": checksum or own}))
    return file


def test_what_is_written_is_read(tmp_path):
    entry = Entry(ADDRESS, "ibm_test", "sampler", 6, 100, 5, earlier=("j0",))
    files = EntryFiles(tmp_path)
    files.write(entry)
    assert files.read(ADDRESS) == entry
    assert files.read("cd" * 32) is None


def test_an_entry_of_an_earlier_form_is_refused_in_one_line(tmp_path):
    """It is no damage: read as an empty intent, what it has cost would be forgotten."""
    folder = tmp_path / "jobs"
    text = write(folder, OF_BEFORE).read_bytes()
    for ask in (lambda: EntryFiles(folder).read(ADDRESS), Ledger(folder, max_shots=10).entries):
        with pytest.raises(StoreError, match="were written by another version") as caught:
            ask()
        assert str(folder) in str(caught.value)
        assert "\n" not in str(caught.value)
    assert (folder / f"{ADDRESS}.json").read_bytes() == text


def test_only_what_is_damaged_counts_as_an_intent(tmp_path):
    write(tmp_path, OF_BEFORE, checksum="0" * 16)
    entry = EntryFiles(tmp_path).read(ADDRESS)
    assert (entry.status, entry.job_id) == ("submitting", "")
