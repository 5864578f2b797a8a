"""Controls: for each quantum model, the models that would explain its result away.

A control is a row like any other, with the same folds and the same tuning; the report compares it
with the model it belongs to (`experiments.reporting.controls`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from sklearn.base import is_classifier, is_regressor

from experiments.records import ModelRow
from experiments.registry import MODELS, build_estimator, search_space
from qml.offers import (
    OFFERED_FOR,
    ControlKind,
    Controlled,
    Disentangled,
    Encoded,
    Encoding,
    Quantum,
)

__all__ = ["Control", "controls_of"]

Kind: TypeAlias = ControlKind | Literal["permuted labels", "dummy"]


@dataclass(frozen=True)
class Control:
    """One control of one model.

    Parameters
    ----------
    kind : str
        Name of what is taken away: the model's entanglement; all but random features of its
        spectrum; all but a bandwidth; the labels; the features.
    row : ModelRow
        Model that is fitted for it.
    permuted : bool, default=False
        Shuffling of the training labels.
    """

    kind: Kind
    row: ModelRow
    permuted: bool = False


def controls_of(model: ModelRow, n_features: int) -> list[Control]:
    """Return the controls that a model has; none for classical models.

    Parameters
    ----------
    model : ModelRow
        Row of the study.
    n_features : int
        Number of features after preprocessing, to see whether the model's circuits entangle.

    Returns
    -------
    list of Control
        Controls that the model declares, made of what it offers for them (`qml.offers`), and those
        that every model has. A twin is left out where the circuits have no entangling gates that
        can be left away.
    """
    estimator = build_estimator(MODELS, model.name, model.parameters)
    if not isinstance(estimator, Quantum):
        return []
    declared = estimator.controls if isinstance(estimator, Controlled) else frozenset()
    made = [_made(kind, model, estimator, n_features) for kind in OFFERED_FOR if kind in declared]
    found = [control for control in made if control is not None]
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
    return replace(
        model,
        name=name,
        parameters=dict(parameters),
        search=dict(search or {}) or None,
        backend=model.backend if "backend" in parameters else None,
    )


def _made(kind: ControlKind, model: ModelRow, estimator: object, n_features: int) -> Control | None:
    """Return the control that the model's offer for it makes, None where it would say nothing."""
    if kind == "no entanglement" and isinstance(estimator, Disentangled):
        return _twin(model, estimator.twin(n_features))
    if kind != "no entanglement" and isinstance(estimator, Encoded):
        return _surrogate(kind, model, estimator.encoding())
    return None


def _twin(model: ModelRow, changed: Mapping[str, Any] | None) -> Control | None:
    if changed is None:
        return None
    twin = {**model.parameters, **changed}
    search = _search_of_twin(model.search, twin)
    return Control("no entanglement", _row(model, model.name, twin, search))


def _surrogate(kind: ControlKind, model: ModelRow, encoding: Encoding) -> Control:
    own: dict[str, Any] = {"feature_map": encoding.feature_map, "bandwidth": encoding.bandwidth}
    name = "spectrum_surrogate" if kind == "same spectrum" else "matched_rbf"
    if kind == "matched RBF" and encoding.quantum_kernel is not None:
        own |= {"quantum_kernel": encoding.quantum_kernel, "C": encoding.C}
    # what the model's own row names is not tuned of its control either
    named = set(model.parameters) if model.search is not None else set(own)
    space = {k: v for k, v in search_space(name).items() if k not in named}
    search = space if model.search is not None else None
    kept = {k: v for k, v in own.items() if search is None or k not in search}
    return Control(kind, _row(model, name, kept, search))


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
