"""Where a study comes from: a shipped name, a file, plain values with arrays beside them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from experiments.datasets import arrays_folder
from experiments.planning.checks import parse
from experiments.planning.spec import StudySpec
from experiments.planning.yaml_source import YamlSource, read_yaml, set_value
from experiments.records import Parameters
from experiments.registry import STUDIES_FOLDER, study_names
from qml.durable import write_durably
from qml.errors import SpecError, did_you_mean

__all__ = ["read_study", "study_from_values"]


def read_study(
    study: str | Path, overrides: Iterable[str] = (), backend: str | None = None
) -> StudySpec:
    """Return the study of a file; see `experiments.Study.load`."""
    source = read_yaml(_study_file(study))
    if isinstance(source.data, dict):
        for assignment in overrides:
            set_value(source.data, assignment)
        if backend is not None:
            source.data.update(backend=backend)
    return parse(source)


def study_from_values(
    values: Parameters, arrays: Mapping[str, Mapping[str, ArrayLike]] | None = None
) -> StudySpec:
    """Return the study that plain values describe; see `experiments.Study.from_dict`."""
    described = dict(values)
    entries = described.get("datasets")
    if arrays and isinstance(entries, list):
        described.update(datasets=[_with_arrays(entry, arrays) for entry in entries])
    return parse(YamlSource("study", described))


def _study_file(study: str | Path) -> Path:
    shipped = study_names()
    if str(study) in shipped:
        return STUDIES_FOLDER / f"{study}.yaml"
    file = Path(study)
    if file.suffix not in (".yaml", ".yml") and not _is_there(file):
        raise SpecError(f"unknown study {str(study)!r}{did_you_mean(study, shipped)}")
    return file


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError:  # no disk can hold such a name
        return False


def _with_arrays(entry: Any, arrays: Mapping[str, Mapping[str, ArrayLike]]) -> Any:
    """Return a study's data set entry with the file in place of the name of given arrays."""
    described = dict(entry) if isinstance(entry, Mapping) else {"name": entry}
    name = str(described.get("name"))
    if name not in arrays:
        return entry
    buffer = io.BytesIO()
    plain: dict[str, Any] = {key: np.asarray(array) for key, array in sorted(arrays[name].items())}
    np.savez(buffer, **plain)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    file = arrays_folder() / f"{digest[:16]}.npz"
    write_durably(file, buffer.getvalue())
    own = {"name": "file", "path": file.name, "sha256": digest}
    return {"label": name, **described, **own}
