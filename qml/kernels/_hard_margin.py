"""A hard margin: the machine that takes no exception, and refuses what cannot be separated."""

from __future__ import annotations

import itertools
import warnings
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import SVC

from qml.declared import PositiveReal
from qml.errors import DataError

__all__ = ["Softness", "hard_margin", "margin_machine"]

#: Bound of the dual variables, or none.
Softness: TypeAlias = PositiveReal | Literal["hard"]

_UNREACHED = 1e8  # a bound in the solver's hands alone: a dual variable there is refused
_TOLERANCE = 1e-6  # of the optimality conditions
_MOST_STEPS = 10_000_000
_LEFT = 1e-4  # of a margin of 1
_ROUNDING = 1e-10  # eigenvalues no lower than this are the arithmetic's, not the data's


def margin_machine(C: Softness, K: NDArray[np.float64], y: NDArray[np.intp]) -> SVC:
    """Return the support vector machine on a matrix, with a soft margin or a hard one."""
    return hard_margin(K, y) if C == "hard" else SVC(kernel="precomputed", C=C).fit(K, y)


def hard_margin(K: NDArray[np.float64], y: NDArray[np.intp]) -> SVC:
    r"""Return the machine of the dual without an upper bound.

    .. math:: \max_\alpha \sum_i\alpha_i - \tfrac12\sum_{ij}\alpha_i\alpha_j y_i y_j K_{ij},\qquad
        \sum_i\alpha_i y_i = 0,\quad \alpha\ge0

    It has a solution if and only if a hyperplane parts the classes. Where the matrix has no
    negative eigenvalues that is decided first, by a linear program: whether some w and b fulfil
    :math:`y_i(w\cdot\phi_i + b)\ge1` on the points :math:`\phi` that the matrix describes.

    An indefinite matrix describes no such points, and its dual may have many stationary points or
    grow without end. Nothing is repaired: the sequential minimal optimization of libsvm goes uphill
    from 0 (Lin and Lin 2003), and where it stops every point has its margin and every support
    vector just that. Where it does not stop below every bound, the matrix is refused like one that
    is not separable.

    Parameters
    ----------
    K : ndarray of shape (n, n)
        Kernel matrix of the training points.
    y : ndarray of int of shape (n,)
        Labels; more than two classes are parted one against one.

    Raises
    ------
    DataError
        If the classes are not separable, with what was found, or too close for the solver.

    References
    ----------
    Boser, Guyon and Vapnik, COLT 1992, doi:10.1145/130385.130401; Lin and Lin, A study on sigmoid
    kernels for SVM (2003).

    Examples
    --------
    >>> K = np.eye(3)
    >>> hard_margin(K, np.array([0, 1, 1])).dual_coef_.round(3).tolist()
    [[-1.333, 0.667, 0.667]]
    """
    if np.linalg.eigvalsh(K)[0] >= -_ROUNDING * len(K):
        for first, second in itertools.combinations(np.unique(y), 2):
            rows = np.flatnonzero((y == first) | (y == second))
            _require_separable(K[np.ix_(rows, rows)], y[rows] == second)
    machine = SVC(kernel="precomputed", C=_UNREACHED, tol=_TOLERANCE, max_iter=_MOST_STEPS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # said below, as what it means
        machine.fit(K, y)
    largest = float(np.abs(machine.dual_coef_).max(initial=0.0))
    if largest >= _UNREACHED:
        raise DataError(f"not separable: a dual variable grows beyond {_UNREACHED:.0e}")
    short = _largest_violation(machine, K, y)
    if short > _LEFT:
        raise DataError(
            f"hard margin: a point keeps {1 - short:.3g} of 1 after "
            f"{int(np.max(machine.n_iter_)):,} steps, at a largest dual variable of {largest:.3g}: "
            "the classes are too close for libsvm, which has 7 digits of the matrix"
        )
    return machine


def _require_separable(K: NDArray[np.float64], second: NDArray[np.bool_]) -> None:
    """Refuse two classes of a positive matrix that no hyperplane of its feature space parts."""
    values, vectors = np.linalg.eigh(K)
    kept = values > len(K) * np.finfo(np.float64).eps * values[-1]
    points = vectors[:, kept] * np.sqrt(values[kept])
    signs = np.where(second, 1.0, -1.0)[:, None]
    sides = -signs * np.column_stack([points, np.ones(len(K))])
    found = linprog(
        np.zeros(sides.shape[1]), A_ub=sides, b_ub=-np.ones(len(K)), bounds=(None, None)
    )
    if found.status == 2:  # proven infeasible
        raise DataError(
            f"not separable: no hyperplane parts the classes of these {len(K)} points in the "
            f"{int(kept.sum())} dimensions that they span"
        )


def _largest_violation(machine: SVC, K: NDArray[np.float64], y: NDArray[np.intp]) -> float:
    """Return by how much a point falls short of its margin at most, over all pairs of classes."""
    machine.set_params(decision_function_shape="ovo")
    values = machine.decision_function(K)
    machine.set_params(decision_function_shape="ovr")
    if values.ndim == 1:  # of two classes positive for the second, of more for a pair's first
        values = -values[:, None]
    pairs = itertools.combinations(machine.classes_, 2)
    short = 0.0
    for (first, second), column in zip(pairs, values.T, strict=True):
        for label, sign in ((first, 1.0), (second, -1.0)):
            short = max(short, float(np.max(1 - sign * column[y == label])))
    return short
