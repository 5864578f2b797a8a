"""Hinge loss of the margin between the true class and the best other."""

from __future__ import annotations

import numpy as np
from pydantic import PositiveFloat

from qml.losses._contract import Labels, Values

__all__ = ["hinge"]


def hinge(probabilities: Values, y: Labels, margin: PositiveFloat = 1.0) -> tuple[float, Values]:
    r"""Return the mean of :math:`\max(0, m - (p_y - \max_{c\ne y} p_c))`.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Probabilities of the classes.
    y : ndarray of shape (n_samples,)
        True classes, from 0.
    margin : float, default=1.0
        Margin :math:`m`; at 1, the margin of probabilities never suffices but at certainty.

    Returns
    -------
    value : float
    slopes : ndarray of shape (n_samples, n_classes)

    References
    ----------
    Crammer and Singer, J. Mach. Learn. Res. 2, 265 (2001).

    Examples
    --------
    >>> hinge(np.array([[0.75, 0.25]]), np.array([0]))[0]
    0.5
    """
    rows = np.arange(len(y))
    others = probabilities.copy()
    others[rows, y] = -np.inf
    rival = others.argmax(axis=1)
    losses = margin - (probabilities[rows, y] - probabilities[rows, rival])
    active = (losses > 0) / len(y)
    slopes = np.zeros_like(probabilities)
    slopes[rows, y] -= active
    slopes[rows, rival] += active
    return float(np.maximum(losses, 0).mean()), slopes
