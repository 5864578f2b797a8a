"""Controls: for each quantum model, the models that would explain its result away.

A control is a row like any other, with the same folds and the same tuning; the report compares it
with the model it belongs to (`experiments.reporting.controls`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sklearn.base import is_classifier, is_regressor

from experiments.records import ModelRow
from experiments.registry import MODELS, build_estimator, search_space
from qml.circuits import resolve_ansatz, resolve_trainable_map
from qml.errors import SpecError

__all__ = ["Control", "controls_of"]

Kind = Literal["no entanglement", "same spectrum", "matched RBF", "permuted labels", "dummy"]


@dataclass(frozen=True)
class Control:
    """One control of one model.

    Parameters
    ----------
    kind : str
        What is taken away: the model's entanglement; all but random features of its spectrum; all
        but a bandwidth; the labels; the features.
    row : ModelRow
        The model that is fitted for it.
    permuted : bool, default=False
        Whether the training labels are shuffled.
    """

    kind: Kind
    row: ModelRow
    permuted: bool = False


def controls_of(model: ModelRow, n_features: int) -> list[Control]:
    """Return the controls that a model has; none for classical models.

    Parameters
    ----------
    model : ModelRow
        A row of the study.
    n_features : int
        After preprocessing, to see whether its circuits entangle.

    Returns
    -------
    list of Control
        Some are left out where they would say nothing: a twin of a model without entangling gates
        that can be left away, a surrogate of a model without a feature map.
    """
    estimator = build_estimator(MODELS, model.name, model.parameters)
    if not hasattr(estimator, "workload"):
        return []
    found = []
    twin = _without_entanglement(estimator, model.parameters, n_features)
    if twin is not None:
        search = _search_of_twin(model.search, twin)
        found.append(Control("no entanglement", _row(model, model.name, twin, search)))
    feature_map = getattr(estimator, "feature_map", getattr(estimator, "encoding", None))
    if is_classifier(estimator) and feature_map is not None:
        found += _surrogates(model, estimator, feature_map)
    found.append(
        Control("permuted labels", _row(model, model.name, model.parameters, model.search), True)
    )
    if is_classifier(estimator) or is_regressor(estimator):
        name = "dummy" if is_classifier(estimator) else "dummy_regressor"
        found.append(Control("dummy", _row(model, name, {}, None)))
    return found


def _row(
    model: ModelRow, name: str, parameters: Mapping[str, Any], search: Mapping[str, Any] | None
) -> ModelRow:
    return ModelRow(model.label, name, dict(parameters), model.datasets, dict(search or {}) or None)


def _surrogates(model: ModelRow, estimator: Any, feature_map: Any) -> list[Control]:
    parameters: dict[str, Any] = {"feature_map": feature_map}
    if hasattr(estimator, "bandwidth"):
        parameters["bandwidth"] = float(estimator.bandwidth)
    kernel = dict(parameters)
    if hasattr(estimator, "quantum_kernel"):
        kernel["quantum_kernel"] = _bare_kernel(estimator.quantum_kernel)
        kernel["C"] = float(getattr(estimator, "C", 1.0))
    found = []
    kinds: tuple[tuple[Kind, str, dict[str, Any]], ...] = (
        ("same spectrum", "spectrum_surrogate", parameters),
        ("matched RBF", "matched_rbf", kernel),
    )
    for kind, name, own in kinds:
        # what the model's own row names is not tuned of its control either
        named = set(model.parameters) if model.search is not None else set(own)
        space = {k: v for k, v in search_space(name).items() if k not in named}
        search = space if model.search is not None else None
        kept = {k: v for k, v in own.items() if search is None or k not in search}
        found.append(Control(kind, _row(model, name, kept, search)))
    return found


def _bare_kernel(kernel: Any) -> Any:
    """Return the kernel without what measuring or saving circuits adds to it."""
    name = kernel if isinstance(kernel, str) else kernel["name"]
    if name == "projected":
        return kernel
    return "fidelity"


def _without_entanglement(
    estimator: Any, parameters: Mapping[str, Any], n_features: int
) -> dict[str, Any] | None:
    """Return the parameters of the twin, or None if nothing entangling can be left away."""
    if hasattr(estimator, "entangling"):
        return {**parameters, "entangling": False} if estimator.entangling else None
    twin = dict(parameters)
    for name, resolve in (("feature_map", _map), ("ansatz", resolve_ansatz)):
        part = getattr(estimator, name, None)
        if isinstance(part, str | Mapping) and resolve(part, n_features).num_nonlocal_gates():
            twin[name] = {"name": "without_entanglement", "of": part}
    try:
        if "feature_map" in twin:
            _map(twin["feature_map"], n_features)
    except SpecError:  # it encodes by entangling alone
        return None
    return twin if twin != dict(parameters) else None


def _search_of_twin(
    search: Mapping[str, Any] | None, twin: Mapping[str, Any]
) -> dict[str, Any] | None:
    """Return the model's own space, where a circuit was wrapped reaching into what it wraps."""
    if search is None:
        return None
    moved = {}
    for path, values in search.items():
        name, _, inner = path.partition(".")
        part = twin.get(name)
        wrapped = isinstance(part, Mapping) and part["name"] == "without_entanglement"
        moved[f"{name}.of.{inner}" if wrapped and inner else path] = values
    return moved


def _map(feature_map: Any, n_features: int) -> Any:
    return resolve_trainable_map(feature_map, n_features).circuit
