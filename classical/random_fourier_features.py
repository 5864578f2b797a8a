"""Logistic regression on random Fourier features of the RBF kernel."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import PositiveInt
from sklearn.kernel_approximation import RBFSampler
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from classical._classifier import PositiveReal, Seed, WrappedClassifier

__all__ = ["RandomFourierFeatures"]

SEARCH_SPACE = {
    "gamma": ["scale", 0.01, 0.1, 1.0, 10.0],
    "n_components": [50, 100, 200, 400],
    "C": {"low": 0.01, "high": 1000.0, "log": True},
}


class RandomFourierFeatures(WrappedClassifier):
    r"""Logistic regression on :math:`\cos(\omega_k x + b_k)` with random :math:`\omega_k`.

    Parameters
    ----------
    gamma : float or "scale", default="scale"
        Width of the kernel :math:`e^{-\gamma\lVert x-y\rVert^2}`; "scale" as for the support vector
        machine.
    n_components : int, default=200
        Number of features.
    C : float, default=1.0
        Inverse strength of the regularisation.
    random_state : int, RandomState or None, default=None
        Seed of the features.

    References
    ----------
    Rahimi and Recht, NIPS 20 (2007).

    Examples
    --------
    >>> X = [[k / 15 - 2] for k in range(60)]
    >>> y = [abs(x) > 1 for (x,) in X]
    >>> RandomFourierFeatures(C=100.0, random_state=0).fit(X, y).score(X, y) > 0.9
    True
    """

    gamma: PositiveReal | Literal["scale"] = "scale"
    n_components: PositiveInt = 200
    C: PositiveReal = 1.0
    random_state: Seed = None

    def _machine(self) -> Any:
        return make_pipeline(
            RBFSampler(
                gamma=self.gamma, n_components=self.n_components, random_state=self.random_state
            ),
            LogisticRegression(C=self.C, max_iter=2000),
        )
