"""What training asks of a model's circuits."""

from __future__ import annotations

from enum import Enum

__all__ = ["Question"]


class Question(Enum):
    """A question of an optimizer, which decides what the answer costs.

    Examples
    --------
    >>> Question.metric(diagonal=True)
    <Question.DIAGONAL_METRIC: "diagonal of the states' metric">
    """

    VALUE = "value"
    HELD_OUT = "value on the samples held out"
    GRADIENT = "value and gradient"
    METRIC = "the states' metric"
    DIAGONAL_METRIC = "diagonal of the states' metric"
    FIDELITY = "fidelity"

    @classmethod
    def metric(cls, diagonal: bool) -> Question:
        """Return the question for the states' metric, or for its diagonal alone."""
        return cls.DIAGONAL_METRIC if diagonal else cls.METRIC
