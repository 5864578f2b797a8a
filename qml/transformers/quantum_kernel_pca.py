"""Principal components in the feature space of a quantum kernel."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.decomposition import KernelPCA

from qml.estimator import checked_data
from qml.kernels import KernelMachine
from qml.offers import Controls

__all__ = ["QuantumKernelPCA"]


class QuantumKernelPCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, KernelMachine):
    """Kernel principal component analysis on a quantum kernel.

    Parameters
    ----------
    n_components : int, default=2
        Number of components; fewer where the centred matrix has a lower rank.

    Attributes
    ----------
    eigenvalues_ : ndarray of shape (n_components,)
        Eigenvalues of the centred training matrix, largest first.

    Notes
    -----
    Circuits as for `QuantumKernelRidge`; `fit_transform` needs no more than `fit`.

    References
    ----------
    Schölkopf, Smola and Müller, Neural Comput. 10, 1299 (1998), doi:10.1162/089976698300017467.

    Examples
    --------
    >>> QuantumKernelPCA().fit_transform([[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]).shape
    (4, 2)
    """

    n_components: PositiveInt = 2
    controls: ClassVar[Controls] = frozenset({"no entanglement"})

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Fit to data.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Features, in the units the feature map expects (angles in radians).
        y : array-like of shape (n_samples,) or None, default=None
            Labels, which only a trainable kernel looks at.

        Returns
        -------
        self
        """
        self.fit_transform(X, y)
        return self

    def fit_transform(self, X: ArrayLike, y: ArrayLike | None = None) -> NDArray[np.float64]:
        """Fit, and return the training points' components, shape (n_samples, n_components)."""
        self._check_parameters()
        points = checked_data(self, X)
        K = self._training_matrix(points, y, self._begin())
        self._pca = KernelPCA(self.n_components, kernel="precomputed", eigen_solver="dense")
        components = self._pca.fit_transform(K)
        self.eigenvalues_ = self._pca.eigenvalues_
        self._n_features_out = components.shape[1]
        return np.asarray(components)

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the components, shape (n_samples, n_components)."""
        block = self._test_block(X)
        return np.asarray(self._pca.transform(block))
