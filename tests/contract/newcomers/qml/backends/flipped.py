"""Ideal qubits whose readout flips every bit with the same probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from qiskit.circuit import QuantumCircuit

from qml.backends import Backend, Estimate, Usage, Workload
from qml.engine import memory_needed, probabilities
from qml.examples import BackendExample

__all__ = ["FlippedBackend"]

Values = NDArray[np.float64]

EXAMPLES = (BackendExample({"probability": 0.1}, noisy=True), {"probability": 0.0})


@dataclass
class FlippedBackend(Backend):
    """Exact simulation, then a flip of every bit that is read.

    Parameters
    ----------
    probability : float, default=0.02
        Probability that a bit is read wrongly.

    Examples
    --------
    >>> FlippedBackend(probability=0.25).run_probabilities(QuantumCircuit(1), np.zeros((1, 0)))
    array([[0.75, 0.25]])
    """

    probability: Annotated[float, Field(ge=0, le=0.5)] = 0.02

    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> Values:
        """Return the flipped distributions."""
        found = probabilities(circuit, values)
        self.usage += Usage.of_call(len(found))
        shape = (len(values), *(2,) * circuit.num_qubits)
        flip = np.array([[1 - self.probability, self.probability]] * 2)
        flip[1] = flip[1, ::-1]
        for qubit in range(circuit.num_qubits):
            moved = np.moveaxis(found.reshape(shape), qubit + 1, -1) @ flip
            found = np.moveaxis(moved, -1, qubit + 1).reshape(len(values), -1)
        return found

    def estimate(self, workload: Workload) -> Estimate:
        """Return one circuit an entry."""
        circuits = workload.n_evaluations + workload.n_entries
        return Estimate(circuits, 0, memory_needed(workload.n_qubits, workload.batch, copies=4))
