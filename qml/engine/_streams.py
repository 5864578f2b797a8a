"""Random streams of the primitives: one a job, and of it one an item, none ever given twice."""

from __future__ import annotations

import numpy as np

__all__ = ["Seed", "Streams"]

Seed = int | np.random.Generator | np.random.SeedSequence | None


class Streams:
    """Independent streams from one root.

    Parameters
    ----------
    seed : int, Generator, SeedSequence or None
        Root of the streams. A generator is drawn from at every job, so its streams follow from
        the state it is in. None takes entropy from the operating system.

    Raises
    ------
    ValueError, TypeError
        If an integer is negative, or the seed is of another kind.

    Examples
    --------
    >>> first, second = Streams(1).job(2)
    >>> bool(first.random() == second.random())
    False
    """

    def __init__(self, seed: Seed) -> None:
        self.seed = seed
        self._root = (
            seed
            if isinstance(seed, np.random.Generator | np.random.SeedSequence)
            else np.random.SeedSequence(seed)
        )

    def job(self, n_items: int) -> list[np.random.Generator]:
        """Return the generators of one job, one an item."""
        if isinstance(self._root, np.random.Generator):
            job = np.random.SeedSequence(self._root.integers(1 << 32, size=4).tolist())
        else:
            [job] = self._root.spawn(1)
        return [np.random.default_rng(item) for item in job.spawn(n_items)]
