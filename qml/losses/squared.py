"""Squared error of the probabilities, the Brier score."""

from __future__ import annotations

import numpy as np
from pydantic import PositiveFloat

from qml.losses._contract import Labels, Values

__all__ = ["squared"]


def squared(probabilities: Values, y: Labels, factor: PositiveFloat = 1.0) -> tuple[float, Values]:
    r"""Return the mean of :math:`a\sum_c (p_c - [c = y])^2`.

    Where two classes are read of a number, :math:`p_\pm = (1 \pm f)/2`, it is the mean of
    :math:`a(f - y)^2/2` with :math:`y = \pm 1`.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Probabilities of the classes.
    y : ndarray of shape (n_samples,)
        True classes, from 0.
    factor : float, default=1.0
        Factor :math:`a` of the whole.

    Returns
    -------
    value : float
    slopes : ndarray of shape (n_samples, n_classes)

    References
    ----------
    Brier, Mon. Weather Rev. 78, 1 (1950).

    Examples
    --------
    >>> squared(np.array([[0.9, 0.1]]), np.array([0]))[0].__round__(6)
    0.02
    """
    errors = probabilities.copy()
    errors[np.arange(len(y)), y] -= 1.0
    value = float((errors**2).sum() / len(y))
    return factor * value, 2 * factor * errors / len(y)
