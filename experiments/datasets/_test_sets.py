"""Fresh test sets: rows of a data set's own law, drawn apart, for a trained model to be tested."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from experiments.datasets._dataset import Dataset
from experiments.seeds import child_seed
from qml.errors import SpecError

__all__ = ["with_test_sets"]


def with_test_sets(data: Dataset, n_sets: int, n_rows: int | None, seed: int) -> Dataset:
    """Return a data set with fresh test sets behind its own rows, which are all trained on.

    Parameters
    ----------
    data : Dataset
        Rows that are trained on.
    n_sets : int
        Number of test sets.
    n_rows : int or None
        Rows of each test set; None is as many as are trained on.
    seed : int
        Root of the test sets' seeds, one a set.

    Returns
    -------
    Dataset
        All rows; its folds are the numbers of the test sets, and -1 for what is trained on.

    Raises
    ------
    SpecError
        If nothing draws more rows of these data.

    Examples
    --------
    >>> from experiments.datasets.moons import moons
    >>> data = with_test_sets(moons(0, n_samples=10), n_sets=2, n_rows=4, seed=0)
    >>> data.folds.tolist()
    [-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1]
    """
    if data.more is None:
        raise SpecError(
            f"{data.name} draws no more rows of its law: test sets are for generators",
            "datasets.test_sets",
        )
    size = len(data.y) if n_rows is None else n_rows
    fresh = [data.more(child_seed(seed, "test set", number), size) for number in range(n_sets)]
    return replace(
        data,
        X=np.concatenate([data.X, *(one.X for one in fresh)]),
        y=np.concatenate([data.y, *(one.y for one in fresh)]),
        folds=np.repeat(np.arange(-1, n_sets), [len(data.y), *(len(one.y) for one in fresh)]),
    )
