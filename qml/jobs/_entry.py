"""A batch in the ledger, and the files that hold it: a page of facts and its results."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from qml.costs import Usage
from qml.durable import write_durably
from qml.errors import DiskError, StoreError
from qml.jobs._batch import Answer

__all__ = ["Ended", "Entry", "EntryFiles"]

Status = Literal["submitting", "submitted", "done", "failed", "cancelled"]
Ended = Literal["failed", "timed_out", "cancelled"]


@dataclass(frozen=True)
class Entry:
    """A batch in the ledger.

    Parameters
    ----------
    address : str
        Content address of the batch.
    machine : str
        Name of the machine.
    kind : {"sampler", "estimator"}
        Question of the batch: outcomes, or expectation values.
    rows, shots, columns : int
        Numbers of circuits, of measurements of each, and of bits or observables.
    status : {"submitting", "submitted", "done", "failed", "cancelled"}
        State of the batch; ``"submitting"`` is an intent whose job has no id yet.
    job_id : str, default=""
        Id that the service gave to the job.
    reason, ended_as : str, default="", "failed"
        Reason of a failure, and the status that the record of a cell says.
    usage : Usage
        Cost of the batch; the foreseen one until it is done.
    submitted_at_s, ended_at_s : float
        Seconds since the epoch; 0 is not yet.
    earlier : tuple of str
        Ids of failed jobs of the same batch.
    sha256 : str, default=""
        Hash of the file of results.
    instance : str or None, default=None
        Instance of the account that pays.
    """

    address: str
    machine: str
    kind: str
    rows: int
    shots: int
    columns: int
    status: Status = "submitting"
    job_id: str = ""
    reason: str = ""
    ended_as: Ended = "failed"
    usage: Usage = field(default_factory=Usage)
    submitted_at_s: float = 0.0
    ended_at_s: float = 0.0
    earlier: tuple[str, ...] = ()
    sha256: str = ""
    instance: str | None = None

    @property
    def tag(self) -> str:
        """What its job is found by on the service."""
        return f"qml-{self.address[:40]}"

    @property
    def label(self) -> str:
        """What a person calls it."""
        return f"job {self.job_id}" if self.job_id else f"batch {self.address[:12]}"


class EntryFiles:
    """The entries in a folder.

    Parameters
    ----------
    folder : Path
        Folder of the entries, made when something is first written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Entry]:
        """Return all entries, the first submitted first."""
        found = []
        for file in self._folder.glob("[0-9a-f]*.json"):
            with contextlib.suppress(FileNotFoundError):  # removed by hand, just now
                version = (str(file), file.stat().st_mtime_ns)
                if version not in _READ:  # a budget asks for all of them before every job
                    entry = self.read(file.stem)
                    if entry is None:
                        continue
                    _READ[version] = entry
                found.append(_READ[version])
        return sorted(found, key=lambda entry: entry.submitted_at_s)

    def read(self, address: str) -> Entry | None:
        """Return an entry; None if it is not there.

        A damaged file counts as an intent without an id: its job is looked for by its tag.

        Raises
        ------
        DiskError
            If the file is there and the disk does not let us read it.
        StoreError
            If the file is whole and of another form: what it says was spent, must not be forgotten.
        """
        file = self._folder / f"{address}.json"
        try:
            content = json.loads(file.read_text("utf-8"))
            if content.pop("checksum") != _checksum(content):
                raise ValueError
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DiskError(f"{file}: cannot be read ({error.strerror})") from None
        except (ValueError, TypeError, KeyError, AttributeError):
            return Entry(address, "", "", 0, 0, 0)
        try:
            own = {"usage": Usage.of(content["usage"]), "earlier": tuple(content["earlier"])}
            return Entry(**{**content, **own})
        except (TypeError, KeyError):
            raise StoreError(
                f"{self._folder}: its jobs were written by another version of the workbench; run "
                "the study into another folder with --out, or give the ledger another folder"
            ) from None

    def write(self, entry: Entry) -> None:
        """Keep an entry; when this returns, it survives a power cut."""
        content = asdict(entry)
        text = json.dumps({**content, "checksum": _checksum(content)}, indent=1)
        write_durably(self._folder / f"{entry.address}.json", f"{text}\n".encode())

    def keep(self, entry: Entry, arrays: Mapping[str, Any]) -> str:
        """Keep what an entry's job has brought, and return the file's SHA-256."""
        packed = {name: _packed(name, array) for name, array in arrays.items()}
        buffer = io.BytesIO()
        np.savez(buffer, **packed)
        content = buffer.getvalue()
        write_durably(self._folder / f"{entry.address}.npz", content)
        return hashlib.sha256(content).hexdigest()

    def kept(self, entry: Entry) -> Answer | None:
        """Return stored results; None if there are none, or if the disk has damaged them."""
        if entry.status != "done":
            return None
        try:
            content = (self._folder / f"{entry.address}.npz").read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            file = self._folder / f"{entry.address}.npz"
            raise DiskError(f"{file}: cannot be read ({error.strerror})") from None
        if hashlib.sha256(content).hexdigest() != entry.sha256:
            return None
        with np.load(io.BytesIO(content), allow_pickle=False) as stored:
            arrays = {name: _unpacked(name, stored[name], entry) for name in stored.files}
        return Answer(arrays, entry.usage.copy())


_READ: dict[tuple[str, int], Entry] = {}  # by file and time of its last change


def _checksum(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _packed(name: str, array: Any) -> Any:
    return np.packbits(array, axis=-1) if name == "outcomes" else array


def _unpacked(name: str, array: Any, entry: Entry) -> Any:
    if name != "outcomes":
        return array
    return np.unpackbits(array, axis=-1, count=entry.columns)
