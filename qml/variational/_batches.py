"""Minibatches, and the end of a training that sees its loss through their noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["has_converged", "minibatches"]


def minibatches(
    n_samples: int, size: int | None, replacement: bool, rng: np.random.Generator
) -> Iterator[NDArray[np.intp] | None]:
    """Yield the rows of one minibatch after the other for ever; None is all samples.

    Without replacement a sample comes again only when all were seen, those left aside that fill no
    whole minibatch.
    """
    while size is not None and replacement:
        yield rng.integers(n_samples, size=size)
    while size is not None and size < n_samples:
        order = rng.permutation(n_samples)
        for first in range(0, n_samples - size + 1, size):
            yield order[first : first + size]
    while True:
        yield None


def has_converged(losses: Sequence[float], interval: int) -> bool:
    r"""Return whether the mean loss changed by less than its noise allows to see.

    .. math:: |\bar\ell_\mathrm{last} - \bar\ell_\mathrm{before}| \le
        \frac{\sigma_\mathrm{last}}{2\sqrt n}

    over the last :math:`n` losses and the :math:`n` before them, when there are more than
    :math:`2n + 1`.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> has_converged([3.0, 2.0, 1.0, 0.5, 0.6, 0.4, 0.6, 0.4], 2)
    True
    """
    if len(losses) < 2 * interval + 2:
        return False
    last = np.asarray(losses[-interval:])
    before = np.asarray(losses[-2 * interval : -interval])
    return bool(abs(before.mean() - last.mean()) <= last.std() / np.sqrt(interval) / 2)
