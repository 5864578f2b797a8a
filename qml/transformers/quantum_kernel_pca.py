"""Principal components in the feature space of a quantum kernel."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.decomposition import KernelPCA
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import validate_data

from qml.backends import Backend
from qml.circuits import CircuitSpec
from qml.kernels import KernelMachine, RepairMethod

__all__ = ["QuantumKernelPCA"]


class QuantumKernelPCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, KernelMachine):
    """Kernel principal component analysis on a quantum kernel.

    Parameters
    ----------
    feature_map, bandwidth, quantum_kernel, repair, backend, random_state
        As for `qml.kernels.KernelMachine`.
    n_components : int, default=2
        Number of components; fewer where the centred matrix has a lower rank.

    Attributes
    ----------
    eigenvalues_ : ndarray of shape (n_components,)
        Of the centred training matrix, largest first.

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

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **KernelMachine._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self,
        feature_map: CircuitSpec = "zz",
        bandwidth: float = 1.0,
        quantum_kernel: str | Mapping[str, Any] = "fidelity",
        n_components: int = 2,
        repair: RepairMethod = "none",
        backend: str | Backend = "exact",
        random_state: Any = None,
    ) -> None:
        super().__init__(feature_map, bandwidth, quantum_kernel, repair, backend, random_state)
        self.n_components = n_components

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
        self._validate_params()
        points = validate_data(self, X, dtype=np.float64)
        labels = None if y is None else np.asarray(y)
        K = self._training_matrix(points, labels, self._begin())
        self._pca = KernelPCA(self.n_components, kernel="precomputed", eigen_solver="dense")
        components = self._pca.fit_transform(K)
        self.eigenvalues_ = self._pca.eigenvalues_
        self._n_features_out = components.shape[1]
        return np.asarray(components)

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the components, shape (n_samples, n_components)."""
        block = self._test_block(X)
        return np.asarray(self._pca.transform(block))
