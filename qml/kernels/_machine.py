"""What every machine on a quantum kernel does the same way: kernel, repair, blocks, report."""

from __future__ import annotations

import copy
from dataclasses import field, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils import check_random_state

from qml.backends import Backend, SharedBackend, Workload, evaluate_table, resolve_backend
from qml.bandwidth import found_bandwidth
from qml.errors import DataError
from qml.estimator import EncodedEstimator
from qml.kernels._contract import KernelSpec, Matrix, QuantumKernel, ideal_kernel, resolve_kernel
from qml.kernels._repair import Repair, RepairMethod
from qml.offers import Encoding

__all__ = ["KernelMachine"]


class KernelMachine(EncodedEstimator):
    """Base of the machines on a quantum kernel.

    Parameters
    ----------
    quantum_kernel : str or mapping, default="fidelity"
        Comparison of encoded points: a kernel's name, or a mapping with its parameters,
        ``{"name": "projected", "gamma": 2.0}``; see `qml.kernels.resolve_kernel`.
    repair : {"none", "clip", "flip", "shift", "nearest"}, default="none"
        Treatment of an indefinite measured matrix, of the training block and with it of the test
        blocks; see `qml.kernels.Repair`.
    """

    quantum_kernel: KernelSpec = "fidelity"
    repair: RepairMethod = "none"
    _trained_on: Matrix | None = field(init=False)
    _recalling = False

    def encoding(self) -> Encoding:
        """Return how the machine takes its features in, and its kernel of ideal qubits."""
        return replace(super().encoding(), quantum_kernel=ideal_kernel(self.quantum_kernel))

    def kernel(
        self, backend: str | Backend | None = None, seed: int | None = None
    ) -> QuantumKernel:
        """Return the machine's kernel, with nothing learned yet.

        Its bandwidth is that of the last fit where data decide it, and 1 before the first one: what
        a kernel costs does not depend on it.

        Parameters
        ----------
        backend : str, Backend or None, default=None
            Backend for the kernel; None is the machine's own.
        seed : int or None, default=None
            Root of what the kernel draws.
        """
        named = self.bandwidth
        bandwidth = getattr(self, "bandwidth_", 1.0) if named == "scale" else named
        place = self.backend if backend is None else backend
        return resolve_kernel(self.quantum_kernel, self.feature_map, bandwidth, place, seed)

    def sharing(self, X: ArrayLike) -> Self:
        """Return a copy of the machine whose kernel over these points is evaluated now, once.

        Fits and predictions on any of the points, with any other parameters of the machine, are
        then slices of one matrix: a grid search over C costs little more than one fit. What the
        points' kernel does not decide (another feature map or bandwidth, also where "scale" is
        another on a part of the points; points that are not among these; a kernel that learns) is
        evaluated as ever.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            All points, as the machine will get them; no two alike.

        Examples
        --------
        >>> from sklearn.model_selection import GridSearchCV
        >>> from qml.classifiers.qsvc import QSVC
        >>> X = np.random.default_rng(0).uniform(0, 2, (30, 2))
        >>> search = GridSearchCV(QSVC().sharing(X), {"C": [1.0, 10.0, 100.0]})
        >>> search.fit(X, X[:, 0] > 1).best_estimator_.usage_.shared_s > 0
        True
        """
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        backend = resolve_backend(self.backend, seed)
        points = np.asarray(X, dtype=np.float64)
        points = found_bandwidth(self.bandwidth, self.feature_map, points) * points
        tables = [
            table
            for request in self.kernel(backend).requests(points.shape[1])
            if (table := evaluate_table(backend, request, points)) is not None
        ]
        inner = resolve_backend(self.backend, seed + 1)
        shared: Self = clone(self).set_params(backend=SharedBackend(inner, tables))
        return shared

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return one Gram matrix, and one block with every training point needed."""
        return self.kernel().workload(n_train, n_test, n_features)

    def _training_matrix(self, X: NDArray[np.float64], y: ArrayLike | None, seed: int) -> Matrix:
        """Fit kernel and repair, and return the matrix that the machine is trained on."""
        self._learn_inputs(X)
        self._kernel = self.kernel(self.backend_, seed)
        self._repair = Repair(self.repair)
        self._trained_on = self._repair.fit_transform(self._kernel.fit_evaluate(X, y))
        return self._trained_on

    def _test_block(self, X: ArrayLike) -> Matrix:
        """Return the kernel against the training points, only the `support_` of a sparse machine.

        A repair that maps test blocks mixes their columns, so it needs all of them.
        """
        points = self._checked(X)
        if self._recalling:
            return self._recall(points)
        whole = bool(self._repair.moved_) and self._repair.maps_test_blocks
        block = self._kernel.test_block(points, None if whole else getattr(self, "support_", None))
        return self._repair.transform(block) if whole else block

    def _test_block_and_diagonal(self, X: ArrayLike) -> tuple[Matrix, Matrix]:
        """Return the repaired block against all training points, and the new points' diagonal."""
        points = self._checked(X)
        if self._recalling:
            block = self._recall(points)
            return block, np.diag(block)
        block, diagonal = self._kernel.test_block_and_diagonal(points)
        return self._repair.transform(block), self._repair.transform_diagonal(diagonal)

    def answer_on(self, backend: Backend) -> None:
        """Let another backend evaluate test blocks; see `qml.estimator.QuantumEstimator`."""
        super().answer_on(backend)
        self._kernel.backend = backend

    def recalled(self) -> Self | None:
        """Return a twin that takes the training matrix for the block of its training rows.

        None where the whole matrix was never there. See `qml.offers.Recalling`.
        """
        known = getattr(self, "_trained_on", None)  # a machine may make its matrix otherwise
        if known is None:
            return None
        twin = copy.copy(self)
        twin._trained_on, twin._recalling = known, True
        return twin

    @property
    def training_matrix_(self) -> Matrix | None:
        """Matrix that the machine was trained on; None where it never had the whole, or left it."""
        return getattr(self, "_trained_on", None)

    def _recall(self, points: NDArray[np.float64]) -> Matrix:
        if self._trained_on is None or len(points) != len(self._trained_on):
            raise DataError(f"X: {len(points)} rows, which are not those of the training")
        return self._trained_on

    def __getstate__(self) -> dict[str, Any]:
        """Leave the training matrix behind: no prediction needs it, and it grows as n squared."""
        return {**super().__getstate__(), "_trained_on": None}

    @property
    def training_(self) -> dict[str, Any]:
        """How indefinite the matrix was, how far it was moved, what kernel and backend report.

        ``kernel_s`` are the seconds that went into kernel matrices, of fit and predictions.
        """
        return {
            **super().training_,
            "kernel_s": self._kernel.evaluation_s,
            "lowest_eigenvalue": getattr(self._repair, "lowest_eigenvalue_", None),
            "repair_moved": self._repair.moved_,
            **self._kernel.report_,
            **self.backend_.report,
        }
