"""What is asked of a model on a data set: classes, numbers, or what does not belong."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn.base import is_classifier, is_outlier_detector, is_regressor

from qml.errors import SpecError

__all__ = ["Task", "check_model", "task_of"]

Task = Literal["classification", "regression"]


def task_of(y: NDArray[Any]) -> Task:
    """Return what labels ask for: floating-point numbers are targets, all else is classes.

    >>> task_of(np.array([0.5, 1.5])), task_of(np.array([0, 1]))
    ('regression', 'classification')
    """
    return "regression" if y.dtype.kind == "f" else "classification"


def check_model(model: object, y: NDArray[Any], dataset: str) -> None:
    """Refuse a model that cannot do what the data set asks.

    Raises
    ------
    SpecError
        Naming both kinds.
    """
    name = type(model).__name__
    task, n_classes = task_of(y), len(np.unique(y))
    if is_outlier_detector(model):
        if task == "regression" or n_classes != 2:
            asks = "targets" if task == "regression" else f"{n_classes} classes"
            problem = f"{name} detects outliers and needs two classes, {dataset!r} has {asks}"
            raise SpecError(problem)
    elif is_classifier(model) and task == "regression":
        raise SpecError(f"{name} is a classifier, {dataset!r} asks for numbers")
    elif is_regressor(model) and task == "classification":
        raise SpecError(f"{name} is a regressor, {dataset!r} asks for classes")
