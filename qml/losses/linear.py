"""Linear loss: the probability of the wrong classes."""

from __future__ import annotations

import numpy as np

from qml.losses._contract import Labels, Values

__all__ = ["linear"]


def linear(probabilities: Values, y: Labels) -> tuple[float, Values]:
    r"""Return the mean of :math:`1 - p_y`.

    Where two classes are read of an expectation value, :math:`p_\pm = (1 \pm f)/2`, it is the mean
    of :math:`(1 - yf)/2` with :math:`y = \pm 1`: linear in :math:`f`, so that a sample that is
    classified well already pulls as hard as one that is not.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Probabilities of the classes.
    y : ndarray of shape (n_samples,)
        True classes, from 0.

    Returns
    -------
    value : float
    slopes : ndarray of shape (n_samples, n_classes)

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> linear(np.array([[0.75, 0.25]]), np.array([0]))[0]
    0.25
    """
    rows, slopes = np.arange(len(y)), np.zeros_like(probabilities)
    slopes[rows, y] = -1 / len(y)
    return float(1 - probabilities[rows, y].mean()), slopes
