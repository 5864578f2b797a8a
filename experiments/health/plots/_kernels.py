"""The kernels of a run's study, computed again for a figure: a run keeps no matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from experiments.health import kernels
from experiments.planning.spec import StudySpec
from experiments.running.results import Results
from qml.backends import resolve_backend
from qml.backends.exact import ExactBackend
from qml.kernels import resolve_kernel

__all__ = ["MOST_POINTS", "Matrix", "matrices"]

MOST_POINTS = 200  # of a data set, drawn with the classes' shares kept
_MEASURED = 60  # where each entry is measured
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

    At most 200 points are taken, preprocessing fitted to all of them, and 60 where shots are drawn
    or noise is simulated. A machine is asked nothing: its models are on ideal qubits here.
    """
    spec = StudySpec.model_validate(results.plan.study)
    seen: dict[str, list[NDArray[np.float64]]] = {}
    for one in kernels.of_study(spec, samples=MOST_POINTS):
        asked, backend = one.parameters, resolve_backend(one.parameters["backend"], _SEED)
        if backend.submits:
            backend = resolve_backend("exact")
        kernel = resolve_kernel(
            asked["quantum_kernel"], asked["feature_map"], asked["bandwidth"], backend, _SEED
        )
        order = np.argsort(one.y, kind="stable")
        if not isinstance(backend, ExactBackend) or backend.shots is not None:
            order = order[np.linspace(0, len(order) - 1, min(len(order), _MEASURED)).astype(int)]
        K = np.asarray(kernel.fit_evaluate(one.X[order], one.y[order]))
        known = seen.setdefault(one.dataset, [])
        if not any(np.array_equal(K, other) for other in known):  # another backend's is the same
            known.append(K)
            yield Matrix(one.dataset, one.label, K, np.asarray(one.y)[order])
