"""Quantum Boltzmann machine: the thermal state of a Hamiltonian that the features set."""

from __future__ import annotations

from itertools import combinations
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt

from qml.backends import Backend, Usage, Workload, resolve_backend
from qml.circuits import preparation_angles, state_preparation
from qml.classifiers._base import QuantumClassifier
from qml.decisions import resolve_decision
from qml.declared import PositiveReal
from qml.engine import outcome_bits, outcomes, require_memory
from qml.errors import SpecError
from qml.estimator import EntanglingEstimator
from qml.losses import LossSpec, resolve_loss
from qml.offers import Controls
from qml.optimizers import OptimizerSpec, resolve_optimizer
from qml.variational import (
    Question,
    TrainedEstimator,
    resolve_training,
    train,
)

__all__ = ["QuantumBoltzmannMachine"]

SEARCH_SPACE = {"temperature": {"low": 0.1, "high": 10.0, "log": True}}

Values = NDArray[np.float64]


class QuantumBoltzmannMachine(EntanglingEstimator, TrainedEstimator, QuantumClassifier):
    r"""Class probabilities of a thermal state, whose Hamiltonian is linear in the features.

    .. math:: p_c(x) = \mathrm{Tr}[\Pi_c\,\rho(x)],\qquad \rho(x) = e^{-H(x)/T}/Z,\qquad
        H(x) = \sum_k (\theta_k\cdot x + \theta_{k0})\,\sigma_k

    with :math:`\sigma_k` all :math:`X_q`, :math:`Z_q` and :math:`Z_qZ_r`, and :math:`\Pi_c` the
    outcomes that are c modulo the number of classes (for two: one visible qubit).

    Parameters
    ----------
    n_qubits : int or None, default=None
        Width of the state; None is one a feature, but at most 4, and no fewer than the classes
        need.
    temperature : float, default=1.0
        Temperature :math:`T` of the state.
    entangling : bool, default=True
        Presence of the terms :math:`Z_qZ_r`; without them this is the separable control.
    loss : str or mapping, default="cross_entropy"
        Loss of the class probabilities; see `qml.losses`.
    optimizer : str, mapping or Optimizer, default="cobyla"
        Method of the training; see `qml.optimizers.resolve_optimizer`. One that takes gradients
        needs exact results: the gradient of a thermal state is no expectation value that could be
        measured.
    training : mapping, Training or None, default=None
        Budgets, minibatches, early stopping, restarts, callback; see `qml.variational.Training`.
        Its checkpoints and validation are not for this model.

    Attributes
    ----------
    weights_ : ndarray of shape (n_terms * (n_features + 1),)
        Factors :math:`\theta`, term by term, each with its constant last.

    Notes
    -----
    The thermal state is computed here, by diagonalising H for every sample. With shots it is
    measured: its purification :math:`\sum_{ij}(\sqrt\rho)_{ij}|i\rangle|j\rangle`, which is real,
    is prepared on twice the qubits, and half of them are read. Preparing thermal states *on* a
    machine, which is what makes such a model hard, is not done. Circuits: one a sample and
    evaluation of the loss, and one a sample to predict.

    References
    ----------
    Amin, Andriyash, Rolfe, Kulchytskyy and Melko, Phys. Rev. X 8, 021050 (2018),
    doi:10.1103/PhysRevX.8.021050. With features: Zoufal, Lucchi and Woerner, Quantum Mach. Intell.
    3, 7 (2021), doi:10.1007/s42484-020-00033-7.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> QuantumBoltzmannMachine(random_state=0).fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    n_qubits: PositiveInt | None = None
    temperature: PositiveReal = 1.0
    loss: LossSpec = "cross_entropy"
    optimizer: OptimizerSpec = "cobyla"
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def _fit(self, X: Values, y: NDArray[np.intp], seed: int) -> None:
        training, optimizer = resolve_training(self.training), resolve_optimizer(self.optimizer)
        if training.checkpoint is not None or training.validation_fraction is not None:
            raise SpecError("checkpoint and validation_fraction are not for this model", "training")
        if optimizer.uses_gradient and self.backend_.shots is not None:
            raise SpecError(
                "gradients of a thermal state cannot be measured; take one without, such as "
                "cobyla or spsa, or an exact backend",
                "optimizer",
            )
        self._thermal = self._machine(X.shape[1], len(self.classes_))
        problem = _ThermalLoss(self.backend_, self._thermal, resolve_loss(self.loss), X, y)
        size = self._thermal.n_terms * (X.shape[1] + 1)
        self.trained_ = train(
            problem,
            optimizer,
            training,
            lambda rng: rng.normal(size=size) / np.sqrt(X.shape[1] + 1),
            self.backend_,
            seed,
        )
        self.result_ = self.trained_.result
        self.weights_ = self.result_.x

    def least_qubits(self, n_features: int) -> int:
        """Return the qubits that are named; by default they are few."""
        return self.n_qubits or 0

    def _machine(self, n_features: int, n_classes: int) -> _Thermal:
        width = self.n_qubits
        if width is None:
            width = max(min(n_features, 4), (n_classes - 1).bit_length())
        readout = resolve_decision("lowest", width, n_classes).readout
        return _Thermal(width, self.temperature, self.entangling, readout)

    def predict_proba(self, X: ArrayLike) -> Values:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        points = self._checked(X)
        states = self._thermal.states(points, self.weights_)
        probabilities = self._thermal.measured(states, self.backend_)
        return np.asarray(probabilities / probabilities.sum(axis=1, keepdims=True))

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return one circuit a sample and evaluation, on twice the qubits where it is measured."""
        machine = self._machine(n_features, n_classes)
        evaluations = resolve_optimizer(self.optimizer).max_evaluations(
            machine.n_terms * (n_features + 1)
        )
        total = evaluations * resolve_training(self.training).restarts * n_train + n_test
        doubled = 1 if resolve_backend(self.backend).shots is None else 2
        return Workload(doubled * machine.n_qubits, total, batch=max(n_train, n_test))


