"""QSVC: a support vector machine on a quantum kernel."""

from __future__ import annotations

from numbers import Real
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit
from sklearn.svm import SVC
from sklearn.utils._param_validation import Interval, StrOptions

from qml.backends import Backend, Workload
from qml.circuits._resolve import CircuitSpec
from qml.classifiers._base import QuantumClassifier
from qml.kernels import REPAIRS, QuantumKernel, Repair, RepairMethod, resolve_kernel

__all__ = ["QSVC"]


class QSVC(QuantumClassifier):
    r"""Support vector classifier on a quantum kernel.

    Solves the dual :math:`\max_\alpha \sum_i\alpha_i - \tfrac12\sum_{ij}\alpha_i\alpha_j y_i y_j
    K_{ij}` with :math:`0\le\alpha_i\le C`, where :math:`K` is the kernel of the encoded points, by
    default their fidelity; more than two classes one against one. Prediction evaluates the kernel
    against the support vectors only.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        The encoding; see `qml.circuits.resolve_feature_map`.
    bandwidth : float, default=1.0
        Factor on every feature before it becomes an angle.
    quantum_kernel : str or mapping, default="fidelity"
        How encoded points are compared: ``"fidelity"``, ``"projected"``, or a mapping with the
        kernel's parameters, ``{"name": "projected", "gamma": 2.0}``.
    C : float, default=1.0
        Bound of the dual variables. Havlíček et al. had none: a large value, 1e4 say.
    repair : {"none", "clip", "flip", "shift", "nearest"}, default="none"
        What is done where the measured matrix is indefinite, to the training block and with it to
        the test blocks; see `qml.kernels.Repair`. Havlíček et al. did nothing.
    backend : str or Backend, default="exact"
        Where the circuits run.
    random_state : int, RandomState or None, default=None
        Root of the shots' seeds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels.
    support_ : ndarray of shape (n_support,)
        Rows of the training data that prediction needs.
    support_vectors_ : ndarray of shape (n_support, n_features)
        Those rows.
    svc_ : sklearn.svm.SVC
        The classical machine on the precomputed matrix.

    Notes
    -----
    Circuits with the fidelity kernel: exact, one a point; measured, N(N-1)/2 to fit and one a
    support vector and point to predict. A matrix from finite shots may be indefinite; it is used as
    measured.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> QSVC().fit(X, ["a", "a", "b", "b"]).predict([[0.15, 0.15]])
    array(['a'], dtype='<U1')
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "feature_map": [str, dict, QuantumCircuit, callable],
        "bandwidth": [Interval(Real, 0, None, closed="neither")],
        "quantum_kernel": [str, dict],
        "repair": [StrOptions(set(REPAIRS))],
        "C": [Interval(Real, 0, None, closed="neither")],
        "backend": [str, Backend],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        feature_map: CircuitSpec = "zz",
        bandwidth: float = 1.0,
        quantum_kernel: str | dict[str, Any] = "fidelity",
        C: float = 1.0,
        repair: RepairMethod = "none",
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        self.feature_map = feature_map
        self.bandwidth = bandwidth
        self.quantum_kernel = quantum_kernel
        self.C = C
        self.repair = repair
        self.backend = backend
        self.random_state = random_state

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        self._kernel = self._resolve(self.backend_)
        self._repair = Repair(self.repair)
        K = self._repair.fit_transform(self._kernel.fit_evaluate(X))
        self.svc_ = SVC(kernel="precomputed", C=self.C).fit(K, y)
        self.support_ = self.svc_.support_
        self.support_vectors_ = X[self.support_]
        self._training_points = X

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the signed distances, shape (n_samples,) or, for k > 2 classes, (n_samples, k)."""
        block = self._test_block(X)
        return np.asarray(self.svc_.decision_function(block))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the predicted labels, shape (n_samples,)."""
        block = self._test_block(X)
        return np.asarray(self.classes_[self.svc_.predict(block)])

    def _test_block(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the kernel against the training points, zero where no support vector is.

        A repair that maps test blocks mixes their columns, so it needs all of them.
        """
        points = self._checked(X)
        if self._repair.moved_ and self._repair.maps_test_blocks:
            return self._repair.transform(self._kernel.evaluate(points, self._training_points))
        block = np.zeros((len(points), self.svc_.shape_fit_[0]))
        block[:, self.support_] = self._kernel.evaluate(points, self.support_vectors_)
        return block

    @property
    def training_(self) -> dict[str, Any]:
        """How indefinite the training matrix was, and how far the repair moved it."""
        return {
            "support_vectors": len(self.support_),
            "lowest_eigenvalue": self._repair.lowest_eigenvalue_,
            "repair_moved": self._repair.moved_,
        }

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return one Gram matrix, and one block with every training point a support vector."""
        return self._resolve(self.backend).workload(n_train, n_test, n_features)

    def _resolve(self, backend: str | Backend) -> QuantumKernel:
        return resolve_kernel(self.quantum_kernel, self.feature_map, self.bandwidth, backend)
