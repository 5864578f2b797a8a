"""One-class support vector machine on a quantum kernel."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Field
from sklearn.base import OutlierMixin
from sklearn.svm import OneClassSVM

from qml.estimator import checked_data
from qml.kernels import KernelMachine
from qml.offers import Controls

__all__ = ["QuantumOneClassSVM"]

SEARCH_SPACE = {
    "nu": [0.01, 0.05, 0.1, 0.2, 0.5],
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
}


class QuantumOneClassSVM(OutlierMixin, KernelMachine):
    r"""Outlier detection: a hyperplane that parts the training points from the origin.

    Parameters
    ----------
    nu : float, default=0.5
        Share of the training points that lies outside at most, and that supports at least; in (0,
        1].

    Attributes
    ----------
    support_ : ndarray of shape (n_support,)
        Rows of the training data that prediction needs.
    offset_ : float
        Constant that `decision_function` subtracts from `score_samples`.

    Notes
    -----
    Circuits as for `QSVC`. In a study it is trained on the first class alone and asked which test
    points are not of it.

    References
    ----------
    Schölkopf et al., Neural Comput. 13, 1443 (2001), doi:10.1162/089976601750264965.

    Examples
    --------
    >>> model = QuantumOneClassSVM(feature_map="angle").fit([[0.0], [0.1], [0.2], [0.3]])
    >>> model.predict([[0.15], [3.0]])
    array([ 1, -1])
    """

    nu: Annotated[float, Field(gt=0, le=1)] = 0.5
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def fit(self, X: ArrayLike, y: object = None) -> Self:
        """Fit to inliers.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, in the units the feature map expects (angles in radians).
        y : ignored
            Labels, which play no part.

        Returns
        -------
        self
        """
        self._check_parameters()
        points = checked_data(self, X)
        K = self._training_matrix(points, None, self._begin())
        self._machine = OneClassSVM(kernel="precomputed", nu=self.nu).fit(K)
        self.support_ = self._machine.support_
        self.offset_ = float(self._machine.offset_[0])
        return self

    def score_samples(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the likeness to the training points, shape (n_samples,); higher is inside."""
        block = self._test_block(X)
        return np.asarray(self._machine.score_samples(block))

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the signed distance, shape (n_samples,); negative outside."""
        return self.score_samples(X) - self.offset_

    def predict_with_scores(self, X: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Return labels and signed distances, from one kernel block."""
        distances = self.decision_function(X)
        return np.where(distances >= 0, 1, -1), distances

    def predict(self, X: ArrayLike) -> NDArray[np.intp]:
        """Return 1 for inliers and -1 for outliers, shape (n_samples,)."""
        return self.predict_with_scores(X)[0]

    @property
    def training_(self) -> dict[str, Any]:
        """Support vectors, and what kernel and repair report."""
        return {"support_vectors": len(self.support_), **super().training_}