class _Thermal:
    """Thermal states of many Hamiltonians at once, in the basis of all qubits' Z."""

    def __init__(
        self, n_qubits: int, temperature: float, entangling: bool, readout: Values
    ) -> None:
        self.n_qubits, self.temperature, self.readout = n_qubits, temperature, readout
        signs = 1.0 - 2.0 * outcome_bits(n_qubits).T
        pairs = combinations(range(n_qubits), 2) if entangling else ()
        self._diagonals = np.vstack([signs, *[[signs[q] * signs[r]] for q, r in pairs]])
        self._flipped = outcomes(n_qubits)[None, :] ^ (1 << np.arange(n_qubits))[:, None]
        self.n_terms = n_qubits + len(self._diagonals)

    def states(self, X: Values, weights: Values) -> tuple[Values, Values]:
        """Return every sample's populations and eigenvectors, (n, d) and (n, d, d)."""
        d = 1 << self.n_qubits
        require_memory(8 * 6 * len(X) * d * d, f"{len(X)} thermal states of {self.n_qubits} qubits")
        factors = _with_constant(X) @ weights.reshape(self.n_terms, -1).T
        H = np.zeros((len(X), d, d))
        diagonal = np.arange(d)
        H[:, diagonal, diagonal] = factors[:, self.n_qubits :] @ self._diagonals
        for qubit, flipped in enumerate(self._flipped):
            H[:, diagonal, flipped] += factors[:, qubit, None]
        energies, vectors = np.linalg.eigh(H)
        populations = np.exp(-(energies - energies[:, :1]) / self.temperature)
        return populations / populations.sum(axis=1, keepdims=True), vectors

    def measured(
        self, states: tuple[Values, Values], backend: Backend, with_slopes: bool = False
    ) -> Values:
        """Return class probabilities, by shots where the backend has them.

        No machine has their slopes, so it is not known what one would run for them.
        """
        populations, vectors = states
        if backend.shots is None:
            n, known = len(populations), not with_slopes
            backend.usage += Usage.of_call(n, machine_circuits=n if known else None)
            return np.asarray(np.einsum("ni,nzi->nz", populations, vectors**2) @ self.readout)
        root = (vectors * np.sqrt(populations)[:, None, :]) @ vectors.transpose(0, 2, 1)
        angles = preparation_angles(root.reshape(len(root), -1))
        outcomes = backend.run_probabilities(state_preparation(2 * self.n_qubits), angles)
        size = 1 << self.n_qubits
        return np.asarray(outcomes.reshape(-1, size, size).sum(axis=1) @ self.readout)

    def pull(self, states: tuple[Values, Values], slopes: Values, X: Values) -> Values:
        r"""Return a loss's slopes by the weights from those by the class probabilities.

        With :math:`A=\sum_c G_c\Pi_c` and the populations :math:`w`,
        :math:`\mathrm dL = -\tfrac1T\big[\mathrm{Tr}(B\,\mathrm dH) -
        \mathrm{Tr}(A\rho)\mathrm{Tr}(\rho\,\mathrm dH)\big]`, where B is A in the eigenbasis times
        :math:`(w_i-w_j)/(\ln w_i-\ln w_j)`.
        """
        w, V = states
        A = np.einsum("nzi,nz,nzj->nij", V, slopes @ self.readout.T, V, optimize=True)
        floor = np.maximum(w, 1e-300)
        logs = np.log(floor)
        gap = logs[:, :, None] - logs[:, None, :]
        mean = (floor[:, :, None] + floor[:, None, :]) / 2
        near = np.abs(gap) < 1e-6  # the quotient's limit, to the square of that
        quotient = (floor[:, :, None] - floor[:, None, :]) / np.where(near, 1.0, gap)
        kernel = np.where(near, mean, quotient)
        level = np.einsum("nii,ni->n", A, w)
        middle = A * kernel
        middle[:, np.arange(w.shape[1]), np.arange(w.shape[1])] -= level[:, None] * w
        B = V @ middle @ V.transpose(0, 2, 1)
        d = np.arange(1 << self.n_qubits)
        by_flip = np.stack([B[:, d, flipped].sum(axis=1) for flipped in self._flipped], axis=1)
        by_diagonal = B[:, d, d] @ self._diagonals.T
        by_factor = -np.hstack([by_flip, by_diagonal]) / self.temperature
        return np.asarray((by_factor.T @ _with_constant(X)).ravel())


