"""Profiles of what contenders spent to solve problems: against the fastest, and against a unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["data_profile", "performance_profile"]

Values = NDArray[np.float64]


def performance_profile(spent: Values, ratios: Values) -> Values:
    r"""Return the share of problems solved within a factor of the fastest contender.

    .. math:: \rho_s(\alpha) = \frac1{|P|}\Big|\Big\{p : \frac{t_{ps}}{\min_s t_{ps}} \le \alpha
        \Big\}\Big|

    Parameters
    ----------
    spent : ndarray of shape (n_problems, n_contenders)
        Amounts spent to reach the target, from `solved_after`; infinite if never.
    ratios : ndarray of shape (n_ratios,)
        Factors :math:`\alpha`, from 1.

    Returns
    -------
    ndarray of shape (n_ratios, n_contenders)

    References
    ----------
    Dolan and Moré, Math. Program. 91, 201 (2002), doi:10.1007/s101070100263.

    Examples
    --------
    >>> performance_profile(np.array([[1.0, 2.0], [6.0, 3.0]]), np.array([1.0, 2.0])).tolist()
    [[0.5, 0.5], [1.0, 1.0]]
    """
    fastest = spent.min(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        relative = np.where(np.isfinite(spent), spent / fastest, np.inf)
    return np.asarray((relative[None] <= ratios[:, None, None] * (1 + 1e-12)).mean(axis=1))


def data_profile(spent: Values, units: Values, gradients: Values) -> Values:
    r"""Return the share of problems solved within a number of simplex gradients.

    .. math:: d_s(\kappa) = \frac1{|P|}\Big|\Big\{p : \frac{t_{ps}}{u_p} \le \kappa\Big\}\Big|

    with :math:`u_p` the circuits of :math:`P_p + 1` evaluations of the loss.

    Parameters
    ----------
    spent : ndarray of shape (n_problems, n_contenders)
        Circuits spent to reach the target, from `solved_after`; infinite if never.
    units : ndarray of shape (n_problems,)
        Circuits :math:`u_p` of each problem's simplex gradient.
    gradients : ndarray of shape (n_gradients,)
        Numbers :math:`\kappa` of simplex gradients.

    References
    ----------
    Moré and Wild, SIAM J. Optim. 20, 172 (2009), doi:10.1137/080724083.

    Examples
    --------
    >>> data_profile(np.array([[10.0, 30.0]]), np.array([10.0]), np.array([1.0, 3.0])).tolist()
    [[1.0, 0.0], [1.0, 1.0]]
    """
    relative = spent / units[:, None]
    return np.asarray((relative[None] <= gradients[:, None, None] * (1 + 1e-12)).mean(axis=1))
