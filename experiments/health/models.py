"""The variational models of a study under examination."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.evaluation.tasks import task_of
from experiments.health import model_report as report
from experiments.health.kernels import prepared_data
from experiments.planning.building import load_dataset
from experiments.planning.rows import dataset_rows, model_rows
from experiments.planning.spec import StudySpec
from experiments.records import canonical_json
from experiments.registry import MODELS, build_estimator
from experiments.reporting.writer import save_csv, save_picture
from experiments.study import Study
from qml.diagnostics.model_health import ModelHealth, model_health
from qml.errors import SpecError
from qml.variational import VariationalEstimator

__all__ = ["ModelExamination", "examinations", "of_study", "write"]

_OF_TRAINING = ("optimizer", "training", "initial_point", "backend", "random_state")


@dataclass(frozen=True)
class ModelExamination:
    """One variational model on one data set.

    Parameters
    ----------
    dataset, label : str
        Labels of the data set and of the model, without what it is trained with.
    model : VariationalEstimator
        Unfitted model with the study's circuits.
    X, y : ndarray
        Features after preprocessing, and classes.
    """

    dataset: str
    label: str
    model: Any
    X: Any
    y: Any

    def run(self, seed: int) -> ModelHealth:
        """Return what is found."""
        return model_health(self.model, self.X, self.y, random_state=seed)


def examinations(study: str, samples: int = 60) -> Iterator[ModelExamination]:
    """Return the variational models of a study, each circuit once, whatever its optimizer.

    Parameters
    ----------
    study : str
        A shipped study, or a study file.
    samples : int, default=60
        Most rows that are taken, drawn at random with the classes' shares kept.

    Raises
    ------
    SpecError
        If the study has no such model on a data set with classes.
    """
    found = list(of_study(Study.load(study).spec, samples))
    if not found:
        raise SpecError(f"{study} has no variational model on a data set with classes")
    yield from found


def of_study(spec: StudySpec, samples: int = 60) -> Iterator[ModelExamination]:
    """Yield the variational models of a study, each circuit once, whatever its optimizer."""
    seen = set()
    for dataset in dataset_rows(spec):
        y = load_dataset(dataset.spec, spec.protocol.seed).y
        for model in model_rows(spec) if task_of(y) == "classification" else ():
            variational = issubclass(MODELS.load(model.name), VariationalEstimator)
            if not variational or not model.applies_to(dataset):
                continue
            shape = {k: v for k, v in model.parameters.items() if k not in _OF_TRAINING}
            key = canonical_json([dataset.spec, model.preprocessing, model.name, shape])
            if key in seen:
                continue
            seen.add(key)
            parameters = {**shape, "optimizer": "l_bfgs_b"}
            estimator = build_estimator(MODELS, model.name, parameters, spec.protocol.seed)
            of_model = model.preprocessing
            X, labels = prepared_data(dataset.spec, spec.protocol.seed, samples, of_model)
            yield ModelExamination(dataset.label, model.called(_OF_TRAINING), estimator, X, labels)


def write(health: ModelHealth, folder: Path, title: str) -> list[Path]:
    """Write the tables as CSV and the figure as PNG, and return the files."""
    steps = [round(float(step), 9) for step in health.landscape.steps]
    tables = {
        "summary.csv": pd.DataFrame([health.summary]),
        "widths.csv": pd.DataFrame(health.widths),
        "depths.csv": pd.DataFrame(health.depths),
        "fourier.csv": pd.DataFrame({"mean": health.fourier.mean, "spread": health.fourier.spread}),
        "landscape.csv": pd.DataFrame(health.landscape.losses, index=steps, columns=steps),
    }
    for name, table in tables.items():
        save_csv(folder / name, table, index=name == "landscape.csv")
    figure = save_picture(folder / "model-health.png", report.drawn(health, title))
    return [*(folder / name for name in tables), figure]
