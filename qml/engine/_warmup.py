"""Compiling, or loading, every kernel before anybody waits for it or measures time."""

from __future__ import annotations

import functools

import numpy as np
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library import efficient_su2, zz_feature_map
from qiskit.quantum_info import SparsePauliOp

from qml.engine._gradients import gradients
from qml.engine._gram import gram
from qml.engine._mps import MPSStates
from qml.engine._simulation import statevectors
from qml.engine._training import EncodedModel

__all__ = ["warm_up"]


@functools.cache
def warm_up() -> None:
    """Use every kernel once: half a minute after an installation, half a second in a new process.

    A small model is trained both ways, so that times measured afterwards are those of the work.
    """
    x, w = ParameterVector("x", 2), ParameterVector("w", 8)
    circuit = zz_feature_map(2).assign_parameters(list(x))
    circuit.compose(efficient_su2(2, reps=1).assign_parameters(list(w)), inplace=True)
    every = QuantumCircuit(2)
    every.rx(0.1, 0)
    every.swap(0, 1)
    every.x(0)
    every.sx(0)
    every.ecr(0, 1)
    circuit.compose(every, inplace=True)
    projector = np.eye(2)[[0, 1, 1, 0]]
    for n_samples in (2, 5):
        model = EncodedModel(circuit, list(x), list(w), np.full((n_samples, 2), 0.1), projector)
        model.value_and_gradient(np.zeros(8), lambda outputs: (0.0, outputs))
        model.outputs(np.zeros(8))
    gradients(circuit, [SparsePauliOp("ZZ")], np.zeros((2, 10)))
    gram(zz_feature_map(2), np.zeros((2, 2)))
    statevectors(circuit, np.zeros((2, 10)))
    MPSStates.from_tensors([np.ones((2, 1, 2, 1), dtype=complex)], 2).gram()
