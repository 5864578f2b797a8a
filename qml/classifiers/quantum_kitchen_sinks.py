"""Quantum kitchen sinks: random circuits as features of a linear classifier."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit
from sklearn.linear_model import LogisticRegression

from qml.backends import Workload
from qml.classifiers._base import QuantumClassifier
from qml.classifiers._forms import FormedEstimator
from qml.declared import PositiveReal
from qml.engine import outcome_bits
from qml.offers import Controls

__all__ = ["QuantumKitchenSinks"]

EXAMPLES: tuple[dict[str, object], ...] = ({}, {"form": "bowles2024"})

SEARCH_SPACE = {
    "sigma": {"low": 0.1, "high": 10.0, "log": True},
    "n_episodes": [50, 100, 200],
    "C": {"low": 0.01, "high": 1000.0, "log": True},
}

Values = NDArray[np.float64]

_BLOCK = 1 << 24  # probabilities held at once: 128 MiB


class QuantumKitchenSinks(FormedEstimator, QuantumClassifier):
    r"""Features through random linear maps into the angles of a fixed circuit; nothing is trained.

    Episode :math:`e` has the angles :math:`\Omega_e x + \beta_e` with
    :math:`\Omega_e\sim N(0,\sigma^2)` and :math:`\beta_e\sim U(0,2\pi)`; its circuit turns each
    qubit by RX, joins neighbours by CX, and gives the mean of each qubit's bit. A logistic
    regression takes the bits of all episodes.

    Parameters
    ----------
    n_episodes : int, default=100
        Number of random circuits.
    n_qubits : int or None, default=None
        Width of each circuit; None is one a feature, but at most 4 in the workbench's form.
    sigma : float, default=1.0
        Spread of the random factors.
    C : float or None, default=None
        Inverse of the logistic regression's penalty; None is 1, and no penalty in the published
        form.
    backend : str or Backend, default="exact"
        Place where the circuits run. With one shot, ``exact:shots=1``, the features are single
        bits, as published in either form; exact, their means.

    Attributes
    ----------
    linear_ : sklearn.linear_model.LogisticRegression
        Classifier on the bits.

    Notes
    -----
    Circuits: one a sample and episode, to fit and to predict.

    In the published form the qubits are joined by CX in pairs, (0, 1), (2, 3), ..., and then each
    with the next but one, (0, 2), (1, 3), ...; the logistic regression is L-BFGS with a tolerance
    of 1e-3 and at most 100 steps. The shots are the backend's.

    References
    ----------
    Wilson, Otterbach, Tezak, Smith, Crooks and da Silva, arXiv:1806.08321 (2018); the published
    form: Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> QuantumKitchenSinks(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    n_episodes: PositiveInt = 100
    n_qubits: PositiveInt | None = None
    sigma: PositiveReal = 1.0
    C: PositiveReal | None = None
    controls: ClassVar[Controls] = frozenset()

    def _fit(self, X: Values, y: NDArray[np.intp], seed: int) -> None:
        rng = np.random.default_rng(seed)
        width = self._width(X.shape[1])
        self._factors = rng.normal(0, self.sigma, (self.n_episodes, X.shape[1], width))
        self._shifts = rng.uniform(0, 2 * np.pi, (self.n_episodes, width))
        self.linear_ = self._regression()
        self.linear_.fit(self._bits(X), self.classes_[y])

    def _regression(self) -> LogisticRegression:
        if self._published:
            C = np.inf if self.C is None else self.C
            return LogisticRegression(C=C, tol=1e-3, max_iter=100)
        return LogisticRegression(C=1.0 if self.C is None else self.C, max_iter=1000)

    def least_qubits(self, n_features: int) -> int:
        """Return the width of its circuits."""
        return self._width(n_features)

    def _width(self, n_features: int) -> int:
        if self.n_qubits is not None:
            return self.n_qubits
        return n_features if self._published else min(n_features, 4)

    def _bits(self, X: Values) -> Values:
        """Return the mean bits, shape (n_samples, n_episodes * n_qubits)."""
        block = self._samples_at_once(self._shifts.shape[1])
        parts = [self._block_of_bits(X[i : i + block]) for i in range(0, len(X), block)]
        return np.vstack(parts)

    def _samples_at_once(self, width: int) -> int:
        return max(1, _BLOCK // (self.n_episodes << width))

    def _block_of_bits(self, X: Values) -> Values:
        width = self._shifts.shape[1]
        circuit = self._episode(width)
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

    def _episode(self, width: int) -> QuantumCircuit:
        circuit = QuantumCircuit(width)
        for qubit, angle in enumerate(ParameterVector("x", width)):
            circuit.rx(angle, qubit)
        if self._published:
            pairs = [(q, q + 1) for q in range(0, width - 1, 2)]
            pairs += [(q, q + 2) for q in range(width - 2)]
        else:
            pairs = [(q, q + 1) for q in range(width - 1)]
        for first, second in pairs:
            circuit.cx(first, second)
        return circuit
