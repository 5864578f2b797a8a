"""Quantum kitchen sinks: random circuits as features of a linear classifier."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit
from sklearn.linear_model import LogisticRegression

from qml.backends import Workload
from qml.classifiers._base import QuantumClassifier
from qml.declared import PositiveReal
from qml.engine import outcome_bits
from qml.offers import Controls

__all__ = ["QuantumKitchenSinks"]

SEARCH_SPACE = {
    "sigma": {"low": 0.1, "high": 10.0, "log": True},
    "n_episodes": [50, 100, 200],
    "C": {"low": 0.01, "high": 1000.0, "log": True},
}

Values = NDArray[np.float64]
Entangler = Literal["chain", "double"]

_BLOCK = 1 << 24  # probabilities held at once: 128 MiB


class QuantumKitchenSinks(QuantumClassifier):
    r"""Features through random linear maps into the angles of a fixed circuit; nothing is trained.

    Episode :math:`e` has the angles :math:`\Omega_e x + \beta_e` with
    :math:`\Omega_e\sim N(0,\sigma^2)` and :math:`\beta_e\sim U(0,2\pi)`; its circuit turns each
    qubit by RX, joins qubits by CX, and gives the mean of each qubit's bit. A logistic regression
    takes the bits of all episodes.

    Parameters
    ----------
    n_episodes : int, default=100
        Number of random circuits.
    n_qubits : int or None, default=None
        Width of each circuit; None is one a feature, but at most 4.
    sigma : float, default=1.0
        Spread of the random factors.
    entangler : {"chain", "double"}, default="chain"
        Pattern of the CX: each qubit with the next one; or, as Bowles et al. have it, the pairs
        (0, 1), (2, 3), ..., then each qubit with the next but one.
    C : float or None, default=1.0
        Inverse of the logistic regression's penalty; None is no penalty.
    backend : str or Backend, default="exact"
        Place where the circuits run. With one shot, ``exact:shots=1``, the features are single
        bits, as published; exact, their means.

    Attributes
    ----------
    linear_ : sklearn.linear_model.LogisticRegression
        Classifier on the bits.

    Notes
    -----
    Circuits: one a sample and episode, to fit and to predict.

    References
    ----------
    Wilson, Otterbach, Tezak, Smith, Crooks and da Silva, arXiv:1806.08321 (2018); the form with
    ``n_qubits`` one a feature or half as many, ``entangler="double"``, ``C=None`` and one shot:
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> QuantumKitchenSinks(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    n_episodes: PositiveInt = 100
    n_qubits: PositiveInt | None = None
    sigma: PositiveReal = 1.0
    entangler: Entangler = "chain"
    C: PositiveReal | None = 1.0
    controls: ClassVar[Controls] = frozenset()

    def _fit(self, X: Values, y: NDArray[np.intp], seed: int) -> None:
        rng = np.random.default_rng(seed)
        width = self._width(X.shape[1])
        self._factors = rng.normal(0, self.sigma, (self.n_episodes, X.shape[1], width))
        self._shifts = rng.uniform(0, 2 * np.pi, (self.n_episodes, width))
        self.linear_ = LogisticRegression(C=np.inf if self.C is None else self.C, max_iter=1000)
        self.linear_.fit(self._bits(X), self.classes_[y])

    def _width(self, n_features: int) -> int:
        return min(n_features, 4) if self.n_qubits is None else self.n_qubits

    def _bits(self, X: Values) -> Values:
        """Return the mean bits, shape (n_samples, n_episodes * n_qubits)."""
        block = self._samples_at_once(self._shifts.shape[1])
        parts = [self._block_of_bits(X[i : i + block]) for i in range(0, len(X), block)]
        return np.vstack(parts)

    def _samples_at_once(self, width: int) -> int:
        return max(1, _BLOCK // (self.n_episodes << width))

    def _block_of_bits(self, X: Values) -> Values:
        width = self._shifts.shape[1]
        circuit = _episode(width, self.entangler)
        bits = outcome_bits(width).astype(float)
        angles = np.einsum("nf,efq->neq", X, self._factors) + self._shifts
        outcomes = self.backend_.run_probabilities(circuit, angles.reshape(-1, width))
        return np.asarray((outcomes @ bits).reshape(len(X), -1))

    def predict_proba(self, X: ArrayLike) -> Values:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        points = self._checked(X)
        return np.asarray(self.linear_.predict_proba(self._bits(points)))

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return one circuit a sample and episode."""
        width = self._width(n_features)
        rows = self.n_episodes * min(max(n_train, n_test), self._samples_at_once(width))
        total = self.n_episodes * (n_train + n_test)
        return Workload(width, n_evaluations=total, batch=rows)


def _episode(width: int, entangler: Entangler) -> QuantumCircuit:
    circuit = QuantumCircuit(width)
    for qubit, angle in enumerate(ParameterVector("x", width)):
        circuit.rx(angle, qubit)
    nearest = range(0, width - 1, 1 if entangler == "chain" else 2)
    for qubit in nearest:
        circuit.cx(qubit, qubit + 1)
    for qubit in range(width - 2) if entangler == "double" else ():
        circuit.cx(qubit, qubit + 2)
    return circuit
