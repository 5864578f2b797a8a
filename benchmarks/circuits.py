"""The circuits of the cases, for Qiskit and for PennyLane, and the data they run on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit.library import efficient_su2, zz_feature_map

from qml.circuits import ModelCircuit, compose_model

Array = NDArray[np.float64]
Prepared = Callable[[], Any]  # what a side hands over: calling it does the work


def points(n_samples: int, n_qubits: int) -> Array:
    """Return the same random features for every side."""
    return np.random.default_rng(7).uniform(0, np.pi, (n_samples, n_qubits))


def labels(n_samples: int) -> NDArray[np.int64]:
    return np.random.default_rng(8).integers(0, 2, n_samples)


def weights(n_qubits: int, reps: int = 3) -> Array:
    return np.random.default_rng(9).normal(size=2 * n_qubits * (reps + 1))


def model(n_qubits: int, reps: int = 3) -> ModelCircuit:
    return compose_model(zz_feature_map(n_qubits), efficient_su2(n_qubits, reps=reps))


def parity_projector(n_qubits: int) -> Array:
    return np.eye(2)[np.bitwise_count(np.arange(1 << n_qubits)) % 2]


def cross_entropy(y: NDArray[np.int64]) -> Any:
    """Return the loss and its slopes by output."""
    rows = np.arange(len(y))

    def loss(outputs: Array) -> tuple[float, Array]:
        p = np.maximum(outputs[rows, y], 1e-12)
        slopes = np.zeros_like(outputs)
        slopes[rows, y] = -1 / p / len(y)
        return float(-np.log(p).mean()), slopes

    return loss


def pennylane_zz(qml: Any, x: Any, n: int) -> None:
    for _ in range(2):
        for i in range(n):
            qml.Hadamard(i)
            qml.PhaseShift(2 * x[..., i], i)
        for i in range(n):
            for j in range(i + 1, n):
                qml.CNOT([i, j])
                qml.PhaseShift(2 * (np.pi - x[..., i]) * (np.pi - x[..., j]), j)
                qml.CNOT([i, j])


def pennylane_su2(qml: Any, w: Any, n: int, reps: int = 3) -> None:
    k = 0
    for layer in range(reps + 1):
        for gate in (qml.RY, qml.RZ):
            for i in range(n):
                gate(w[k], i)
                k += 1
        if layer < reps:
            for i in range(n - 2, -1, -1):
                qml.CNOT([i, i + 1])


def from_pennylane(states: Any, n: int) -> NDArray[np.complex128]:
    """PennyLane's first wire is the most significant bit, Qiskit's first qubit the least."""
    array = np.asarray(states).reshape(-1, *(2,) * n)
    return array.transpose(0, *range(n, 0, -1)).reshape(len(array), -1)
