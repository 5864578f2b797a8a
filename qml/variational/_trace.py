"""The course of a training: what was spent when the loss fell."""

from __future__ import annotations

from dataclasses import InitVar, dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

__all__ = ["Counts", "Trace"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Counts:
    """What a training has spent when its callback is called.

    Parameters
    ----------
    steps : int
        Steps of the optimizer's own.
    evaluations : int
        Evaluations of the loss.
    circuits, shots : int
        Circuits and measurements, counted as in `qml.backends.Usage`.
    seconds : float
        Time since the training began; a resumed one counts the time before too.
    """

    steps: int = 0
    evaluations: int = 0
    circuits: int = 0
    shots: int = 0
    seconds: float = 0.0


@dataclass
class Trace:
    """The course of a training: a row whenever the loss fell below all before.

    Losses of minibatches are of other samples each time, the lowest is that of an easy one: then
    every evaluation has a row.

    Parameters
    ----------
    every : bool, default=False
        True where losses are of minibatches.

    Attributes
    ----------
    steps, evaluations, circuits, shots : list of int
        Counts when that evaluation was done.
    seconds, losses : list of float
        Time at that evaluation, and its loss.
    points : list of ndarray
        Weights of that evaluation; kept only where stages are asked for.
    """

    every: InitVar[bool] = False
    steps: list[int] = field(default_factory=list)
    evaluations: list[int] = field(default_factory=list)
    circuits: list[int] = field(default_factory=list)
    shots: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)
    points: list[Values] = field(default_factory=list)

    def __post_init__(self, every: bool) -> None:
        self._every = every
        self._of_step: dict[int, tuple[float, int]] = {}  # sum of losses, and how many

    def add(self, counts: Counts, loss: float, point: Values | None) -> None:
        """Append a row if it is an improvement, or of another minibatch."""
        total, number = self._of_step.get(counts.steps, (0.0, 0))
        self._of_step[counts.steps] = total + float(loss), number + 1
        if not self._every and self.losses and loss >= self.losses[-1]:
            return
        for each in fields(counts):
            getattr(self, each.name).append(getattr(counts, each.name))
        self.losses.append(float(loss))
        if point is not None:
            self.points.append(point)

    def losses_of_steps(self, most: int) -> tuple[list[int], list[float]]:
        """Return steps and the mean loss of the evaluations of each, low or not.

        At most so many, evenly spread with the first and the last; evaluations before the first
        step are those of step 0.
        """
        steps = list(self._of_step)
        if len(steps) > most:
            steps = [steps[i] for i in np.linspace(0, len(steps) - 1, most).round().astype(int)]
        return steps, [total / number for total, number in map(self._of_step.__getitem__, steps)]

    def thinned(self, n_rows: int) -> Trace:
        """Return at most so many rows, evenly spread over the logarithm of the evaluations.

        First and last stay.
        """
        if len(self.losses) <= n_rows:
            return self
        spent = np.asarray(self.evaluations, dtype=float)
        marks = np.geomspace(spent[0], spent[-1], n_rows)
        rows = np.unique(np.searchsorted(spent, marks * (1 + 1e-9), side="right") - 1)
        thin = Trace()
        for each in fields(self):
            kept = getattr(self, each.name)
            setattr(thin, each.name, [kept[row] for row in rows] if kept else [])
        return thin
