"""Geometric difference of the kernel from the RBF kernel that does best on the points."""

from __future__ import annotations

from qml.diagnostics.geometric_difference import RESOLVED
from qml.diagnostics.geometric_difference import geometric_difference as difference
from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["geometric_difference"]


@quantity(needs="matrix")
def geometric_difference(examined: Examined) -> Finding | None:
    r"""Return whether there are labels on which the kernel could beat the tuned RBF kernel.

    .. math:: g(K_\gamma\|K) = \sqrt{\big\|\sqrt{K}\,(K_\gamma + \mu)^{-1}\sqrt{K}\big\|_\infty}

    with the spectral norm, both matrices scaled to trace N, :math:`\mu = 0.01` and the
    :math:`\gamma` of `qml.diagnostics.best_rbf`. It is about 1 where the two kernels span the same
    directions with the same weights; :math:`\sqrt N` is large. It bounds complexities,
    :math:`s_\gamma \le (g^2 + 1)\,s_K`, whatever the labels. None where a class has fewer than five
    members.

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), doi:10.1038/s41467-021-22539-9.
    """
    if examined.matrix is None or examined.rbf is None:
        return None
    return Finding(difference(examined.rbf.K, examined.matrix, RESOLVED, "one_sided"))
