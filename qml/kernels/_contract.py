"""The kernels' contract: settings from the training data alone, then matrices."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit

from qml.backends import Backend, Workload, resolve_backend
from qml.circuits import resolve_feature_map
from qml.circuits._resolve import CircuitSpec
from qml.errors import SpecError
from qml.registry import Room

__all__ = ["KERNELS", "QuantumKernel", "resolve_kernel"]

_SUPPLIED = ("feature_map", "bandwidth", "backend", "random_state")
KERNELS = Room("quantum kernel", "qml.kernels", supplied=_SUPPLIED)

Matrix = NDArray[np.float64]


class QuantumKernel(ABC):
    r"""Base of the quantum kernels.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        The encoding; see `qml.circuits.resolve_feature_map`.
    bandwidth : float, default=1.0
        The factor :math:`\lambda` on every feature.
    backend : str or Backend, default="exact"
        Where the circuits run.
    random_state : int or None, default=None
        Root of the backend's seeds.
    """

    def __init__(
        self,
        feature_map: CircuitSpec = "zz",
        bandwidth: float = 1.0,
        backend: str | Backend = "exact",
        random_state: int | None = None,
    ) -> None:
        self.feature_map = feature_map
        self.bandwidth = bandwidth
        self.backend = resolve_backend(backend, random_state)

    @abstractmethod
    def _evaluate(
        self, circuit: QuantumCircuit, X: Matrix, Y: Matrix | None, fitting: bool
    ) -> Matrix:
        """Return the matrix of angles already scaled; learn settings from X where `fitting`."""

    @abstractmethod
    def _workload(self, n_qubits: int, n_train: int, n_test: int) -> Workload:
        """Return what one training matrix and one test block will ask at most."""

    def fit_evaluate(self, X: ArrayLike) -> Matrix:
        """Learn the data-dependent settings and return the training matrix, in one pass.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            The training data.

        Returns
        -------
        ndarray of shape (n, n)
        """
        circuit, rows = self._encoded(X)
        return self._evaluate(circuit, rows, None, fitting=True)

    def fit(self, X: ArrayLike) -> Self:
        """Learn the data-dependent settings from the training data."""
        self.fit_evaluate(X)
        return self

    def evaluate(self, X: ArrayLike, Y: ArrayLike | None = None) -> Matrix:
        """Return the kernel matrix; nothing is learned from what it is asked for.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Points of the rows.
        Y : array-like of shape (m, n_features) or None, default=None
            Points of the columns; None means X.

        Returns
        -------
        ndarray of shape (n, m)
        """
        circuit, rows = self._encoded(X)
        columns = None if Y is None else self._encoded(Y)[1]
        return self._evaluate(circuit, rows, columns, fitting=False)

    __call__ = evaluate

    def workload(self, n_train: int, n_test: int, n_features: int) -> Workload:
        """Return what a training matrix and a test block against all of it will ask."""
        circuit = resolve_feature_map(self.feature_map, n_features)
        return self._workload(circuit.num_qubits, n_train, n_test)

    def _encoded(self, X: ArrayLike) -> tuple[QuantumCircuit, Matrix]:
        rows = self.bandwidth * np.asarray(X, dtype=np.float64)
        return resolve_feature_map(self.feature_map, rows.shape[1]), rows


def resolve_kernel(
    spec: str | Mapping[str, object],
    feature_map: CircuitSpec,
    bandwidth: float,
    backend: str | Backend,
) -> QuantumKernel:
    """Return the kernel that `spec` names, on an encoding and a backend.

    Parameters
    ----------
    spec : str or mapping
        ``"fidelity"``, or ``{"name": "projected", "gamma": 2.0}``.
    feature_map, bandwidth, backend
        As for `QuantumKernel`.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong.

    Examples
    --------
    >>> type(resolve_kernel("fidelity", "zz", 1.0, "exact")).__name__
    'FidelityKernel'
    """
    try:
        make = KERNELS.bind(spec)
    except SpecError as error:
        raise error.under("quantum_kernel") from None
    kernel: QuantumKernel = make(feature_map=feature_map, bandwidth=bandwidth, backend=backend)
    return kernel
