"""Centred alignment of the training matrix with the RBF kernel that does best on the points."""

from __future__ import annotations

from qml.errors import DataError
from qml.kernels import centred_alignment
from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["rbf_similarity"]


@quantity(needs="matrix")
def rbf_similarity(examined: Examined) -> Finding | None:
    r"""Return how much like the tuned RBF kernel the kernel is (CKA).

    .. math:: \frac{\langle HKH,\,HK_\gamma H\rangle}
        {\lVert HKH\rVert\,\lVert HK_\gamma H\rVert},\qquad
        K_\gamma(x, y) = e^{-\gamma\lVert x - y\rVert^2}

    over the training points, with :math:`H = 1 - \tfrac1N\mathbf 1\mathbf 1^T` and the
    :math:`\gamma` of `qml.diagnostics.best_rbf`, which no quantum kernel plays a part in. None
    where a class has fewer than five members, or a matrix is the same everywhere.

    References
    ----------
    Flórez Ablan, Roth and Schnabel, arXiv:2503.05602 (2025); Cortes, Mohri and Rostamizadeh,
    J. Mach. Learn. Res. 13, 795 (2012).
    """
    if examined.matrix is None or examined.rbf is None:
        return None
    try:
        return Finding(centred_alignment(examined.matrix, examined.rbf.K))
    except DataError:
        return None
