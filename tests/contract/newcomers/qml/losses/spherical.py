"""One minus the spherical score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["spherical"]


def spherical(
    probabilities: NDArray[np.float64], y: NDArray[np.intp]
) -> tuple[float, NDArray[np.float64]]:
    r"""Return the mean of :math:`1 - p_y / \lVert p\rVert`.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Class probabilities.
    y : ndarray of shape (n_samples,)
        True classes, from 0.

    Examples
    --------
    >>> spherical(np.array([[0.6, 0.8]]), np.array([1]))[0].__round__(6)
    0.2
    """
    rows = np.arange(len(y))
    lengths = np.linalg.norm(probabilities, axis=1)
    scores = probabilities[rows, y] / lengths
    slopes = probabilities * (scores / lengths**2)[:, None]
    slopes[rows, y] -= 1 / lengths
    return float(1 - scores.mean()), slopes / len(y)
