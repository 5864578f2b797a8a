"""Kernel health: everything that tells in advance whether a quantum kernel can be of use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.backends import Backend, resolve_backend
from qml.circuits import CircuitSpec, resolve_trainable_map
from qml.diagnostics.best_rbf import BestRBF, best_rbf, machine_accuracy
from qml.diagnostics.concentration import concentration
from qml.diagnostics.geometric_difference import (
    RESOLVED,
    geometric_difference,
    model_complexity,
)
from qml.diagnostics.spectrum import spectrum
from qml.errors import DataError
from qml.kernels import (
    REPAIRS,
    Repair,
    alignment,
    centred_alignment,
    label_kernel,
    resolve_kernel,
)

__all__ = ["KernelHealth", "kernel_health"]

BANDWIDTHS = (0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0)

Matrix = NDArray[np.float64]
Row = dict[str, Any]


@dataclass(frozen=True)
class KernelHealth:
    """What was found; every table is a list of rows with the same keys.

    Parameters
    ----------
    summary : dict
        Numbers at the bandwidth asked for and all features.
    qubits : list of dict
        Concentration with the first 1, 2, ... features.
    bandwidths : list of dict
        Numbers by the bandwidth, a row each.
    repairs : list of dict
        Effect of shots on the matrix, and of each repair on that.
    eigenvalues : ndarray of shape (n,)
        Eigenvalues of the kernel matrix, largest first.
    """

    summary: Row
    qubits: list[Row]
    bandwidths: list[Row]
    repairs: list[Row]
    eigenvalues: Matrix


def kernel_health(
    X: ArrayLike,
    y: ArrayLike,
    feature_map: CircuitSpec = "zz",
    quantum_kernel: str | Mapping[str, Any] = "fidelity",
    bandwidth: float = 1.0,
    backend: str | Backend = "exact",
    shots: int = 1024,
    bandwidths: Iterable[float] = BANDWIDTHS,
    random_state: int = 0,
) -> KernelHealth:
    r"""Examine a quantum kernel on data.

    - *Concentration*: mean and variance of the entries beside those of random states, and the shots
      at which an entry can be told from the mean.
    - *Spectrum*: effective rank, share of the largest eigenvalue.
    - *Use*: alignment with the labels, plain and centred; accuracy of a support vector machine in
      five-fold cross-validation, C tuned.
    - *Difference*: from the best tuned RBF kernel on the same data, the similarity (CKA), the
      geometric difference :math:`g(K_C\|K_Q)`, one-sided, and the model complexities :math:`s_C`
      and :math:`s_Q` that it bounds, the inverses regularised by 0.01. If g is small, or
      :math:`s_C` no larger than :math:`s_Q`, there is nothing to win.
    - *Shots*: the negative weight of the measured matrix and what each repair does about it.

    Parameters
    ----------
    X : array-like of shape (n, n_features)
        Features as angles in radians.
    y : array-like of shape (n,)
        Classes of the points.
    feature_map, bandwidth, backend
        Parameters of `qml.kernels.QuantumKernel`; a map with weights needs the kernel
        ``trainable``.
    quantum_kernel : str or mapping, default="fidelity"
        Kernel as `qml.kernels.resolve_kernel` takes it. Haar values and shots are those of
        fidelities.
    shots : int, default=1024
        Shots at which the measured matrix is examined, if the backend does not measure itself.
    bandwidths : iterable of float
        Bandwidths of the sweep.
    random_state : int, default=0
        Seed of the shots, the folds and what the kernel draws.

    Returns
    -------
    KernelHealth

    Raises
    ------
    DataError
        If a class has fewer than five members.

    Notes
    -----
    One Gram matrix a bandwidth and a number of features, and one measured one. A backend with shots
    or noise gives the measured one alone; all else is of ideal qubits. Accuracies are for comparing
    kernels on this data; they are no test results.

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), doi:10.1038/s41467-021-22539-9. Thanasilp et al.,
    Nat. Commun. 15, 5200 (2024), doi:10.1038/s41467-024-49287-w. Shaydulin and Wild, Phys. Rev. A
    106, 042407 (2022), doi:10.1103/PhysRevA.106.042407. Flórez Ablan, Roth and Schnabel,
    arXiv:2503.05602 (2025).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.uniform(0, 2, (30, 3))
    >>> health = kernel_health(X, X[:, 0] > 1, "iqp", bandwidths=(0.1, 1.0))
    >>> [row["qubits"] for row in health.qubits], len(health.bandwidths)
    ([1, 2, 3], 2)
    """
    points, labels = np.asarray(X, dtype=np.float64), np.asarray(y)
    rbf = best_rbf(points, labels, random_state)
    place = resolve_backend(backend, random_state)
    ideal = place if place.shots is None else resolve_backend("exact")

    def evaluate(scale: float, n_features: int, on: Backend = ideal) -> Matrix:
        kernel = resolve_kernel(quantum_kernel, feature_map, scale, on, random_state)
        return kernel.fit_evaluate(points[:, :n_features], labels)

    n_features = points.shape[1]
    K = evaluate(bandwidth, n_features)
    found = spectrum(K)
    width = resolve_trainable_map(feature_map, n_features).circuit.num_qubits
    summary = {
        "points": len(points),
        "features": n_features,
        "qubits": width,
        **_examined(K, labels, width, rbf, random_state),
        "rbf_accuracy": rbf.accuracy,
        "rbf_gamma": rbf.gamma,
        "s_rbf": _complexity(rbf.K, labels),
    }
    scales = sorted({*bandwidths, bandwidth})
    sweep = [
        {
            "bandwidth": scale,
            **_examined(evaluate(scale, n_features), labels, width, rbf, random_state),
        }
        for scale in scales
    ]
    by_qubits = (
        []
        if callable(feature_map) or hasattr(feature_map, "num_qubits")
        else [
            _concentration_row(
                evaluate(bandwidth, n), resolve_trainable_map(feature_map, n).circuit.num_qubits, n
            )
            for n in range(1, n_features + 1)
        ]
    )
    if place.shots is None:
        place = resolve_backend(f"exact:shots={shots}", random_state)
    measured = evaluate(bandwidth, n_features, place)
    return KernelHealth(summary, by_qubits, sweep, _repair_rows(measured, K), found.eigenvalues)


def _concentration_row(K: Matrix, n_qubits: int, n_features: int) -> Row:
    found = concentration(K, n_qubits)
    return {
        "features": n_features,
        "qubits": n_qubits,
        "mean": found.mean,
        "variance": found.variance,
        "haar_mean": found.haar_mean,
        "haar_variance": found.haar_variance,
        "shots_to_resolve": found.shots_to_resolve,
    }


def _examined(K: Matrix, y: NDArray[Any], n_qubits: int, rbf: BestRBF, seed: int) -> Row:
    """Return what one matrix says."""
    spread, found, target = concentration(K, n_qubits), spectrum(K), label_kernel(y)
    return {
        "mean": spread.mean,
        "variance": spread.variance,
        "haar_mean": spread.haar_mean,
        "haar_variance": spread.haar_variance,
        "shots_to_resolve": spread.shots_to_resolve,
        "effective_rank": found.effective_rank,
        "largest_share": found.largest_share,
        "alignment": alignment(K, target),
        "centred_alignment": _or_nan(centred_alignment, K, target),
        "rbf_similarity": _or_nan(centred_alignment, K, rbf.K),
        "geometric_difference": geometric_difference(rbf.K, K, RESOLVED, "one_sided"),
        "s_quantum": _complexity(K, y),
        "accuracy": machine_accuracy(K, y, seed),
    }


def _or_nan(measure: Callable[[Matrix, Matrix], float], K: Matrix, L: Matrix) -> float:
    """Return the measure, or nan for a matrix that is the same everywhere."""
    try:
        return measure(K, L)
    except DataError:
        return float("nan")


def _complexity(K: Matrix, y: NDArray[Any]) -> float:
    """Return the labels' model complexity; of more than two classes the worst against the rest."""
    classes = np.unique(y)
    against_rest = classes[1:] if len(classes) == 2 else classes
    return max(
        model_complexity(K, np.where(y == label, 1.0, -1.0), RESOLVED) for label in against_rest
    )


def _repair_rows(measured: Matrix, K: Matrix) -> list[Row]:
    rows = []
    for method in REPAIRS:
        repair = Repair(method)
        repaired = repair.fit_transform(measured)
        rows.append(
            {
                "repair": method,
                "lowest_eigenvalue": float(np.linalg.eigvalsh(repaired)[0]),
                "negative_weight": spectrum(repaired).negative_weight,
                "moved": repair.moved_,
                "distance_to_exact": float(np.linalg.norm(repaired - K)),
            }
        )
    return rows
