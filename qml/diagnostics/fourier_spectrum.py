"""Fourier spectrum: which frequencies of a feature a model can use, and how strongly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qml.errors import DataError

__all__ = ["FourierSpectrum", "fourier_spectrum"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class FourierSpectrum:
    """Coefficients of the frequencies 0, 1, ... of one feature.

    Parameters
    ----------
    mean, spread : ndarray of shape (n_frequencies,)
        Mean and spread of the absolute values, over the functions that were looked at.
    degree : int
        The highest frequency that any of them uses.
    aliased : bool
        True where the highest frequency that was asked for is used: then there may be higher ones,
        which show as lower ones.
    """

    mean: Values
    spread: Values
    degree: int
    aliased: bool


def fourier_spectrum(
    functions: Callable[[Values], Values], n_frequencies: int = 8
) -> FourierSpectrum:
    r"""Return the Fourier coefficients of functions of period :math:`2\pi`.

    A model that encodes a feature by rotations is a trigonometric polynomial of it,
    :math:`f(x) = \sum_\omega c_\omega e^{i\omega x}`; its encoding decides which frequencies there
    are, its trained gates how large the coefficients get.

    Parameters
    ----------
    functions : callable
        Functions from points of shape (n_points,) to values of shape (n_functions, n_points).
    n_frequencies : int, default=8
        The highest frequency that is told apart.

    Raises
    ------
    DataError
        If the values have another shape.

    References
    ----------
    Schuld, Sweke and Meyer, Phys. Rev. A 103, 032430 (2021), doi:10.1103/PhysRevA.103.032430.

    Examples
    --------
    >>> found = fourier_spectrum(lambda x: np.array([np.cos(2 * x)]))
    >>> found.degree, found.mean[:3].round(6).tolist()
    (2, [0.0, 0.0, 0.5])
    """
    n_points = 2 * n_frequencies + 1
    points = 2 * np.pi * np.arange(n_points) / n_points
    values = np.asarray(functions(points), dtype=np.float64)
    if values.ndim != 2 or values.shape[1] != n_points:
        raise DataError(f"values: shape {values.shape}, expected (n_functions, {n_points})")
    sizes = np.abs(np.fft.rfft(values, axis=1) / n_points)
    used = np.flatnonzero(sizes.max(axis=0) > 1e-9)
    degree = int(used[-1]) if used.size else 0
    return FourierSpectrum(
        sizes.mean(axis=0), sizes.std(axis=0), degree, aliased=degree == n_frequencies
    )
