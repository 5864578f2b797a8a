r"""The bandwidth: by how much features are narrowed before they become angles.

With features as wide as they come, states of many rotations are so far apart that a kernel is 1 on
its diagonal and next to nothing beside it, and no model learns from that (Shaydulin and Wild;
Canatar et al.). ``"scale"`` finds, from the training points alone and without their labels, the
widest bandwidth at which the points still see each other. If each of a circuit's rotations by an
angle :math:`a_k(\lambda x)` had a qubit of its own, the mean fidelity over pairs of points would be

.. math:: \bar F(\lambda) = \max\Big(2^{-n},\ \big\langle\prod_k\cos^2\tfrac12\big(
    a_k(\lambda x_i) - a_k(\lambda x_j)\big)\big\rangle_{i<j}\Big).

Where features do have qubits of their own, it is the kernel's; the floor holds for every circuit on
n qubits, since the mean over all pairs is the purity of the points' mean state. The bandwidth is

.. math:: \lambda = \max\big\{\lambda\le 1:\ \lambda\,(\max x_j - \min x_j)\le 2\pi\ \forall j,\quad
    \bar F(\mu)\ge\tfrac18\ \forall\mu\le\lambda\big\}

among the values :math:`2^{-m/8}`, which do not hang on a last digit.

* One eighth is what scikit-learn's ``gamma="scale"`` comes to: the RBF kernel of d normal features
  has then the mean :math:`(1 + 4/d)^{-d/2}`, 1/4 for four and :math:`e^{-2} = 0.135` for many.
* A kernel on three qubits or fewer has no smaller mean, so nothing but the period narrows it: data
  that are angles of few features, such as those Havlíček et al. drew for bandwidth 1, stay as they
  are.
* It never widens, since a feature is an angle by contract, and no feature laps the circle.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qml.circuits import CircuitSpec, resolve_trainable_map
from qml.declared import PositiveReal
from qml.engine import EncodedAngles

__all__ = ["Bandwidth", "found_bandwidth", "mean_fidelity"]

Bandwidth: TypeAlias = PositiveReal | Literal["scale"]

_LEAST = 1 / 8
_STEPS = 8  # from one bandwidth to its half
_OCTAVES = 20  # below them every rotation is next to none
_POINTS = 100


def mean_fidelity(feature_map: CircuitSpec, X: NDArray[np.float64], bandwidth: float) -> float:
    """Return the mean fidelity over pairs of points, as if every rotation had its own qubit.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable
        Encoding circuit; weights of a trainable one are at 0.
    X : ndarray of shape (n_samples, n_features)
        Points that are encoded; of more than a hundred, some that are evenly spaced in their order.
    bandwidth : float
        Factor on every feature.

    Examples
    --------
    >>> X = np.array([[0.0], [np.pi]])  # orthogonal states, which one qubit cannot have many of
    >>> round(mean_fidelity("angle", X, 0.5), 12), mean_fidelity("angle", X, 1.0)
    (0.5, 0.5)
    """
    return _Spread(feature_map, X).mean_fidelity(bandwidth)


def found_bandwidth(
    bandwidth: Bandwidth, feature_map: CircuitSpec, X: NDArray[np.float64]
) -> float:
    r"""Return a bandwidth as a number: itself, or what ``"scale"`` is for these training points.

    Parameters
    ----------
    bandwidth : float or "scale"
        Factor on every feature, or the rule that finds it.
    feature_map : str, mapping, QuantumCircuit or callable
        Encoding circuit; weights of a trainable one are at 0.
    X : ndarray of shape (n_samples, n_features)
        Points that a model is trained on.

    Notes
    -----
    No circuit is run: angles are read from the gates, of a hundred points at most.

    References
    ----------
    Shaydulin and Wild, Phys. Rev. A 106, 042407 (2022), doi:10.1103/PhysRevA.106.042407; Canatar,
    Peters, Pehlevan, Wild and Shaydulin, arXiv:2206.06686 (2022).

    Examples
    --------
    >>> X = np.random.default_rng(0).uniform(0, np.pi / 2, (50, 4))
    >>> found_bandwidth("scale", "angle", X), round(found_bandwidth("scale", "zz", X), 3)
    (1.0, 0.177)
    """
    if bandwidth != "scale":
        return float(bandwidth)
    return _Spread(feature_map, X).widest()


class _Spread:
    """How far apart a circuit brings some points."""

    def __init__(self, feature_map: CircuitSpec, X: NDArray[np.float64]) -> None:
        model = resolve_trainable_map(feature_map, X.shape[1])
        self._X, self._angles = X, EncodedAngles(model)
        self._some = X[:: -(-len(X) // _POINTS)]
        self._pairs = np.triu_indices(len(self._some), 1)
        self._floor = float(2.0**-model.circuit.num_qubits)

    def mean_fidelity(self, bandwidth: float) -> float:
        first, second = self._pairs
        fidelities = np.ones(len(first))
        angles = self._angles(bandwidth * self._some)
        for angle, times in zip(angles.T, self._angles.times, strict=True):
            fidelities *= np.cos((angle[first] - angle[second]) / 2) ** (2 * times)
        return max(self._floor, float(fidelities.mean()) if len(first) else 1.0)

    def widest(self) -> float:
        """Return the widest bandwidth up to which the points see each other."""
        widest = self._within_a_period()
        if self._floor >= _LEAST:
            return widest
        # from below: far up the circle, points may come together again
        candidates = widest * 2.0 ** np.arange(-_OCTAVES, 1)
        if self.mean_fidelity(candidates[0]) < _LEAST:
            return widest  # of a map that normalises its features, which no bandwidth narrows
        for narrower, wider in pairwise(candidates):
            if self.mean_fidelity(wider) < _LEAST:
                between = narrower * 2.0 ** (np.arange(1, _STEPS) / _STEPS)
                return float(self._last_that_sees(narrower, between))
        return widest

    def _last_that_sees(self, narrower: float, wider: NDArray[np.float64]) -> float:
        for candidate in wider:
            if self.mean_fidelity(candidate) < _LEAST:
                break
            narrower = candidate
        return narrower

    def _within_a_period(self) -> float:
        """Return the widest bandwidth at which no feature laps the circle."""
        lap = np.ptp(self._X, axis=0).max() / (2 * np.pi)
        steps = max(0, int(np.ceil(_STEPS * np.log2(lap) - 1e-9))) if lap > 1 else 0
        return float(2.0 ** (-steps / _STEPS))
