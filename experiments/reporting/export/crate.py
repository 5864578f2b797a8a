"""A run as an RO-Crate: the files that it needs elsewhere, and what each of them is."""

from __future__ import annotations

import hashlib
import mimetypes
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from experiments.records import pretty_json
from experiments.reporting.export._things import Thing, Value, moment, slug, started_and_ended
from experiments.running.results import Results
from qml import __version__
from qml.durable import write_durably
from qml.errors import SpecError, StoreError

__all__ = ["crate"]

METADATA = "ro-crate-metadata.json"
_CRATE = "https://w3id.org/ro/crate/1.1"
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
_HERE_ONLY = {
    "kernels",
    "running",
    "quarantine",
    "stale",
}  # computed again, or of this machine alone
_TOLD = {
    "plan.json": "Plan that was asked for last: rows, cells, provenance of the data",
    "study.yaml": "The study: what was compared, on which data, by which protocol",
    "requirements.txt": "Versions of every package that was installed",
    "metrics.csv": "Scores and costs, a row a cell",
    "table.csv": "Scores with intervals, a row a data set and model",
    "verdicts.csv": "Verdicts on the comparisons that the study declares",
    "report.html": "All of the run on one page",
    "cells": "A finished cell: predictions, scores, costs, warnings",
    "plans": "A plan that was asked for",
    "environments": "Versions and machine that cells were made with",
    "code": "Digits of the modules that made cells",
    "figures": "A figure of the run",
}
_TYPES = {".yaml": "application/yaml", ".md": "text/markdown"}
_DESCRIPTOR: Thing = {
    "@id": METADATA,
    "@type": "CreativeWork",
    "conformsTo": {"@id": _CRATE},
    "about": {"@id": "./"},
}
_PROCESS: Thing = {
    "@id": _PROFILE,
    "@type": "CreativeWork",
    "name": "Process Run Crate",
    "version": "0.5",
}
_DATELESS = (1980, 1, 1, 0, 0, 0)


def crate(results: Results, folder: Path, place: str) -> Iterator[str]:
    """Pack the run as an RO-Crate, a folder or a .zip file that opens as a run elsewhere.

    Raises
    ------
    SpecError
        If the place is taken, or lies in the run itself.
    """
    target = Path(place)
    if target.exists():
        raise SpecError(
            f"{target} is there already; name a folder or a .zip file that is not", "PLACE"
        )
    if target.resolve().is_relative_to(folder.resolve()):
        raise SpecError(f"{target} lies in the run itself, {folder}; name another place", "PLACE")
    files = list(_files(folder))
    described = pretty_json(_metadata(results, folder, files)).encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.suffix.lower() == ".zip":
        _zip(folder, files, described, target)
    else:
        for name in files:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, target / name)
        write_durably(target / METADATA, described)
    yield f"Written: {target} ({len(files) + 1:,} files)"
    outside = sorted(row.label for row in results.plan.datasets if row.spec.name == "file")
    if outside:
        yield f"Without the data files of {', '.join(outside)}: give them along if you may."


def _files(folder: Path) -> Iterator[str]:
    """Yield the files that make the run, sorted, by their names within it."""
    for file in sorted(folder.rglob("*")):
        name = file.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if not file.is_file() or file.is_symlink() or hidden or name.parts[0] in _HERE_ONLY:
            continue
        if name.suffix not in {".tmp", ".lock"} and str(name) != METADATA:
            yield name.as_posix()


def _zip(folder: Path, files: list[str], described: bytes, target: Path) -> None:
    """Write the archive under another name first; the same run gives the same bytes."""
    handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".tmp")
    os.close(handle)
    try:
        with zipfile.ZipFile(unfinished, "w") as archive:
            for name in [METADATA, *files]:
                entry = zipfile.ZipInfo(name, _DATELESS)
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                content = described if name == METADATA else (folder / name).read_bytes()
                archive.writestr(entry, content)
        Path(unfinished).chmod(0o644)
        Path(unfinished).replace(target)
    finally:
        Path(unfinished).unlink(missing_ok=True)


def _metadata(results: Results, folder: Path, files: list[str]) -> Thing:
    known = started_and_ended(results)
    if known is None:
        raise StoreError(f"{folder}: no cell has ended, there is nothing to pack")
    data = [
        _data_set(number, label, results) for number, label in enumerate(results.plan.provenance, 1)
    ]
    done = sum(fit.status == "done" for fit in results.fits)
    told = f"{done:,} of {len(results.fits):,} cells done"
    parts = [_file(folder, name) for name in files]
    root: Thing = {
        "@id": "./",
        "@type": "Dataset",
        "conformsTo": {"@id": _PROFILE},
        "name": results.plan.name,
        "description": f"Run of the study {results.plan.name} by qml-workbench: {told}.",
        "datePublished": moment(known[1]),
        "license": {"@id": "#terms"},
        "hasPart": [_refer(part) for part in parts],
        "mentions": {"@id": "#run"},
    }
    action: Thing = {
        "@id": "#run",
        "@type": "CreateAction",
        "name": f"Run of {results.plan.name}",
        "description": told,
        "instrument": {"@id": "#qml-workbench"},
        "agent": {"@id": "#agent"},
        "endTime": moment(known[1]),
        "object": [{"@id": "study.yaml"}, *map(_refer, data)],
        "result": [_refer(part) for part in parts if part["@id"] != "study.yaml"],
    }
    graph = [_DESCRIPTOR, root, _PROCESS, action, *_contextual(), *data, *parts]
    return {"@context": f"{_CRATE}/context", "@graph": graph}


def _contextual() -> list[Value]:
    return [
        {
            "@id": "#qml-workbench",
            "@type": "SoftwareApplication",
            "name": "qml-workbench",
            "softwareVersion": __version__,
        },
        {
            "@id": "#agent",
            "@type": "Organization",
            "name": "Whoever ran the study",
            "description": "A run keeps nothing personal; name yourself here.",
        },
        {
            "@id": "#terms",
            "@type": "CreativeWork",
            "name": "Terms of use not stated",
            "description": "The results are their author's, who states terms here; data sets keep "
            "their own.",
        },
    ]


def _data_set(number: int, label: str, results: Results) -> Thing:
    origin = results.plan.provenance[label]
    columns = "texts" if origin.features is None else f"{origin.features:,} features"
    return {
        "@id": f"#data-{number}-{slug(label)}",
        "@type": "CreativeWork",
        "name": label,
        "description": f"{origin.name}: {origin.rows:,} rows, {columns}. Source: {origin.source}. "
        f"Licence: {origin.licence}.",
        "identifier": f"sha256:{origin.sha256}",
    }


def _file(folder: Path, name: str) -> Thing:
    content = (folder / name).read_bytes()
    suffix = Path(name).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    thing: Thing = {
        "@id": quote(name),
        "@type": "File",
        "name": name,
        "encodingFormat": kind,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    told = _TOLD.get(name.partition("/")[0])
    return thing if told is None else {**thing, "description": told}


def _refer(thing: Thing) -> Value:
    return {"@id": thing["@id"]}
