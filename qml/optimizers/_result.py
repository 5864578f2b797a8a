"""What an optimizer found, what it took, and whether the start was better."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Result", "Vector", "warn_if_worsened"]

Vector = NDArray[np.float64]

_SHARE_OF_RANGE = 0.1
_SHARE_OF_START = 0.05
_DEVIATIONS = 3.0  # noise alone goes beyond in one run of 700


@dataclass(frozen=True)
class Result:
    """What an optimizer found and what it took.

    Parameters
    ----------
    x : ndarray of shape (n_parameters,)
        Point where it ended; its best point so far if the callback stopped it.
    fun : float
        Value of the objective at `x`.
    best_x, best_fun : ndarray of shape (n_parameters,), float
        Best point seen and its value. Where values are noisy it flatters: the lowest of many draws
        is lower than what was drawn from.
    start_fun : float
        Value at the start; the mean of the first two where the optimizer only looked on either side
        of it.
    n_iterations : int
        Number of the optimizer's own steps; not comparable between optimizers.
    n_evaluations, n_gradients : int
        Calls of the objective and of its gradient, counted by the objective: comparable.
    history : tuple of float
        The value of every evaluation, in order.
    stopped : bool
        True where the callback or the objective ended it.
    noisy : bool
        True where two values at one point may differ, by shots or minibatches.
    implementation : str
        The code that ran, with its version.
    """

    x: Vector
    fun: float
    best_x: Vector
    best_fun: float
    start_fun: float
    n_iterations: int
    n_evaluations: int
    n_gradients: int
    history: tuple[float, ...]
    stopped: bool
    noisy: bool
    implementation: str

    @property
    def worsened(self) -> bool:
        """Whether the returned value is far above the start's.

        That is by more than a tenth of the range of all values seen, and by more than a twentieth
        of the start's value: a training that has hardly moved has not gone wrong. Where values are
        noisy it is also by more than three times the root mean square of the change from one value
        to the next: for noise alone that is three standard deviations of a difference of two
        values, and steps that an optimizer takes on purpose only make it larger.
        """
        values = np.asarray(self.history)
        limit = max(_SHARE_OF_RANGE * float(np.ptp(values)), _SHARE_OF_START * abs(self.start_fun))
        if self.noisy and len(values) > 1:
            limit = max(limit, _DEVIATIONS * float(np.sqrt(np.mean(np.diff(values) ** 2))))
        return self.fun - self.start_fun > limit


def warn_if_worsened(result: Result) -> None:
    """Warn in one line where a training returns a point that is far worse than its start."""
    if result.worsened:
        warnings.warn(
            f"the training made the loss worse: {result.fun:.4g}, from {result.start_fun:.4g} at "
            f"the start; the best point seen had {result.best_fun:.4g} (result_.best_x)",
            RuntimeWarning,
            stacklevel=2,
        )
