"""Low-rank completion: a part of the entries is measured, the others follow."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt
from scipy.optimize import minimize

from qml.backends import Workload
from qml.errors import SpecError
from qml.examples import KernelExample
from qml.kernels._contract import Matrix
from qml.kernels._features import FeatureKernel

__all__ = ["CompletionKernel"]

EXAMPLES = (
    KernelExample({"fraction": 1.0, "rank": 1000}, tolerance=1e-6),  # a fit stops at a tolerance
    KernelExample({"fraction": 0.6, "compare": True}, estimated=True),
)

_RANKS = (1, 2, 4, 8, 16, 32, 64)
_HELD_OUT = 0.1  # of the measured entries, to choose the rank and to report the error
_ITERATIONS = 300


class CompletionKernel(FeatureKernel):
    r"""Fidelity kernel whose training matrix is measured in part and completed to low rank.

    With the measured entries :math:`\Omega`, drawn at random,

    .. math:: \hat K = ZZ^T,\qquad Z = \arg\min_{Z\in\mathbb R^{n\times r}}
        \sum_{(i,j)\in\Omega}\big(K_{ij} - (ZZ^T)_{ij}\big)^2,

    which is positive semidefinite by construction. A new point is measured against some of the
    training points, and its row of Z is the ridge regression on theirs.

    Parameters
    ----------
    random_state : int or None, default=None
        Root of the backend's seeds and of the draw of the entries.
    fraction : float, default=0.5
        Share of the entries above the diagonal that are measured, in (0, 1]; the same share of
        the training points is asked about a new one.
    rank : int or "auto", default="auto"
        Rank r; "auto" takes the best of 1, 2, 4, ..., 64 on a tenth of the measured entries.
    compare : bool, default=False
        Choice to measure the full training matrix too, at its full price, and to report the
        distance to it.

    Attributes
    ----------
    rank_ : int
        Rank that is used.

    Notes
    -----
    Circuits, measured: `fraction` of :math:`n(n-1)/2` to fit, `fraction` of n a new point.
    A fidelity kernel of q qubits has rank :math:`4^q` at most; where the points are fewer than
    that, there may be nothing low in its rank, and the report shows it: ``holdout_error`` is the
    root mean square error on measured entries that the fit did not see. With `compare` also
    ``frobenius_error``, :math:`\|\hat K - K\|_F/\|K\|_F`.

    References
    ----------
    Candès and Recht, Found. Comput. Math. 9, 717 (2009), doi:10.1007/s10208-009-9045-5. Burer and
    Monteiro, Math. Program. 95, 329 (2003), doi:10.1007/s10107-002-0352-8.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> kernel = CompletionKernel("zz", random_state=0, fraction=0.7)
    >>> K = kernel.fit_evaluate(rng.uniform(0, 3, (80, 2)))  # two qubits: rank 16
    >>> kernel.rank_, bool(kernel.report_["holdout_error"] < 0.01)
    (16, True)
    """

    stands_for: ClassVar[str | None] = "fidelity"
    fraction: Annotated[float, Field(gt=0, le=1)] = 0.5
    rank: PositiveInt | Literal["auto"] = "auto"
    compare: bool = False

    def _fit_evaluate(self, X: Matrix, y: NDArray[Any] | None) -> Matrix:
        n = len(X)
        rng = np.random.default_rng(self.random_state)
        circuit = self._circuit(X.shape[1])
        pairs = np.array(np.triu_indices(n, k=1))
        pairs = pairs[:, np.sort(rng.permutation(pairs.shape[1])[: self._n_entries(n)])]
        measured = self.backend.fidelities(circuit, X[pairs[0]], X[pairs[1]])
        held_out = rng.permutation(len(measured)) < min(
            np.ceil(_HELD_OUT * len(measured)), len(measured) - 1
        )
        ranks = [r for r in _RANKS if r <= n] if self.rank == "auto" else [min(self.rank, n)]
        seen = (pairs[:, ~held_out], measured[~held_out])
        errors = [_error(_complete(n, *seen, r), pairs, measured, held_out) for r in ranks]
        best = int(np.argmin(errors))
        self.rank_ = ranks[best]
        self._features = _complete(n, pairs, measured, self.rank_)
        n_anchors = min(n, max(int(np.ceil(self.fraction * n)), 1))
        self._anchors = np.sort(rng.permutation(n)[:n_anchors])
        self._anchor_points = X[self._anchors]
        K = np.asarray(self._features @ self._features.T)
        self._report = {
            "rank": self.rank_,
            "entries": len(measured),
            "entries_of_full": n * (n - 1) // 2,
            "holdout_error": errors[best] if held_out.any() else None,
        }
        if self.compare:
            full = self.backend.gram(circuit, X)
            distance = np.linalg.norm(K - full) / np.linalg.norm(full)
            self._report["frobenius_error"] = float(distance)
        return K

    def _map(self, X: Matrix) -> Matrix:
        """Return each point's row of Z, by ridge regression on the anchors'."""
        if not hasattr(self, "_features"):
            raise SpecError("the low rank is learned from training data: call fit first")
        block = self.backend.gram(self._circuit(X.shape[1]), X, self._anchor_points)
        Z = self._features[self._anchors]
        shots = self.backend.shots
        # the noise of an entry over the spread of a row's components, 1/r each
        ridge = 1e-10 if shots is None else self.rank_ / (4 * shots)
        inner = Z.T @ Z + ridge * np.eye(self.rank_)
        return np.asarray(np.linalg.solve(inner, Z.T @ block.T).T)

    def _n_entries(self, n: int) -> int:
        return int(np.ceil(self.fraction * (n * (n - 1) // 2)))

    def _workload(self, n_features: int, n_train: int, n_test: int) -> Workload:
        entries = self._n_entries(n_train)
        # on the exact backend one circuit a point is enough, and that is fewer
        circuits = n_train if self.backend.shots is None else entries
        grams: list[tuple[int, int]] = [(n_test, int(np.ceil(self.fraction * n_train)))]
        if self.compare:
            grams.append((n_train, 0))
        circuit = self._circuit(n_features)
        return Workload(circuit.num_qubits, circuits, circuits, tuple(grams), circuit)


def _complete(n: int, pairs: NDArray[np.intp], values: Matrix, rank: int) -> Matrix:
    """Return Z of shape (n, rank) whose products fit the given entries and a unit diagonal."""
    target, known = np.eye(n), np.eye(n, dtype=bool)
    target[pairs[0], pairs[1]] = target[pairs[1], pairs[0]] = values
    known[pairs[0], pairs[1]] = known[pairs[1], pairs[0]] = True
    # the start: unknown entries at the mean, and the leading eigenvectors of that
    filled = np.where(known, target, values.mean() if len(values) else 0.0)
    eigenvalues, vectors = np.linalg.eigh(filled)
    start = vectors[:, -rank:] * np.sqrt(np.maximum(eigenvalues[-rank:], 1e-6))

    def loss(flat: Matrix) -> tuple[float, Matrix]:
        Z = flat.reshape(n, rank)
        residual = np.where(known, Z @ Z.T - target, 0.0)
        return float((residual**2).sum()) / 4, (residual @ Z).ravel()

    found = minimize(
        loss,
        start.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": _ITERATIONS, "ftol": 1e-14, "gtol": 1e-10},
    )
    return np.asarray(found.x.reshape(n, rank))


def _error(
    Z: Matrix, pairs: NDArray[np.intp], measured: Matrix, held_out: NDArray[np.bool_]
) -> float:
    if not held_out.any():
        return 0.0
    rows, columns = pairs[:, held_out]
    guessed = np.einsum("ij,ij->i", Z[rows], Z[columns])
    return float(np.sqrt(np.mean((guessed - measured[held_out]) ** 2)))
