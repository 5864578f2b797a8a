"""Sum of the negative eigenvalues' sizes of the training matrix."""

from __future__ import annotations

import numpy as np

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["negative_weight"]


@quantity(needs="matrix")
def negative_weight(examined: Examined) -> Finding | None:
    r"""Return how indefinite the training matrix is, as the machine was trained on it.

    .. math:: \sum_{i:\,\lambda_i<0} |\lambda_i|

    over the eigenvalues of the matrix, a repair included.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.
    """
    if examined.matrix is None:
        return None
    eigenvalues = np.linalg.eigvalsh(examined.matrix)
    return Finding(float(np.abs(eigenvalues[eigenvalues < 0]).sum()))
