"""The workbench's rooms of plug-ins, and building an estimator from a name and plain values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator

from experiments.datasets import Dataset
from qml.backends import resolve_backend
from qml.circuits import ANSATZES, FEATURE_MAPS
from qml.decisions import DECISIONS
from qml.errors import SpecError, did_you_mean
from qml.kernels import KERNELS
from qml.losses import LOSSES
from qml.optimizers import OPTIMIZERS
from qml.registry import Room, check_parameters
from qml.variational import resolve_training

__all__ = [
    "COMPONENTS",
    "DATASETS",
    "MODELS",
    "PREPROCESSING",
    "STUDIES_FOLDER",
    "build_estimator",
    "check_component",
    "search_space",
    "study_names",
]

MODELS: Room[type[BaseEstimator]] = Room(
    "model",
    ("qml.classifiers", "qml.regressors", "qml.outlier_detectors", "qml.surrogates", "classical"),
)
DATASETS: Room[Callable[..., Dataset]] = Room(
    "data set", "experiments.datasets", supplied=("random_state",)
)
PREPROCESSING: Room[type[BaseEstimator]] = Room(
    "preprocessing step", ("experiments.preprocessing", "qml.transformers")
)
STUDIES_FOLDER = Path(__file__).parent / "studies"

# An estimator's parameters of these names take a component by name, whatever the estimator.
COMPONENTS: dict[str, Room[Callable[..., object]]] = {
    "optimizer": OPTIMIZERS,
    "loss": LOSSES,
    "decision": DECISIONS,
    "feature_map": FEATURE_MAPS,
    "quantum_kernel": KERNELS,
    "ansatz": ANSATZES,
}


def study_names() -> list[str]:
    """Return the shipped studies' names, sorted."""
    return sorted(file.stem for file in STUDIES_FOLDER.glob("*.yaml"))


def search_space(name: str, optimizer: str | None = None) -> dict[str, Any]:
    """Return what there is to tune of a model: the `SEARCH_SPACE` beside its estimator.

    That of a model which is trained by an optimizer has the optimizer's own space as well, above
    all its step size.

    Parameters
    ----------
    name : str
        Name of the model's plug-in.
    optimizer : str or None, default=None
        Name of the optimizer's plug-in; None is the model's default, if it has one.
    """
    own = dict(getattr(MODELS.module(name), "SEARCH_SPACE", {}))
    default = MODELS.load(name)().get_params(deep=False).get("optimizer")
    chosen = optimizer or default
    if chosen not in OPTIMIZERS.names():  # none, or another library's
        return own
    steps = getattr(OPTIMIZERS.module(chosen), "SEARCH_SPACE", {})
    return own | {f"optimizer.{path}": values for path, values in steps.items()}


def build_estimator(
    room: Room[type[BaseEstimator]],
    name: object,
    parameters: Mapping[str, Any],
    random_state: int = 0,
) -> Any:
    """Return an unfitted estimator, every parameter checked by name, type and range.

    Parameters
    ----------
    room : Room
        `MODELS` or `PREPROCESSING`.
    name : str
        Name of the plug-in.
    parameters : mapping
        Plain values from the study.
    random_state : int, default=0
        Seed of the estimator, if it takes one.

    Raises
    ------
    SpecError
        Naming the parameter, what was got and what is allowed.
    """
    estimator_class = room.load(name)
    allowed = estimator_class().get_params(deep=False)
    for key, value in parameters.items():
        if key == "random_state":
            raise SpecError("the study's seed decides it; set protocol.seed", key)
        if key not in allowed:
            open_names = set(allowed) - {"random_state"}
            problem = f"unknown parameter of {room.kind} {name!r}{did_you_mean(key, open_names)}"
            raise SpecError(problem, str(key))
        check_component(key, value)
    estimator = estimator_class(**parameters)
    _check_values(estimator, parameters)
    if "random_state" in allowed:
        estimator.set_params(random_state=random_state)
    return estimator


def check_component(key: str, value: object) -> None:
    """Check a parameter that names a component, such as an optimizer, and the parts of that."""
    if key == "backend":
        try:
            resolve_backend(value)  # type: ignore[arg-type]  # anything a study may hold
        except SpecError as error:
            raise SpecError(str(error), key) from None
    elif key == "training":
        resolve_training(value)  # type: ignore[arg-type]  # anything a study may hold
        for name in set(value or ()) & {"checkpoint", "warm_start"}:  # type: ignore[call-overload]
            raise SpecError("is for one model in Python, a study fits many", f"training.{name}")
    elif key in COMPONENTS:
        try:
            COMPONENTS[key].bind(value)
            for inner, part in value.items() if isinstance(value, Mapping) else ():
                check_component(inner, part)
        except SpecError as error:
            raise error.under(key) from None


def _check_values(estimator: Any, parameters: Mapping[str, Any]) -> None:
    """Let scikit-learn's own validation speak, one parameter at a time, so that each is named."""
    if inspect.getattr_static(type(estimator), "_parameter_constraints", None) is None:
        check_parameters(type(estimator), parameters, type(estimator).__name__)
        return
    try:
        estimator._validate_params()
    except ValueError as error:  # InvalidParameterError
        problem = " ".join(str(error).split())
        culprit = next((key for key in parameters if f"'{key}'" in problem), "")
        raise SpecError(problem, culprit) from None
