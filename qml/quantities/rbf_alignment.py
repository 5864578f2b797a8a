"""Centred alignment of the training matrix with the RBF kernel that is most like it."""

from __future__ import annotations

from qml.errors import DataError
from qml.kernels import closest_rbf
from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["rbf_alignment"]


@quantity(needs="matrix")
def rbf_alignment(examined: Examined) -> Finding | None:
    r"""Return how much like an RBF kernel of any width the kernel is.

    .. math:: \max_\gamma \frac{\langle HKH,\,HK_\gamma H\rangle}
        {\lVert HKH\rVert\,\lVert HK_\gamma H\rVert},\qquad
        K_\gamma(x, y) = e^{-\gamma\lVert x - y\rVert^2}

    over the training points, with :math:`H = 1 - \tfrac1N\mathbf 1\mathbf 1^T`; 1 means that the
    two are the same but for scale and offset. None of a matrix that is the same everywhere. The
    machine on that RBF kernel is the control `qml.surrogates.matched_rbf`.

    References
    ----------
    Flórez Ablan, Roth and Schnabel, arXiv:2503.05602 (2025).
    """
    if examined.matrix is None:
        return None
    try:
        return Finding(closest_rbf(examined.matrix, examined.X)[1])
    except DataError:
        return None
