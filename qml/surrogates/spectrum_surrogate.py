"""Random features with a feature map's own frequencies: a quantum model's classical surrogate."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_random_state

from qml.circuits import resolve_trainable_map
from qml.declared import PositiveReal, Seed
from qml.engine import EncodedAngles
from qml.surrogates._base import Surrogate

__all__ = ["SpectrumSurrogate"]

SEARCH_SPACE = {
    "C": {"low": 0.01, "high": 1000.0, "log": True},
    "bandwidth": {"low": 0.01, "high": 2.0, "log": True},
    "n_components": [50, 100, 200, 400],
}


class SpectrumSurrogate(Surrogate):
    r"""Logistic regression on random Fourier features of a feature map's spectrum.

    A circuit that rotates by angles :math:`a_k(x)` gives outcome probabilities

    .. math:: f(x) = \sum_m c_m\,e^{i\,m\cdot a(x)},\qquad |m_k| \le r_k,

    where :math:`r_k` rotations have the angle :math:`a_k`, whatever its other gates are: those
    decide the coefficients c alone. The surrogate draws frequencies m at random, half of them as
    often as the circuit can make them (a rotation adds -1, 0, 0 or 1) and half of them from all
    alike, and learns coefficients of :math:`\cos` and :math:`\sin` of :math:`m\cdot a(x)`. A model
    on that map that does no better has used nothing that is hard to compute.

    Parameters
    ----------
    n_components : int, default=200
        Number of frequencies that are drawn; equal ones are kept once.
    C : float, default=1.0
        Inverse strength of the regularisation.
    random_state : int, RandomState or None, default=None
        Seed of the frequencies.

    Attributes
    ----------
    frequencies_ : ndarray of int of shape (n_frequencies, n_angles)
        Frequencies that were drawn; one of each pair m, -m.

    Raises
    ------
    DataError
        If there is one class.

    Notes
    -----
    No circuit at all: angles are read from the circuit's gates. Features cost O(n_samples x
    n_components x n_angles).

    References
    ----------
    Landman et al., arXiv:2210.13200 (2022); Schuld, Sweke and Meyer, Phys. Rev. A 103, 032430
    (2021), doi:10.1103/PhysRevA.103.032430.

    Examples
    --------
    >>> X = np.linspace(0, 6, 60)[:, None]
    >>> y = np.cos(X[:, 0]) > 0
    >>> SpectrumSurrogate(feature_map="angle", random_state=0).fit(X, y).score(X, y)
    1.0
    """

    n_components: PositiveInt = 200
    C: PositiveReal = 1.0
    random_state: Seed = None

    def _fit(self, X: NDArray[np.float64], y: NDArray[np.intp]) -> None:
        angles = self._angles(X)
        rng = check_random_state(self.random_state)
        drawn = self._draw(rng)
        leading = drawn[np.arange(len(drawn)), (drawn != 0).argmax(axis=1)]
        folded = drawn * np.where(leading < 0, -1, 1)[:, None]  # m and -m are one frequency
        self.frequencies_ = np.unique(folded, axis=0)
        self.linear_ = LogisticRegression(C=self.C, max_iter=2000).fit(self._features(angles), y)

    def _draw(self, rng: np.random.RandomState) -> NDArray[np.intp]:
        """Return random frequencies: half as often as rotations make them, half all alike."""
        half = self.n_components // 2
        steps = [rng.choice([-1, 0, 0, 1], size=(half, r)).sum(axis=1) for r in self._times]
        alike = [rng.randint(-r, r + 1, size=self.n_components - half) for r in self._times]
        return np.vstack([np.column_stack(steps), np.column_stack(alike)])

    def _angles(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the angles that depend on the data, and keep how many rotations each has."""
        angles = EncodedAngles(resolve_trainable_map(self.feature_map, X.shape[1]))
        self._times = angles.times
        return angles(self.bandwidth_ * X)

    def _features(self, angles: NDArray[np.float64]) -> NDArray[np.float64]:
        phases = angles @ self.frequencies_.T
        scale = np.sqrt(len(self.frequencies_))
        return np.asarray(np.hstack([np.cos(phases), np.sin(phases)]) / scale)

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes)."""
        points = self._checked(X)
        return np.asarray(self.linear_.predict_proba(self._features(self._angles(points))))

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable labels, shape (n_samples,)."""
        winners = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])
