"""Cross-entropy."""

from __future__ import annotations

import numpy as np

from qml.losses._contract import Labels, Values

__all__ = ["cross_entropy"]

_SMALLEST_PROBABILITY = 1e-12


def cross_entropy(probabilities: Values, y: Labels) -> tuple[float, Values]:
    r"""Return the mean of :math:`-\ln p_y`, with :math:`p_y` not below 1e-12.

    Its slope is :math:`-1/p_y`, 0 below that bound. (A peer returns probability minus target, the
    slope for a softmax's inputs, for probabilities themselves.)

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

    Examples
    --------
    >>> cross_entropy(np.array([[0.5, 0.5]]), np.array([1]))[0].__round__(6)
    0.693147
    """
    rows = np.arange(len(y))
    true_class = probabilities[rows, y]
    clipped = np.maximum(true_class, _SMALLEST_PROBABILITY)
    slopes = np.zeros_like(probabilities)
    slopes[rows, y] = np.where(true_class > _SMALLEST_PROBABILITY, -1 / clipped, 0.0) / len(y)
    return float(-np.log(clipped).mean()), slopes
