"""The fidelity kernel of Havlíček et al. and of Schuld and Killoran."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.backends import Backend, resolve_backend
from qml.circuits import resolve_feature_map
from qml.circuits._resolve import CircuitSpec

__all__ = ["FidelityKernel"]


class FidelityKernel:
    r"""Fidelity of two encoded points.

    .. math:: K(x, y) = |\langle\Phi(\lambda y)|\Phi(\lambda x)\rangle|^2

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        The encoding; see `qml.circuits.resolve_feature_map`.
    bandwidth : float, default=1.0
        The factor :math:`\lambda` on every feature.
    backend : str or Backend, default="exact"
        Where the circuits run. Exact: one circuit a point. Measured: one an entry, the symmetric
        entries once and the diagonal never.
    random_state : int or None, default=None
        Root of the backend's seeds.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.
    Shaydulin and Wild, Phys. Rev. A 106, 042407 (2022), doi:10.1103/PhysRevA.106.042407
    (bandwidth).

    Examples
    --------
    >>> kernel = FidelityKernel("angle")
    >>> float(kernel([[0.0]], [[np.pi / 2]])[0, 0].round(12))
    0.5
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

    def evaluate(self, X: ArrayLike, Y: ArrayLike | None = None) -> NDArray[np.float64]:
        """Return the kernel matrix.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Points of the rows.
        Y : array-like of shape (m, n_features) or None, default=None
            Points of the columns; None means X.

        Returns
        -------
        ndarray of shape (n, m)
            Entries in [0, 1].
        """
        rows = self.bandwidth * np.asarray(X, dtype=np.float64)
        columns = None if Y is None else self.bandwidth * np.asarray(Y, dtype=np.float64)
        return self.backend.gram(
            resolve_feature_map(self.feature_map, rows.shape[1]), rows, columns
        )

    __call__ = evaluate
