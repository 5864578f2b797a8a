"""Joining circuits: a feature map with an ansatz, and a feature map with its own inverse."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import (
    Gate,
    Operation,
    Parameter,
    ParameterExpression,
    ParameterVector,
    QuantumCircuit,
    Qubit,
)

from qml.circuits._gates import gates_only

__all__ = ["ModelCircuit", "compose_model", "overlap_circuit"]


@dataclass(frozen=True)
class ModelCircuit:
    """A circuit whose parameters are split into data and trainable weights.

    Parameters
    ----------
    circuit : QuantumCircuit
        The whole circuit, without measurements.
    inputs : tuple of Parameter
        The parameters that take the features, in column order.
    weights : tuple of Parameter
        The parameters that are trained, in the order of the optimizer's vector.
    """

    circuit: QuantumCircuit
    inputs: tuple[Parameter, ...]
    weights: tuple[Parameter, ...]

    @property
    def columns(self) -> list[int]:
        """For each of ``circuit.parameters``, its column in ``hstack([features, weights])``."""
        place = {parameter: i for i, parameter in enumerate((*self.inputs, *self.weights))}
        return [place[parameter] for parameter in self.circuit.parameters]

    @property
    def weight_places(self) -> list[int]:
        """Where the weights stand in ``circuit.parameters``, in their own order."""
        place = {parameter: i for i, parameter in enumerate(self.circuit.parameters)}
        return [place[weight] for weight in self.weights]

    def with_weights(self, weights: ArrayLike) -> QuantumCircuit:
        """Return the circuit with its weights filled in; only the features are open."""
        values = np.asarray(weights, dtype=np.float64).tolist()
        bound = dict(zip(self.weights, values, strict=True))
        assigned: QuantumCircuit = self.circuit.assign_parameters(bound)
        return assigned

    def rows(self, X: NDArray[np.float64], weights: ArrayLike) -> NDArray[np.float64]:
        """Return rows of values in the order of ``circuit.parameters``: all with these weights."""
        own = np.asarray(weights, dtype=np.float64)
        return np.hstack([X, np.broadcast_to(own, (len(X), len(own)))])[:, self.columns]

    @functools.cached_property
    def encoding(self) -> ModelCircuit:
        """The model without the gates at its end that no feature reaches.

        At equal weights they cancel in every overlap of two points. Weights that stand in no other
        gate are weights of the model still, without a place in this circuit.
        """
        features, reached, kept = set(self.inputs), set[Qubit](), []
        for step in reversed(self.circuit.data):
            own = any(features & angle.parameters for angle in _open_angles(step.operation))
            fades = isinstance(step.operation, Gate) and not own
            if not fades or reached.intersection(step.qubits):
                reached.update(step.qubits)
                kept.append(step)
        if len(kept) == len(self.circuit.data):
            return self
        circuit = self.circuit.copy_empty_like()
        for step in reversed(kept):
            circuit.append(step)
        return replace(self, circuit=circuit)


def _open_angles(operation: Operation) -> list[ParameterExpression]:
    return [angle for angle in operation.params if isinstance(angle, ParameterExpression)]


def compose_model(feature_map: QuantumCircuit, ansatz: QuantumCircuit) -> ModelCircuit:
    """Return ``ansatz(weights) feature_map(inputs) |0>`` as one circuit.

    Both circuits get fresh parameters, so that two circuits that happen to use the same name
    (``θ`` in both, say) never share an angle by accident.
    """
    feature_map, ansatz = gates_only(feature_map, resets=True), gates_only(ansatz, fresh=False)
    inputs = _fresh("x", feature_map)
    weights = _fresh("θ", ansatz)
    circuit = feature_map.assign_parameters(list(inputs)).compose(
        ansatz.assign_parameters(list(weights))
    )
    return ModelCircuit(circuit, tuple(inputs), tuple(weights))


def overlap_circuit(feature_map: QuantumCircuit) -> ModelCircuit:
    r"""Return :math:`U(y)^\dagger U(x)`: its all-zeros probability is :math:`|<Φ(y)|Φ(x)>|^2`.

    The first point's features are the `inputs`, the second point's the `weights`.
    """
    prepared, feature_map = gates_only(feature_map, resets=True), gates_only(feature_map)
    first, second = _fresh("x", feature_map), _fresh("y", feature_map)
    circuit = prepared.assign_parameters(list(first)).compose(
        # inverted before its parameters are exchanged: Qiskit's controlled gates forget them else
        feature_map.inverse().assign_parameters(list(second))
    )
    return ModelCircuit(circuit, tuple(first), tuple(second))


def _fresh(name: str, circuit: QuantumCircuit) -> ParameterVector:
    """Return as many new parameters, with names that cannot meet one of the circuit's own.

    Where the circuit's parameters are in their places already, a name may be the same.
    """
    own = list(circuit.parameters)
    fresh = ParameterVector(name, len(own))
    taken = {parameter.name: place for place, parameter in enumerate(own)}
    while any(taken.get(parameter.name, k) != k for k, parameter in enumerate(fresh)):
        name += "'"
        fresh = ParameterVector(name, len(own))
    return fresh
