"""The workbench's rooms of plug-ins, and building an estimator from a name and plain values."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sklearn.base import BaseEstimator

from experiments.datasets import Dataset
from qml.backends import resolve_backend
from qml.circuits import ANSATZES, FEATURE_MAPS, check_gates
from qml.decisions import DECISIONS
from qml.errors import SpecError, did_you_mean, reason_of
from qml.kernels import KERNELS
from qml.losses import LOSSES
from qml.optimizers import OPTIMIZERS
from qml.quantities import QUANTITIES
from qml.registry import Room, check_parameters
from qml.variational import resolve_training

__all__ = [
    "COMPONENTS",
    "DATASETS",
    "MODELS",
    "PREPROCESSING",
    "QUANTITIES",
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


def search_space(name: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what there is to tune of a model, by path.

    That is the `SEARCH_SPACE` beside its estimator and, of every component that stands in it, the
    one beside that: whichever optimizer trains a circuit has its own step size.

    Parameters
    ----------
    name : str
        Name of the model.
    parameters : mapping or None, default=None
        Plain values that the study names; what is not named has its default.

    Examples
    --------
    >>> [path for path in search_space("vqc", {"optimizer": "spsa"}) if "." in path]
    ['optimizer.a', 'ansatz.reps']
    """
    space = dict(getattr(MODELS.module(name), "SEARCH_SPACE", {}))
    taken = {**MODELS.load(name)().get_params(deep=False), **(parameters or {})}
    for key, room in COMPONENTS.items():
        spec = taken.get(key)
        component = spec.get("name") if isinstance(spec, Mapping) else spec
        # else an object of the user's own, another library's word, or none
        if isinstance(component, str) and component in room.names():
            inner = getattr(room.module(component), "SEARCH_SPACE", {})
            space |= {f"{key}.{path}": values for path, values in inner.items()}
    return space


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
    allowed = _made(name, lambda: estimator_class().get_params(deep=False))
    for key, value in parameters.items():
        if key == "random_state":
            raise SpecError("the study's seed decides it; set protocol.seed", key)
        if key not in allowed:
            open_names = set(allowed) - {"random_state"}
            problem = f"unknown parameter of {room.kind} {name!r}{did_you_mean(key, open_names)}"
            raise SpecError(problem, str(key))
        check_component(key, value)
    estimator = _made(name, lambda: estimator_class(**parameters))
    _check_values(estimator, parameters)
    if "random_state" in allowed:
        estimator.set_params(random_state=random_state)
    return estimator


def _made(name: object, make: Callable[[], Any]) -> Any:
    """Return what a class makes; whatever it does instead is one line."""
    try:
        return make()
    except (SpecError, KeyboardInterrupt):
        raise
    except BaseException as error:  # somebody's class, which may as well exit
        raise SpecError(f"{name} cannot be made: {reason_of(error)}", "name") from None


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
            if key in ("feature_map", "ansatz"):
                check_gates(COMPONENTS[key], value)  # type: ignore[arg-type]  # bound just now
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
