"""One tree of seeds a study: every random choice has a place in it, found by name.

A seed depends on what it is for, never on the order in which cells run, so one job and many give
the same numbers, and a study with one more model gives the old models the old seeds.
"""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["child_seed"]


def child_seed(seed: int, *place: object) -> int:
    """Return the seed at `place` in the tree that grows from `seed`.

    Parameters
    ----------
    seed : int
        Seed of the study.
    *place : object
        Words and numbers that name the random choice, such as ``"split", 0``.

    Returns
    -------
    int
        Seed in 0 to 2**31 - 1, as scikit-learn takes it.

    Examples
    --------
    >>> child_seed(0, "split", 0) == child_seed(0, "split", 0) != child_seed(0, "split", 1)
    True
    """
    digest = hashlib.sha256("\x1f".join(map(str, place)).encode()).digest()
    branch = tuple(int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4))
    return int(np.random.SeedSequence(seed, spawn_key=branch).generate_state(1)[0] >> 1)
