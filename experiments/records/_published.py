"""What was printed elsewhere of a quantity: a number, a range, a bound, words or a curve."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Published"]


@dataclass(frozen=True)
class Published:
    """What was printed elsewhere, to stand beside ours.

    A number has `value`; a range `low` and `high`; a bound one of the two; a curve `over` and its
    points; anything else has words.

    Parameters
    ----------
    dataset, model : str
        Labels of the rows it belongs to, or the study's words for entries whose rows all have it.
    quantity : str
        Name of the quantity that it is of.
    source : str
        Publication that printed it.
    value : float or None, default=None
        Number as printed.
    low, high : float or None, default=None
        Ends of a range; one alone is a bound.
    text : str, default=""
        Words that were printed in place of a number.
    over : str, default=""
        Axis of a curve.
    curve : tuple of (float, float), default=()
        Points of a curve: place on the axis, and value.
    """

    dataset: str
    model: str
    quantity: str
    source: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    text: str = ""
    over: str = ""
    curve: tuple[tuple[float, float], ...] = ()

    def words_at(self, place: float | None = None) -> str:
        """Return it as a table shows it; empty where a curve has no point.

        Parameters
        ----------
        place : float or None, default=None
            Place of the row on the axis of the curve; None where it has none.

        Examples
        --------
        >>> Published("moons", "svc", "accuracy", "a paper", low=0.9).words_at()
        'at least 0.9'
        """
        if self.value is not None:
            return f"{self.value:.10g}"
        if self.curve:
            return next((f"{y:.10g}" for x, y in self.curve if x == place), "")
        if self.low is None and self.high is None:
            return self.text
        if self.high is None:
            return f"at least {self.low:.10g}"
        if self.low is None:
            return f"at most {self.high:.10g}"
        return f"{self.low:.10g} to {self.high:.10g}"
