"""Effective dimension: how many of a model's parameters the data can tell apart."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from qml.errors import DataError

__all__ = ["effective_dimension", "fisher_information"]


def fisher_information(probabilities: ArrayLike, jacobian: ArrayLike) -> np.ndarray:
    r"""Return the Fisher information of class probabilities, averaged over samples.

    .. math:: F = \frac1N\sum_i\sum_c \frac{\nabla p_c(x_i)\,\nabla p_c(x_i)^T}{p_c(x_i)}

    Parameters
    ----------
    probabilities : array-like of shape (n_samples, n_classes)
        Probabilities of the classes.
    jacobian : array-like of shape (n_samples, n_classes, n_weights)
        Derivatives of the probabilities by the weights.

    Returns
    -------
    ndarray of shape (n_weights, n_weights)

    Examples
    --------
    >>> fisher_information([[0.5, 0.5]], [[[0.5], [-0.5]]]).tolist()
    [[1.0]]
    """
    p, J = np.asarray(probabilities, float), np.asarray(jacobian, float)
    return np.asarray(np.einsum("ncv,ncw->vw", J / np.maximum(p, 1e-12)[..., None], J) / len(p))


def effective_dimension(fishers: ArrayLike, n_samples: int) -> float:
    r"""Return the effective dimension of a model on so much data.

    .. math:: d_\mathrm{eff} = \frac{2\ln\Big(\frac1M\sum_m\sqrt{\det(1+\kappa\hat F_m)}\Big)}
        {\ln\kappa},\qquad \kappa = \frac{n}{2\pi\ln n},\qquad
        \hat F_m = \frac{P\,F_m}{\frac1M\sum_m\mathrm{Tr}F_m}

    Parameters
    ----------
    fishers : array-like of shape (n_draws, n_weights, n_weights)
        Fisher information at random weights.
    n_samples : int
        Number :math:`n` of samples; more than 17, so that :math:`\kappa > 1`.

    Returns
    -------
    float
        The dimension, between 0 and the number of weights, or so.

    Raises
    ------
    DataError
        If there is too little data, or no weight moves any probability.

    References
    ----------
    Abbas, Sutter, Zoufal, Lucchi, Figalli and Woerner, Nat. Comput. Sci. 1, 403 (2021),
    doi:10.1038/s43588-021-00084-1.

    Examples
    --------
    >>> round(effective_dimension([np.eye(3)], 10**9), 1)
    3.0
    """
    F = np.asarray(fishers, dtype=np.float64)
    kappa = n_samples / (2 * np.pi * np.log(max(n_samples, 2)))
    if not kappa > 1:
        raise DataError(f"{n_samples} samples are too few: n / (2 pi ln n) must be above 1")
    trace = float(np.trace(F, axis1=1, axis2=2).mean())
    if not trace > 0:
        raise DataError("no weight moves any probability: the Fisher information is 0")
    normalised = F.shape[1] * F / trace
    _, logs = np.linalg.slogdet(np.eye(F.shape[1]) + kappa * normalised)
    halves = logs / 2
    largest = halves.max()  # the mean of exponentials, without their size
    total = largest + np.log(np.exp(halves - largest).mean())
    return float(2 * total / np.log(kappa))
