"""The kernels of a study, or of a data set, under examination."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from experiments.evaluation.tasks import task_of
from experiments.health import kernel_report as report
from experiments.planning.building import load_dataset, make_step
from experiments.planning.rows import dataset_rows, model_rows
from experiments.planning.spec import StudySpec
from experiments.records import DatasetSpec, Step, canonical_json
from experiments.registry import (
    DATASETS,
    MODELS,
    build_estimator,
    study_names,
)
from experiments.reporting.writer import save_csv, save_picture
from experiments.study import Study
from qml.backends import resolve_backend
from qml.bandwidth import found_bandwidth
from qml.diagnostics.kernel_health import KernelHealth, kernel_health
from qml.errors import DataError, SpecError, did_you_mean
from qml.kernels import KernelMachine

__all__ = ["Examination", "examinations", "of_study", "prepared_data", "write"]

_MOST_FEATURES = 16  # of a bare data set; one with more wants its preprocessing named


@dataclass(frozen=True)
class Examination:
    """One kernel on one data set.

    Parameters
    ----------
    dataset, label : str
        Labels of the data set and of the model, or of the feature map where there is no study.
    X, y : ndarray
        Angles and classes.
    parameters : dict
        Further parameters of `qml.diagnostics.kernel_health.kernel_health`.
    """

    dataset: str
    label: str
    X: Any
    y: Any
    parameters: dict[str, Any]

    @property
    def own_shots(self) -> int | None:
        """Shots of the examined backend; None where its results are exact."""
        return resolve_backend(self.parameters.get("backend", "exact")).shots

    def run(self, shots: int, seed: int) -> KernelHealth:
        """Return what is found."""
        try:
            return kernel_health(self.X, self.y, shots=shots, random_state=seed, **self.parameters)
        except (DataError, SpecError) as error:
            raise type(error)(f"{self.dataset} / {self.label}: {error}") from None


def examinations(
    subject: str,
    feature_map: Any = None,
    bandwidth: float | None = None,
    pca: int | None = None,
    samples: int = 200,
    seed: int = 0,
) -> Iterator[Examination]:
    """Return what is to be examined of a study or a data set.

    Parameters
    ----------
    subject : str
        A shipped study, a study file, or a data set's name.
    feature_map : str, mapping or None, default=None
        Feature map in place of the study's; None is the study's own, ``zz`` for a bare data set.
    bandwidth : float or None, default=None
        Bandwidth in place of the models'; None is their own, "scale" for a bare data set.
    pca : int or None, default=None
        Number of principal components of a bare data set, standardised before and scaled to angles
        after; None takes its features as they are.
    samples : int, default=200
        Most rows that are taken, drawn at random with the classes' shares kept.
    seed : int, default=0
        Seed of a bare data set and of its draw of rows; a study has its own.

    Raises
    ------
    SpecError
        If the subject is neither, or a study holds no such machine on a data set with classes.
    """
    if subject in DATASETS.names():
        yield _of_dataset(subject, feature_map, bandwidth, pca, samples, seed)
        return
    if subject not in study_names() and Path(subject).suffix not in (".yaml", ".yml"):
        known = [*study_names(), *DATASETS.names()]
        raise SpecError(f"no study or data set is called {subject!r}{did_you_mean(subject, known)}")
    if pca is not None:
        raise SpecError("a study has its own preprocessing", "--pca")
    found = list(of_study(Study.load(subject).spec, feature_map, bandwidth, samples))
    if not found:
        raise SpecError(f"{subject} has no machine on a quantum kernel that looks at classes")
    yield from found


def _of_dataset(
    name: str, feature_map: Any, bandwidth: float | None, pca: int | None, samples: int, seed: int
) -> Examination:
    steps: tuple[Step, ...] = ()
    if pca is not None:
        components = Step("pca", {"n_components": pca})
        steps = (Step("standard_scaler", {}), components, Step("angle_scaler", {}))
    X, y = prepared_data(DatasetSpec(name, {}, steps), seed, samples)
    if pca is None and X.shape[1] > _MOST_FEATURES:
        raise SpecError(
            f"{name} has {X.shape[1]} features: give --pca N, or a study with its preprocessing"
        )
    chosen = "zz" if feature_map is None else feature_map
    found = found_bandwidth(bandwidth or "scale", chosen, X)
    parameters = {"feature_map": chosen, "bandwidth": found}
    return Examination(name, _name(chosen), X, y, parameters)


def of_study(
    spec: StudySpec, feature_map: Any = None, bandwidth: float | None = None, samples: int = 200
) -> Iterator[Examination]:
    """Yield the kernels of a study, each once on each of its data sets with classes."""
    seen = set()
    for dataset in dataset_rows(spec):
        y = load_dataset(dataset.spec, spec.protocol.seed).y
        for model in model_rows(spec) if task_of(y) == "classification" else ():
            model_class = MODELS.load(model.name)
            if not issubclass(model_class, KernelMachine) or not model.applies_to(dataset):
                continue
            machine = build_estimator(MODELS, model.name, model.parameters)
            parameters = {
                "feature_map": machine.feature_map if feature_map is None else feature_map,
                "quantum_kernel": machine.quantum_kernel,
                "bandwidth": bandwidth or machine.bandwidth,
                "backend": machine.backend,
            }
            key = canonical_json([dataset.spec, model.preprocessing, parameters])
            if key in seen:
                continue
            seen.add(key)
            X, y = prepared_data(dataset.spec, spec.protocol.seed, samples, model.preprocessing)
            named, encoded = parameters["bandwidth"], parameters["feature_map"]
            parameters["bandwidth"] = found_bandwidth(named, encoded, X)
            yield Examination(dataset.label, model.label, X, y, parameters)


def prepared_data(
    dataset: DatasetSpec, seed: int, samples: int, of_model: Sequence[Step] = ()
) -> tuple[Any, Any]:
    """Return at most so many rows, preprocessing fitted to all of them: a look, not a test.

    Of fresh test sets none: the rows are those that are trained on.
    """
    data = load_dataset(replace(dataset, test_sets=0, test_rows=None), seed)
    if task_of(data.y) == "regression":
        raise DataError(f"{data.name}: this looks at classes, the targets are numbers")
    X, y = data.X, data.y
    if len(y) > samples:
        from sklearn.model_selection import train_test_split

        X, _, y, _ = train_test_split(X, y, train_size=samples, stratify=y, random_state=seed)
    for step in (*dataset.preprocessing, *of_model):
        X = make_step(step, seed).fit_transform(X, y)
    if X.ndim != 2:
        raise DataError(
            f"{data.name}: the data are texts; use a study whose preprocessing reads them"
        )
    return np.asarray(X, dtype=np.float64), y


def write(health: KernelHealth, folder: Path, title: str) -> list[Path]:
    """Write the tables as CSV and the figure as PNG, and return the files."""
    tables = {
        "summary.csv": [health.summary],
        "qubits.csv": health.qubits,
        "bandwidths.csv": health.bandwidths,
        "repairs.csv": health.repairs,
    }
    for name, rows in tables.items():
        save_csv(folder / name, rows)
    figure = save_picture(folder / "kernel-health.png", report.drawn(health, title))
    return [*(folder / name for name in tables), figure]


def _name(spec: Any) -> str:
    return spec if isinstance(spec, str) else str(spec["name"])
