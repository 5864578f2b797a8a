"""An RBF machine as wide as a quantum kernel: the control of kernels that are nothing more."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC

from qml.kernels import KernelSpec, Softness, closest_rbf, hard_margin, resolve_kernel
from qml.surrogates._base import Surrogate

__all__ = ["MatchedRBF"]

SEARCH_SPACE = {
    "C": {"low": 0.01, "high": 1000.0, "log": True},
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
}


class MatchedRBF(Surrogate):
    r"""Support vector machine on the RBF kernel that is most like a quantum kernel.

    .. math:: k(x, y) = e^{-\gamma\lVert x - y\rVert^2},\qquad
        \gamma = \arg\max_\gamma A\big(K_Q, K_\gamma\big)

    with the centred alignment A over the training points, which is all that it takes of the quantum
    kernel. If a quantum kernel does no better, it did what a bandwidth does.

    Parameters
    ----------
    quantum_kernel : str or mapping, default="fidelity"
        Comparison of encoded points that is matched, as `qml.kernels.KernelMachine` takes it;
        evaluated exactly.
    C : float or "hard", default=1.0
        Bound of the dual variables; "hard" has none, as in `qml.kernels.hard_margin`.

    Attributes
    ----------
    gamma_ : float
        Width on a grid of powers of two, per squared unit of the features' median distance.
    alignment_ : float
        Centred alignment of the two kernels; 1 means that they are the same but for scale.

    Raises
    ------
    DataError
        If there is one class, or the quantum kernel is the same everywhere.

    Notes
    -----
    No circuit on a machine: the quantum kernel of the training points is computed here.

    References
    ----------
    Flórez Ablan, Roth and Schnabel, arXiv:2503.05602 (2025).

    Examples
    --------
    >>> X = np.random.default_rng(0).uniform(0, 1, (30, 2))
    >>> MatchedRBF(feature_map="angle").fit(X, X[:, 0] > 0.5).alignment_ > 0.95
    True
    """

    quantum_kernel: KernelSpec = "fidelity"
    C: Softness = 1.0

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp]) -> None:
        kernel = resolve_kernel(self.quantum_kernel, self.feature_map, self.bandwidth_, "exact", 0)
        self.gamma_, self.alignment_ = closest_rbf(kernel.fit_evaluate(X, y), X)
        machine = SVC(C=self.C)
        if self.C == "hard":
            machine = clone(hard_margin(rbf_kernel(X, gamma=self.gamma_), y))
        self.svc_ = machine.set_params(kernel="rbf", gamma=self.gamma_).fit(X, y)

    def decision_function(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the signed distances, shape (n_samples,) or, for k > 2 classes, (n_samples, k)."""
        points = self._checked(X)
        return np.asarray(self.svc_.decision_function(points))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the labels, shape (n_samples,)."""
        points = self._checked(X)
        return np.asarray(self.classes_[self.svc_.predict(points)])

    @property
    def training_(self) -> dict[str, Any]:
        """Width, and how much alike the two kernels are."""
        return {"gamma": self.gamma_, "rbf_alignment": self.alignment_}