def _with_constant(X: Values) -> Values:
    return np.hstack([X, np.ones((len(X), 1))])


class _ThermalLoss:
    """The loss over some samples."""

    def __init__(
        self, backend: Backend, machine: _Thermal, loss: Any, X: Values, y: NDArray[np.intp]
    ) -> None:
        self._backend, self._machine, self._loss, self._X, self._y = backend, machine, loss, X, y

    @property
    def n_samples(self) -> int:
        return len(self._y)

    def selecting(self, rows: NDArray[np.intp]) -> _ThermalLoss:
        return _ThermalLoss(self._backend, self._machine, self._loss, self._X[rows], self._y[rows])

    def circuits(self, question: Question) -> int:
        return self.n_samples

    def value(self, weights: Values) -> float:
        states = self._machine.states(self._X, weights)
        return float(self._loss(self._machine.measured(states, self._backend), self._y)[0])

    def value_and_gradient(self, weights: Values) -> tuple[float, Values]:
        states = self._machine.states(self._X, weights)
        measured = self._machine.measured(states, self._backend, with_slopes=True)
        value, slopes = self._loss(measured, self._y)
        return float(value), self._machine.pull(states, slopes, self._X)

    def metric(self, weights: Values, diagonal: bool) -> Values:
        raise SpecError("a thermal state has no metric of pure states", "optimizer")

    def fidelity(self, first: Values, second: Values) -> float:
        raise SpecError("a thermal state has no fidelity of pure states", "optimizer")
