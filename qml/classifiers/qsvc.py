"""QSVC: a support vector machine on a quantum kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from qml.classifiers._base import QuantumClassifier
from qml.errors import DataError
from qml.kernels import KernelMachine, Softness, margin_machine
from qml.offers import Controls, Encoding, Hyperplane

__all__ = ["QSVC"]

EXAMPLES: tuple[dict[str, object], ...] = ({}, {"calibration": "sigmoid"})

SEARCH_SPACE = {
    "C": {"low": 0.01, "high": 1000.0, "log": True},
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
}

_CALIBRATION_FOLDS = 5


class QSVC(KernelMachine, QuantumClassifier):
    r"""Support vector classifier on a quantum kernel.

    Solves the dual :math:`\max_\alpha \sum_i\alpha_i - \tfrac12\sum_{ij}\alpha_i\alpha_j y_i y_j
    K_{ij}` with :math:`0\le\alpha_i\le C`, where :math:`K` is the kernel of the encoded points, by
    default their fidelity; more than two classes one against one. Prediction evaluates the kernel
    against the support vectors only.

    Parameters
    ----------
    C : float or "hard", default=1.0
        Bound of the dual variables. "hard" has none, as Havlíček et al., who repaired nothing
        either, and refuses what cannot be separated; see `qml.kernels.hard_margin`.
    calibration : {"sigmoid", "isotonic"} or None, default=None
        Kind of the probabilities that `predict_proba` gives in place of `decision_function`:
        decision values are mapped to them as learned from five cross-validated folds of the
        training matrix, and the most probable label is predicted. No circuit more.

    Attributes
    ----------
    support_ : ndarray of shape (n_support,)
        Rows of the training data that prediction needs.
    support_vectors_ : ndarray of shape (n_support, n_features)
        Points of those rows.
    svc_ : sklearn.svm.SVC
        Classical machine on the precomputed matrix.

    Notes
    -----
    Circuits with the fidelity kernel: exact, one a point; measured, N(N-1)/2 to fit and one a
    support vector and point to predict.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> QSVC().fit(X, ["a", "a", "b", "b"]).predict([[0.15, 0.15]])
    array(['a'], dtype='<U1')
    """

    C: Softness = 1.0
    calibration: Literal["sigmoid", "isotonic"] | None = None
    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})

    def encoding(self) -> Encoding:
        """Return how the model takes its features in, and the machine's C."""
        return replace(super().encoding(), C=self.C)

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        K = self._training_matrix(X, y, seed)
        self.svc_ = margin_machine(self.C, K, y)
        self.support_ = self.svc_.support_
        self.support_vectors_ = X[self.support_]
        if self.calibration is not None:
            scarcest = int(np.bincount(y).min())
            if scarcest < 2:
                label = str(self.classes_[np.bincount(y).argmin()])
                raise DataError(f"calibration needs two members of every class, {label!r} has one")
            # one machine on all points, whose values are mapped as those of left-out points were
            self._calibrated = CalibratedClassifierCV(
                clone(self.svc_),
                method=self.calibration,
                cv=min(_CALIBRATION_FOLDS, scarcest),
                ensemble=False,
            ).fit(K, y)

    @available_if(lambda self: self.calibration is None)
    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the signed distances, shape (n_samples,) or, for k > 2 classes, (n_samples, k)."""
        block = self._test_block(X)
        return np.asarray(self.svc_.decision_function(block))

    def predict_with_scores(self, X: ArrayLike) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return labels, and distances or calibrated probabilities, from one kernel block."""
        block = self._test_block(X)
        if self.calibration is None:
            labels, scores = self.svc_.predict(block), self.svc_.decision_function(block)
        else:
            scores = self._calibrated.predict_proba(block)
            labels = scores.argmax(axis=1)
        return np.asarray(self.classes_[labels]), np.asarray(scores)

    @available_if(lambda self: self.calibration is not None)
    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_samples, n_classes)."""
        block = self._test_block(X)
        return np.asarray(self._calibrated.predict_proba(block))

    def hyperplane(self) -> Hyperplane | None:
        """Return dual variables with signs, and the bias; None for more than two classes."""
        check_is_fitted(self)
        if len(self.classes_) > 2:
            return None
        weights = np.zeros(self.svc_.shape_fit_[0])
        weights[self.support_] = self.svc_.dual_coef_[0]
        return Hyperplane(weights, float(self.svc_.intercept_[0]))

    @property
    def training_(self) -> dict[str, Any]:
        """Support vectors, and what kernel and repair report."""
        return {"support_vectors": len(self.support_), **super().training_}
