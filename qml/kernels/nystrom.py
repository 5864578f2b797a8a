"""The Nyström approximation: a fidelity kernel measured against a few landmarks only."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from qml.backends import Workload
from qml.errors import SpecError
from qml.kernels._contract import Matrix
from qml.kernels._features import FeatureKernel

__all__ = ["NystromKernel"]

EXAMPLES = (
    {"n_landmarks": 1000},
    {"n_landmarks": 5, "sampling": "leverage", "compare": True},
)

Sampling = Literal["uniform", "leverage", "determinantal"]
Indices = NDArray[np.intp]

_ROUNDING = 1e-12  # eigenvalues below are the arithmetic's


class NystromKernel(FeatureKernel):
    r"""Fidelity kernel of rank m, from the entries with m of the n training points.

    .. math:: \hat K(x, y) = k_x^T\,W^+ k_y,\qquad k_x = (K(x, l_1), \ldots, K(x, l_m)),\quad
        W_{ij} = K(l_i, l_j)

    Landmarks are chosen among the training points

    - ``"uniform"``: each with the same probability;
    - ``"leverage"``: half of them uniformly, the rest with probabilities proportional to the ridge
      leverage scores that the first half implies;
    - ``"determinantal"``: one after the other, with probabilities proportional to what of a point
      the earlier ones leave unexplained (randomly pivoted Cholesky), so that no two are alike. It
      needs no entry beyond the approximation's own, where an exact determinantal draw would need
      the whole matrix.

    Parameters
    ----------
    random_state : int or None, default=None
        Root of the backend's seeds and of the draw of the landmarks.
    n_landmarks : int, default=20
        Number m of landmarks; no more than there are training points.
    sampling : {"uniform", "leverage", "determinantal"}, default="uniform"
        Law by which landmarks are chosen.
    compare : bool, default=False
        Choice to measure the full training matrix too, at its full price, and to report the
        distance to it.

    Attributes
    ----------
    landmarks_ : ndarray of shape (m,)
        Rows of the training data that are the landmarks.

    Notes
    -----
    Circuits, measured: :math:`m(m-1)/2 + (n-m)m` to fit instead of :math:`n(n-1)/2`, and m a new
    point. ``"determinantal"`` asks for them in m jobs, one after the other. Eigenvalues of W below
    its shot noise, about :math:`\sqrt{m/R}` with R shots, are left out: their inverses would be
    noise alone.

    The report has ``trace_error``, the mean of :math:`1 - \hat K_{ii}`: for exact entries the
    difference to the full matrix is positive, and this is its trace norm over n, known without
    measuring it. With `compare` also ``frobenius_error``,
    :math:`\|\hat K - K\|_F/\|K\|_F`.

    References
    ----------
    Williams and Seeger, NIPS 13 (2000). Musco and Musco, NIPS 30 (2017) (leverage scores). Chen,
    Epperly, Tropp and Webber, Commun. Pure Appl. Math. 78, 995 (2025), doi:10.1002/cpa.22234
    (pivoted Cholesky).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> kernel = NystromKernel("zz", random_state=0, n_landmarks=16, sampling="determinantal")
    >>> K = kernel.fit_evaluate(rng.uniform(0, 3, (50, 2)))  # two qubits: the full rank is 16
    >>> bool(kernel.report_["trace_error"] < 1e-6)
    True
    """

    stands_for: ClassVar[str | None] = "fidelity"
    n_landmarks: PositiveInt = 20
    sampling: Sampling = "uniform"
    compare: bool = False

    def _fit_evaluate(self, X: Matrix, y: NDArray[Any] | None) -> Matrix:
        rng = np.random.default_rng(self.random_state)
        columns = _Columns(self, X)
        m = min(self.n_landmarks, len(X))
        if self.sampling == "determinantal":
            _choose_by_residual(columns, m, rng)
        else:
            first = m if self.sampling == "uniform" else -(-m // 2)
            columns.measure(rng.choice(len(X), first, replace=False))
            if first < m:
                columns.measure(_choose_by_leverage(columns.K, columns.rows, m - first, rng))
        self.landmarks_ = columns.rows
        self._landmark_points = X[columns.rows]
        self._root = _inverse_root(columns.K[columns.rows], self._noise(m))
        self._features = columns.K @ self._root
        K = np.asarray(self._features @ self._features.T)
        self._report = {
            "landmarks": m,
            "entries": columns.n_entries,
            "entries_of_full": len(X) * (len(X) - 1) // 2,
            "trace_error": float(1.0 - np.diag(K).mean()),
        }
        if self.compare:
            full = self.backend.gram(self._circuit(X.shape[1]), X)
            distance = np.linalg.norm(K - full) / np.linalg.norm(full)
            self._report["frobenius_error"] = float(distance)
        return K

    def _map(self, X: Matrix) -> Matrix:
        if not hasattr(self, "landmarks_"):
            raise SpecError("landmarks are chosen among training data: call fit first")
        block = self.backend.gram(self._circuit(X.shape[1]), X, self._landmark_points)
        return np.asarray(block @ self._root)

    def _noise(self, m: int) -> float:
        return 0.0 if self.backend.shots is None else float(np.sqrt(m / self.backend.shots))

    def _workload(self, n_features: int, n_train: int, n_test: int) -> Workload:
        m = min(self.n_landmarks, n_train)
        grams: list[tuple[int, int]] = [(m, 0), (n_train, m), (n_test, m)]
        if self.sampling == "determinantal":
            grams[:2] = [(n_train, 1)] * m
        elif self.sampling == "leverage":  # in two goes
            grams += [(n_train, 1), (m, 0)]
        if self.compare:
            grams.append((n_train, 0))
        circuit = self._circuit(n_features)
        return Workload(circuit.num_qubits, grams=tuple(grams), circuit=circuit)


class _Columns:
    """Columns of the training matrix, measured when they are asked for and no entry twice."""

    def __init__(self, kernel: NystromKernel, X: Matrix) -> None:
        self._backend = kernel.backend
        self._circuit = kernel._circuit(X.shape[1])
        self._X = X
        self.rows = np.empty(0, dtype=np.intp)
        self.K = np.empty((len(X), 0))
        self.n_entries = 0

    def measure(self, rows: Indices) -> None:
        """Append the columns of these points."""
        X, m = self._X, len(rows)
        block = np.empty((len(X), m))
        block[self.rows] = self.K[rows].T
        block[rows] = self._backend.gram(self._circuit, X[rows]) if m > 1 else 1.0
        others = np.setdiff1d(np.arange(len(X)), np.concatenate([self.rows, rows]))
        if len(others):
            block[others] = self._backend.gram(self._circuit, X[others], X[rows])
        self.n_entries += m * (m - 1) // 2 + len(others) * m
        self.rows = np.concatenate([self.rows, rows])
        self.K = np.hstack([self.K, block])


def _choose_by_residual(columns: _Columns, m: int, rng: np.random.Generator) -> None:
    """Draw each landmark by what the earlier ones leave of the diagonal."""
    n = len(columns.K)
    residual = np.ones(n)
    factors = np.zeros((n, m))
    for k in range(m):
        open_ = np.delete(np.arange(n), columns.rows)
        weights = np.maximum(residual[open_], 0.0)
        explained = weights.sum() < _ROUNDING * n
        chosen = rng.choice(open_, p=None if explained else weights / weights.sum())
        columns.measure(np.array([chosen]))
        pivot = residual[chosen]
        if pivot > _ROUNDING:
            column = columns.K[:, -1] - factors[:, :k] @ factors[chosen, :k]
            factors[:, k] = column / np.sqrt(pivot)
            residual -= factors[:, k] ** 2


def _choose_by_leverage(K: Matrix, pilot: Indices, count: int, rng: np.random.Generator) -> Indices:
    """Draw points by the ridge leverage scores that the pilot's columns imply."""
    n = len(K)
    root = _inverse_root(K[pilot], 0.0)
    unexplained = np.maximum(1.0 - ((K @ root) ** 2).sum(axis=1), 0.0)
    ridge = max(float(unexplained.sum()) / len(pilot), _ROUNDING)
    ridge *= len(pilot) / n  # the pilot stands for all: its eigenvalues are that much smaller
    inner = np.linalg.solve(K[pilot] + ridge * np.eye(len(pilot)), K.T)
    scores = np.maximum(1.0 - (K * inner.T).sum(axis=1), 0.0) + _ROUNDING
    open_ = np.delete(np.arange(n), pilot)
    weights = scores[open_] / scores[open_].sum()
    return np.asarray(rng.choice(open_, count, replace=False, p=weights))


def _inverse_root(W: Matrix, noise: float) -> Matrix:
    r"""Return :math:`V\Lambda^{-1/2}` over the eigenvalues above noise, a root of :math:`W^+`."""
    eigenvalues, vectors = np.linalg.eigh((W + W.T) / 2)
    kept = eigenvalues > max(noise, _ROUNDING * float(eigenvalues[-1]))
    kept[-1] = True
    return np.asarray(vectors[:, kept] / np.sqrt(eigenvalues[kept]))
