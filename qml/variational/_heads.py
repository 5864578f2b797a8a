"""Heads: from a circuit's outputs to predictions, with weights of their own where they have any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

__all__ = ["AnyHead", "BiasedVote", "Head"]

Values = NDArray[np.float64]
#: From the loss's slopes by prediction to those by output and by the head's own weights.
Pullback: TypeAlias = Callable[[Values], tuple[Values, Values]]


class AnyHead(Protocol):
    """What a head does."""

    @property
    def n_weights(self) -> int:
        """How many numbers it trains."""

    def start(self, rng: np.random.Generator) -> Values:
        """Return where its weights begin."""

    def __call__(self, outputs: Values, weights: Values) -> tuple[Values, Pullback]:
        """Return predictions, shape (n_samples, n_predictions), and their pullback."""


@dataclass(frozen=True)
class Head:
    r"""Predictions :math:`s\,(Ao + b)` of outputs o, or their softmax.

    Parameters
    ----------
    n_outputs, n_predictions : int
        Number of outputs, and of predictions.
    trained : {"nothing", "bias", "gain", "linear", "dense"}, default="nothing"
        Parts that are trained: nothing (A = 1, b = 0); b; a factor an output (A diagonal, b = 0);
        A alone (b = 0); or A and b.
    scale : float, default=1.0
        Fixed factor :math:`s` of the outputs.
    normalised : bool, default=False
        True makes the predictions class probabilities, by a softmax.
    """

    n_outputs: int
    n_predictions: int
    trained: Literal["nothing", "bias", "gain", "linear", "dense"] = "nothing"
    scale: float = 1.0
    normalised: bool = False

    @property
    def n_weights(self) -> int:
        """How many numbers the head trains."""
        return {
            "nothing": 0,
            "bias": self.n_predictions,
            "gain": self.n_outputs,
            "linear": self.n_outputs * self.n_predictions,
            "dense": (self.n_outputs + 1) * self.n_predictions,
        }[self.trained]

    def start(self, rng: np.random.Generator) -> Values:
        """Return where its weights begin: no bias, gains of 1, small random slopes."""
        if self.trained == "gain":
            return np.ones(self.n_outputs)
        weights = np.zeros(self.n_weights)
        if self.trained in ("linear", "dense"):
            size = self.n_outputs * self.n_predictions
            weights[:size] = rng.normal(size=size) / np.sqrt(self.n_outputs)
        return weights

    def __call__(self, outputs: Values, weights: Values) -> tuple[Values, Pullback]:
        """Return the predictions, shape (n_samples, n_predictions), and their pullback."""
        matrix = self._matrix(weights)
        raw = outputs * weights if matrix is None and self.trained == "gain" else outputs
        if matrix is not None:
            raw = outputs @ matrix
            if self.trained == "dense":
                raw = raw + weights[matrix.size :]
        elif self.trained == "bias":
            raw = outputs + weights
        predictions = self.scale * raw
        if self.normalised:
            predictions = softmax(predictions, axis=1)

        def pull(slopes: Values) -> tuple[Values, Values]:
            if self.normalised:
                inner = (slopes * predictions).sum(axis=1, keepdims=True)
                slopes = predictions * (slopes - inner)
            slopes = self.scale * slopes
            if matrix is not None:
                by_bias = slopes.sum(axis=0) if self.trained == "dense" else np.empty(0)
                by_weights = np.concatenate([(outputs.T @ slopes).ravel(), by_bias])
                return slopes @ matrix.T, by_weights
            if self.trained == "gain":
                return slopes * weights, (slopes * outputs).sum(axis=0)
            own = slopes.sum(axis=0) if self.trained == "bias" else np.empty(0)
            return slopes, own

        return predictions, pull

    def _matrix(self, weights: Values) -> Values | None:
        if self.trained not in ("linear", "dense"):
            return None
        size = self.n_outputs * self.n_predictions
        return weights[:size].reshape(self.n_outputs, self.n_predictions)


@dataclass(frozen=True)
class BiasedVote:
    r"""Two classes' vote shifted by a trained bias, :math:`\mathrm{sign}(\langle f\rangle+b)`.

    The probabilities are :math:`p_\pm = \tfrac12\big(1 \pm \tfrac{\langle f\rangle+b}{1+|b|}\big)`,
    which never leave [0, 1]. The weight is b.

    Parameters
    ----------
    bounded : bool, default=True
        Division by :math:`1+|b|`; without it the predictions can leave [0, 1].
    """

    bounded: bool = True

    @property
    def n_weights(self) -> int:
        """The bias alone."""
        return 1

    def start(self, rng: np.random.Generator) -> Values:
        """Begin without bias."""
        return np.zeros(1)

    def __call__(self, outputs: Values, weights: Values) -> tuple[Values, Pullback]:
        """Return both classes' probabilities, and their pullback."""
        b = float(weights[0])
        room, widening = (1 + abs(b), np.sign(b)) if self.bounded else (1.0, 0.0)
        f = outputs[:, 1] - outputs[:, 0]
        second = (1 + (f + b) / room) / 2

        def pull(slopes: Values) -> tuple[Values, Values]:
            by_second = slopes[:, 1] - slopes[:, 0]
            by_f = by_second / (2 * room)
            by_bias = (1 / room - widening * (f + b) / room**2) / 2
            return np.stack([-by_f, by_f], axis=1), np.array([by_second @ by_bias])

        return np.stack([1 - second, second], axis=1), pull
