"""Tests over few independent blocks, such as sources of data: by permutation, exact where few."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["flips", "sign_flip_test", "smallest_p"]

_WHOLE = 12  # blocks up to which every flip is tried
_DRAWS = 20_000

Values = NDArray[np.float64]


def flips(n_blocks: int) -> Values:
    """Return signs, a row a flip, the first of which flips nothing: all, or 20,000 of many."""
    if n_blocks <= _WHOLE:
        return np.array(list(itertools.product((1.0, -1.0), repeat=n_blocks)))
    drawn = np.random.default_rng(0).choice([1.0, -1.0], (_DRAWS, n_blocks))
    drawn[0] = 1.0
    return drawn


def smallest_p(n_blocks: int) -> float:
    r"""Return the smallest two-sided p that flipping signs can reach, of however many comparisons.

    .. math:: p_{\min} = 2^{1-F}

    Examples
    --------
    >>> [smallest_p(n) for n in (5, 6, 8)]
    [0.0625, 0.03125, 0.0078125]
    """
    return float(2.0 ** (1 - n_blocks))


def sign_flip_test(differences: ArrayLike) -> Values:
    r"""Return two-sided p-values of comparisons over the same blocks, adjusted for all of them.

    Where nothing sets two contenders apart, a block's differences may as well have the other sign,
    all of the block's together: what correlates comparisons stays. Comparisons are looked at step
    by step, the clearest first, each beside the largest statistic of those that are left,

    .. math:: \tilde p_j = \frac1{|S|}\,\#\Big\{s \in S : \max_{i \ge j} |T_i(s)| \ge |T_j|\Big\},
        \qquad T_i(s) = \sum_b s_b r_{bi}

    of signed ranks r, over the :math:`2^F` sign flips S of F blocks, beyond twelve blocks over
    20,000 of them.

    Parameters
    ----------
    differences : array-like of shape (n_blocks, n_comparisons)
        Differences, one a block.

    Returns
    -------
    ndarray of shape (n_comparisons,)
        P-values, none below `smallest_p`.

    References
    ----------
    Westfall and Young, Resampling-Based Multiple Testing (1993), algorithm 4.1; Romano and Wolf,
    Econometrica 73, 1237 (2005), doi:10.1111/j.1468-0262.2005.00615.x.

    Examples
    --------
    >>> sign_flip_test([[0.1, 0.0], [0.2, -0.1], [0.1, 0.2], [0.3, 0.1], [0.2, -0.2]]).tolist()
    [0.0625, 1.0]
    """
    values = np.asarray(differences, dtype=np.float64)
    sizes = np.sqrt((values**2).sum(axis=0))
    scaled = values / np.where(sizes > 0, sizes, 1.0)
    found = np.abs(scaled.sum(axis=0))
    order = np.argsort(-found, kind="stable")
    null = np.abs(flips(len(values)) @ scaled[:, order])
    most = np.maximum.accumulate(null[:, ::-1], axis=1)[:, ::-1]
    p = np.empty(len(order))
    p[order] = np.maximum.accumulate((most >= found[order] - 1e-9).mean(axis=0))
    return p
