"""Mean of the training matrix's entries beside the diagonal."""

from __future__ import annotations

import numpy as np

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["off_diagonal_mean"]


@quantity(needs="matrix")
def off_diagonal_mean(examined: Examined) -> Finding | None:
    r"""Return how alike two training points are on average.

    .. math:: \frac{2}{N(N-1)}\sum_{i<j} K_{ij}

    Of the fidelity of two Haar-random states of n qubits it is :math:`2^{-n}`: a kernel whose mean
    is no larger tells a point from the others and nothing else.

    References
    ----------
    Thanasilp et al., Nat. Commun. 15, 5200 (2024), doi:10.1038/s41467-024-49287-w.
    """
    if examined.matrix is None or len(examined.matrix) < 2:
        return None
    return Finding(float(examined.matrix[np.triu_indices(len(examined.matrix), k=1)].mean()))
