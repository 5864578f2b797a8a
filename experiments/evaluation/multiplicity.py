"""How many looks were taken: p-values and levels of a family of comparisons."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from experiments.evaluation.statistics import holm

__all__ = ["LEVEL", "Family"]

LEVEL = 0.05  # chance that a family says anything of models that are equally good
_DRAWS = 20_000

Values = NDArray[np.float64]


class Family:
    r"""The comparisons that are made together, none of which may be shown by chance alone.

    Without correlations p-values are adjusted by Holm's method. With them by the distribution of
    the least p-value, step by step: comparisons that share a model or rows are not as many looks
    as they are comparisons. Draws are of the Gaussian copula,

    .. math:: \tilde p_j = \Pr\Big[\min_{i \ge j} 2\,\Phi(-|z_i|) \le p_j\Big],\qquad
        z \sim \mathcal N(0, R),\qquad p_1 \le p_2 \le \dots

    made monotone. By Šidák's inequality this is never above Holm's, of which it is taken for no
    more (what is drawn has an end, 1/20,001).

    Parameters
    ----------
    size : int
        Number of comparisons.
    correlation : array-like of shape (size, size) or None, default=None
        Correlation R of the comparisons' errors; None if it is not known.

    References
    ----------
    Holm, Scand. J. Stat. 6, 65 (1979); Westfall and Young, Resampling-Based Multiple Testing
    (1993), algorithm 2.8; Šidák, J. Am. Stat. Assoc. 62, 626 (1967),
    doi:10.1080/01621459.1967.10482935.

    Examples
    --------
    >>> Family(3).adjusted([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    >>> alike = Family(3, np.full((3, 3), 0.999) + 0.001 * np.eye(3))
    >>> alike.adjusted([0.01, 0.04, 0.03]).round(2).tolist()
    [0.01, 0.04, 0.03]
    """

    def __init__(self, size: int, correlation: ArrayLike | None = None) -> None:
        self.size = size
        self._correlation = None if correlation is None else np.asarray(correlation, dtype=float)

    def adjusted(self, p_values: ArrayLike) -> Values:
        """Return p-values adjusted for the family, in the same order, none above 1."""
        p = np.asarray(p_values, dtype=np.float64)
        by_holm = holm(p)
        if self._draws is None:
            return by_holm
        order = np.argsort(p, kind="stable")
        least = np.minimum.accumulate(self._draws[:, order[::-1]], axis=1)[:, ::-1]
        stepped = (1 + (least <= p[order]).sum(axis=0)) / (1 + _DRAWS)
        adjusted = np.empty_like(p)
        adjusted[order] = np.maximum.accumulate(stepped)
        return np.asarray(np.minimum(adjusted, by_holm))

    @cached_property
    def level(self) -> float:
        """The level of one comparison: a p below it is significant whatever the others are."""
        by_holm = LEVEL / max(1, self.size)
        if self._draws is None:
            return by_holm
        allowed = int(np.ceil(LEVEL * (1 + _DRAWS) - 1)) - 1  # draws below a p that is significant
        return max(by_holm, float(np.partition(self._draws.min(axis=1), allowed)[allowed]))

    @cached_property
    def _draws(self) -> Values | None:
        """P-values of comparisons of no difference, a row a draw."""
        if self._correlation is None or self.size < 2:
            return None
        values, vectors = np.linalg.eigh(self._correlation)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        normal = np.random.default_rng(0).standard_normal((_DRAWS, self.size))
        return np.asarray(2 * stats.norm.sf(np.abs(normal @ root.T)))
