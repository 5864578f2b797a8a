"""Rank of the training matrix."""

from __future__ import annotations

import numpy as np

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["matrix_rank"]

_SMALLEST = 1e-9  # eigenvalue over the largest one


@quantity(needs="matrix")
def matrix_rank(examined: Examined) -> Finding | None:
    r"""Return how many dimensions the training points span in the kernel's space.

    .. math:: \#\{i : |\lambda_i| > 10^{-9}\max_j|\lambda_j|\}

    over the eigenvalues of the training matrix. It is at most :math:`4^n` for the fidelity of n
    qubits without noise and shots, and that of all points with them.
    """
    if examined.matrix is None:
        return None
    sizes = np.abs(np.linalg.eigvalsh(examined.matrix))
    return Finding(float((sizes > _SMALLEST * sizes.max()).sum()))
