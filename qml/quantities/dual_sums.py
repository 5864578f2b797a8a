"""Dual sums of the misclassified test points: how far on the wrong side they lie."""

from __future__ import annotations

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["dual_sums"]


@quantity(needs="hyperplane")
def dual_sums(examined: Examined) -> Finding | None:
    r"""Return, of every misclassified test point x, the decision value without the bias.

    .. math:: \sum_j y_j\,\alpha_j\,K(x_j, x)

    with :math:`y=+1` for the second class. The value is their mean, None where all points are
    right; the places are the rows of the data set.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2, figure 4.
    """
    if examined.hyperplane is None or examined.decided is None:
        return None
    sums = examined.decided[examined.wrong] - examined.hyperplane.offset
    rows = tuple(examined.rows[examined.wrong].tolist())
    return Finding(float(sums.mean()) if len(sums) else None, rows, tuple(sums.tolist()))
