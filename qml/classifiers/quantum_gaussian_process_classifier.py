"""Gaussian process classification on a quantum kernel."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.gaussian_process import GaussianProcessClassifier

from qml.classifiers._base import QuantumClassifier
from qml.kernels import Amplitude, KernelMachine, RepairMethod, Table, fit_process
from qml.offers import Controls

__all__ = ["QuantumGaussianProcessClassifier"]

SEARCH_SPACE = {"bandwidth": {"low": 0.01, "high": 2.0, "log": True}}


class QuantumGaussianProcessClassifier(KernelMachine, QuantumClassifier):
    r"""Gaussian process with covariance :math:`a\,K(x, y)`, seen through a logistic link.

    Laplace's approximation of the posterior; the amplitude a is the one that makes the training
    labels most likely. More than two classes one against the rest. Its probabilities are the
    model's own and need no calibration.

    Parameters
    ----------
    amplitude : float or "fitted", default="fitted"
        Amplitude a that is kept, or the most likely one.
    repair : {"none", "clip", "flip", "shift", "nearest"}, default="clip"
        Treatment of an indefinite matrix, see `qml.kernels.Repair`; a covariance has to be
        positive.

    Attributes
    ----------
    log_marginal_likelihood_ : float
        Likelihood of the training labels; the mean over classes where there are more than two.

    Notes
    -----
    Circuits with the fidelity kernel: exact, one a point; measured, N(N-1)/2 to fit and N a new
    point, since every training point counts.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning, MIT Press (2006), section 3.4.

    Examples
    --------
    >>> X = [[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]]
    >>> model = QuantumGaussianProcessClassifier().fit(X, ["a", "a", "b", "b"])
    >>> model.predict([[0.15, 0.15]])
    array(['a'], dtype='<U1')
    """

    amplitude: Amplitude = "fitted"
    repair: RepairMethod = "clip"
    controls: ClassVar[Controls] = frozenset({"no entanglement", "same spectrum", "matched RBF"})

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp], seed: int) -> None:
        self._table = Table(self._training_matrix(X, y, seed))
        process = GaussianProcessClassifier(random_state=seed)
        self._process = fit_process(process, self._table, y, self.amplitude)
        self.log_marginal_likelihood_ = float(self._process.log_marginal_likelihood_value_)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        rows = self._rows(X)
        return np.asarray(self._process.predict_proba(rows))

    def predict_with_scores(self, X: ArrayLike) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return labels and probabilities, from one kernel block."""
        rows = self._rows(X)
        labels = self.classes_[self._process.predict(rows)]
        return np.asarray(labels), np.asarray(self._process.predict_proba(rows))

    def _rows(self, X: ArrayLike) -> NDArray[np.float64]:
        block, diagonal = self._test_block_and_diagonal(X)
        return self._table.show(block, diagonal)

    @property
    def training_(self) -> dict[str, Any]:
        """The marginal likelihood, and what kernel and repair report."""
        return {"log_marginal_likelihood": self.log_marginal_likelihood_, **super().training_}
