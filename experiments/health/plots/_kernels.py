"""The kernels of a run's study, computed again for a figure: a run keeps no matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.health import kernels
from experiments.planning.sources import study_from_values
from experiments.running.results import Results
from qml.backends import resolve_backend
from qml.kernels import resolve_kernel

__all__ = ["MOST_POINTS", "Matrix", "matrices"]

MOST_POINTS = 200  # of a data set, drawn with the classes' shares kept
_SEED = 0


@dataclass(frozen=True)
class Matrix:
    """A kernel's matrix on a data set.

    Parameters
    ----------
    dataset, model : str
        Labels of the two.
    K : ndarray of shape (n, n)
        Entries, points of one class side by side.
    classes : ndarray of shape (n,)
        Classes of the points.
    """

    dataset: str
    model: str
    K: NDArray[np.float64]
    classes: NDArray[np.generic]


def matrices(results: Results) -> Iterator[Matrix]:
    """Yield each kernel of the study once on each of its data sets with classes.

    At most 200 points are taken, preprocessing fitted to all of them; on ideal qubits, unless the
    study's own backend is a simulation of noise without shots.
    """
    spec = study_from_values(results.plan.study)
    seen: dict[str, list[NDArray[np.float64]]] = {}
    for one in kernels.of_study(spec, samples=MOST_POINTS):
        backend = resolve_backend(one.parameters["backend"], _SEED)
        ideal = backend if backend.shots is None else resolve_backend("exact")
        asked = one.parameters
        kernel = resolve_kernel(
            asked["quantum_kernel"], asked["feature_map"], asked["bandwidth"], ideal, _SEED
        )
        order = np.argsort(one.y, kind="stable")
        K = np.asarray(kernel.fit_evaluate(one.X[order], one.y[order]))
        known = seen.setdefault(one.dataset, [])
        if not any(np.array_equal(K, other) for other in known):  # another backend's is the same
            known.append(K)
            yield Matrix(one.dataset, one.label, K, np.asarray(one.y)[order])
