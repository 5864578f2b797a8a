"""Pegasos QSVC: stochastic subgradient descent on a quantum kernel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt

from qml.backends import Usage
from qml.classifiers._base import QuantumClassifier
from qml.declared import PositiveReal
from qml.kernels import KernelMachine, Repair
from qml.offers import Controls, Encoding

__all__ = ["PegasosQSVC"]

SEARCH_SPACE = {
    "C": {"low": 1.0, "high": 10000.0, "log": True},
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
}


class PegasosQSVC(KernelMachine, QuantumClassifier):
    r"""Support vector classifier without bias, trained one random point at a time.

    Step t draws a point i and counts it, :math:`\alpha_i \leftarrow \alpha_i + 1`, if it lies
    inside the margin,

    .. math:: y_i\,\frac Ct\sum_j \alpha_j y_j K(x_i, x_j) < 1.

    Only entries between a drawn point and the points counted so far are needed. More than two
    classes are trained one against the rest, on the same draws.

    Parameters
    ----------
    C : float, default=1000.0
        Inverse of the regularization :math:`\lambda`.
    n_steps : int, default=1000
        Number of draws, which `random_state` decides. A repair needs the whole training matrix.

    Attributes
    ----------
    alphas_ : ndarray of shape (n_machines, n_samples)
        Counts of each point; one machine for two classes, else one a class.
    support_ : ndarray of shape (n_support,)
        Rows of the training data that any machine counted.

    Notes
    -----
    Circuits, measured, with a fidelity kernel and no repair: the entries met, each once, in one job
    a step at most; never more than N(N-1)/2. Otherwise the whole training matrix. There are no
    probabilities: the decision value's scale depends on the number of steps.

    References
    ----------
    Shalev-Shwartz et al., Math. Program. 127, 3 (2011), doi:10.1007/s10107-010-0420-4. Gentinetta
    et al., Quantum 8, 1225 (2024), doi:10.22331/q-2024-01-11-1225.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> PegasosQSVC(random_state=0).fit(X, ["a", "a", "b", "b"]).predict([[0.15, 0.15]])
    array(['a'], dtype='<U1')
    """

    C: PositiveReal = 1000.0
    n_steps: PositiveInt = 1000
    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})

    def encoding(self) -> Encoding:
        """Return how the model takes its features in, and the machine's C."""
        return replace(super().encoding(), C=float(self.C))

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        rows = self._rows(X, y, seed)
        n, n_classes = len(y), len(self.classes_)
        positive = [1] if n_classes == 2 else range(n_classes)
        signs = np.array([np.where(y == label, 1.0, -1.0) for label in positive])
        self.alphas_ = np.zeros((len(signs), n), dtype=np.intp)
        rng = np.random.default_rng(seed)
        for t in range(1, self.n_steps + 1):
            i = int(rng.integers(0, n))
            counted = np.flatnonzero(self.alphas_.any(axis=0))
            row = rows(i, counted)
            values = self.C / t * ((self.alphas_ * signs)[:, counted] @ row)
            self.alphas_[signs[:, i] * values < 1, i] += 1
        self._weights = self.C / self.n_steps * self.alphas_ * signs
        self.support_ = np.flatnonzero(self.alphas_.any(axis=0))

    def _rows(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> Any:
        """Return the function that gives entries of one row, measured when they are first met."""
        self._learn_inputs(X)
        kernel = self.kernel(self.backend_, seed)
        as_met = self.repair == "none" and kernel.entrywise
        if not as_met or self.backend_.shots is None:
            before = self.backend_.usage.copy()
            K = self._training_matrix(X, y, seed)
            self.entries_ = len(X) * (len(X) - 1) // 2
            whole = self.backend_.usage.since(before).machine_circuits
            if as_met and whole and self.entries_:
                return self._counted_when_met(K, whole // self.entries_)
            return lambda i, columns: K[i, columns]
        self._kernel, self._repair, self._trained_on = kernel, Repair(), None
        self._repair.moved_ = 0.0  # no matrix, nothing to repair
        kernel.remember(X)
        known = np.full((len(X), len(X)), np.nan)
        np.fill_diagonal(known, 1.0)
        self.entries_ = 0

        def row(i: int, columns: NDArray[np.intp]) -> NDArray[np.float64]:
            missing = columns[np.isnan(known[i, columns])]
            if len(missing):
                known[i, missing] = known[missing, i] = kernel.evaluate(X[[i]], X[missing])[0]
                self.entries_ += len(missing)
            return np.asarray(known[i, columns])

        return row

    def _counted_when_met(self, K: NDArray[np.float64], each: int) -> Any:
        """Return the function for a matrix that came whole: a machine measures what is met."""
        unmet = ~np.eye(len(K), dtype=bool)
        self.backend_.usage += Usage(machine_circuits=-each * self.entries_)

        def row(i: int, columns: NDArray[np.intp]) -> NDArray[np.float64]:
            first = columns[unmet[i, columns]]
            unmet[i, first] = unmet[first, i] = False
            self.backend_.usage += Usage(machine_circuits=each * len(first))
            return np.asarray(K[i, columns])

        return row

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the decision values, shape (n_samples,) or, for k > 2 classes, (n_samples, k)."""
        values = self._test_block(X) @ self._weights.T
        return np.asarray(values[:, 0] if values.shape[1] == 1 else values)

    def predict_with_scores(self, X: ArrayLike) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return labels and decision values, from one kernel block."""
        values = self.decision_function(X)
        winners = (values > 0).astype(int) if values.ndim == 1 else values.argmax(axis=1)
        return np.asarray(self.classes_[winners]), values

    @property
    def training_(self) -> dict[str, Any]:
        """Support vectors and kernel entries, and what kernel and repair report."""
        return {
            "support_vectors": len(self.support_),
            "entries": self.entries_,
            **super().training_,
        }
