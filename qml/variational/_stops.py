"""Stops: when the course of the losses says that a training may end."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

__all__ = ["Patience", "Plateau"]


@dataclass
class Patience:
    """Whether too many losses in a row were no improvement.

    Parameters
    ----------
    evaluations : int or None
        Number of losses that are borne; None bears all.
    min_change : float
        Smallest improvement that counts.
    """

    evaluations: int | None
    min_change: float
    _best: float = np.inf
    _since: int = 0

    def ends_with(self, loss: float) -> bool:
        """Return whether this loss is the one too many."""
        if loss < self._best - self.min_change:
            self._best, self._since = loss, 0
        else:
            self._since += 1
        return self.evaluations is not None and self._since >= self.evaluations


@dataclass
class Plateau:
    r"""Whether the losses of two windows have the same mean, as far as their scatter tells.

    With the means :math:`m_1` of the last window of w losses and :math:`m_2` of the one before, and
    the last one's standard deviation s, that is :math:`|m_1 - m_2| \le s/(2\sqrt w)`, once there
    are :math:`2w + 2` losses.

    Parameters
    ----------
    window : int or None
        Number w of losses in a window; None is never a plateau.

    References
    ----------
    Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).
    """

    window: int | None
    _losses: deque[float] = field(default_factory=deque)
    _seen: int = 0

    def ends_before(self, loss: float) -> bool:
        """Return whether the losses before this one were a plateau."""
        if self.window is None:
            return False
        reached = self._seen >= 2 * self.window + 2 and self._flat(self.window)
        self._seen += 1
        self._losses.append(loss)
        if len(self._losses) > 2 * self.window:
            self._losses.popleft()
        return reached

    def _flat(self, window: int) -> bool:
        before, last = np.split(np.array(self._losses), 2)
        return bool(abs(last.mean() - before.mean()) <= last.std() / np.sqrt(window) / 2)
