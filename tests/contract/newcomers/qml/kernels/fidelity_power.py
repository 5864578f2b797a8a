"""A power of the fidelity."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from qml.backends import Workload
from qml.kernels import QuantumKernel

__all__ = ["FidelityPower"]

Values = NDArray[np.float64]

EXAMPLES = ({}, {"power": 3})


class FidelityPower(QuantumKernel):
    """Fidelity of two encoded points to a whole power, positive as every such power is.

    Parameters
    ----------
    power : int, default=2
        Number of copies of the states that are compared.
    """

    power: PositiveInt = 2

    def _fit_evaluate(self, X: Values, y: NDArray[Any] | None) -> Values:
        return self._evaluate(X, None)

    def _evaluate(self, X: Values, Y: Values | None) -> Values:
        return np.asarray(self.backend.gram(self._circuit(X.shape[1]), X, Y) ** self.power)

    def _workload(self, n_features: int, n_train: int, n_test: int) -> Workload:
        circuit = self._circuit(n_features)
        grams = ((n_train, 0), (n_test, n_train))
        return Workload(circuit.num_qubits, grams=grams, circuit=circuit)
