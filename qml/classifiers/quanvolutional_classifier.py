"""Quanvolution: random circuits as filters over patches of an image, before a classical head."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qml.backends import Workload
from qml.bandwidth import Bandwidth, found_bandwidth
from qml.classifiers._base import QuantumClassifier
from qml.declared import Layers
from qml.engine import outcome_bits
from qml.offers import Controls

__all__ = ["QuanvolutionalClassifier"]

SEARCH_SPACE = {"bandwidth": {"low": 0.1, "high": 4.0, "log": True}, "n_filters": [1, 2, 4]}

Values = NDArray[np.float64]

_SIDE = 2  # of a patch: four qubits


class QuanvolutionalClassifier(QuantumClassifier):
    r"""Every 2 x 2 patch of an image through random four-qubit circuits, then a classical network.

    A patch is encoded by :math:`R_Y(\lambda x_q)`, a fixed random circuit follows, and the mean of
    each qubit's Z is one channel of the filtered image. Nothing quantum is trained.

    Parameters
    ----------
    n_filters : int, default=1
        Number of random circuits.
    reps : int, default=1
        Layers of each circuit: a random rotation a qubit, then CX on random pairs.
    stride : int, default=2
        Pixels from patch to patch.
    head : {"mlp", "logistic"}, default="mlp"
        Network that learns from the filtered images: one hidden layer of 100, or a linear model.
    bandwidth : float or "scale", default="scale"
        Factor :math:`\lambda` on every pixel; "scale" is the widest one up to 1 at which the
        patches of the training images still see each other, see `qml.bandwidth`.

    Attributes
    ----------
    head_ : sklearn.pipeline.Pipeline
        Network that is fitted to the filtered images.
    bandwidth_ : float
        Factor of the last fit.

    Notes
    -----
    The features are read as a square image row by row, filled up with zeros at its end. Circuits:
    one a sample, patch and filter, to fit and to predict. The published network has further
    convolutions behind the quantum one; here a plain network stands for them.

    References
    ----------
    Henderson, Shakya, Pradhan and Cook, Quantum Mach. Intell. 2, 2 (2020),
    doi:10.1007/s42484-020-00012-y.

    Examples
    --------
    >>> X = [[0.1, 0.2, 0.1, 0.2], [0.2, 0.1, 0.2, 0.1], [1.4, 1.5, 1.4, 1.5], [1.5, 1.4, 1.5, 1.4]]
    >>> model = QuanvolutionalClassifier(head="logistic", random_state=0)
    >>> model.fit(X, [0, 0, 1, 1]).score(X, [0, 0, 1, 1])
    1.0
    """

    n_filters: PositiveInt = 1
    reps: Layers = 1
    stride: PositiveInt = 2
    head: Literal["mlp", "logistic"] = "mlp"
    bandwidth: Bandwidth = "scale"
    controls: ClassVar[Controls] = frozenset()

    def _fit(self, X: Values, y: NDArray[np.intp], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._filters = [_random_filter(self.reps, rng) for _ in range(self.n_filters)]
        model = (
            MLPClassifier(solver="lbfgs", random_state=seed, max_iter=1000)
            if self.head == "mlp"
            else LogisticRegression(max_iter=1000)
        )
        self.head_ = make_pipeline(StandardScaler(), model)
        self.bandwidth_ = found_bandwidth(self.bandwidth, "angle", self._patches_of(X))
        self.head_.fit(self._filtered(X), self.classes_[y])

    def _patches_of(self, X: Values) -> Values:
        """Return the pixels of all patches of all images, shape (n_samples * n_patches, 4)."""
        places = _patches(X.shape[1], self.stride)
        wide = np.pad(X, ((0, 0), (0, places.max() + 1)))
        return np.asarray(wide[:, places].reshape(-1, _SIDE**2))

    def _filtered(self, X: Values) -> Values:
        """Return all channels of all patches, shape (n_samples, n_patches * n_filters * 4)."""
        rows = self.bandwidth_ * self._patches_of(X)
        signs = 1.0 - 2.0 * outcome_bits(_SIDE**2)
        channels = [
            (self.backend_.run_probabilities(circuit, rows) @ signs).reshape(len(X), -1)
            for circuit in self._filters
        ]
        return np.hstack(channels)

    def predict_proba(self, X: ArrayLike) -> Values:
        """Return the class probabilities, shape (n_samples, n_classes), in `classes_` order."""
        points = self._checked(X)
        return np.asarray(self.head_.predict_proba(self._filtered(points)))

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return one circuit a sample, patch and filter."""
        each = len(_corners(n_features, self.stride)) ** 2
        total = each * self.n_filters * (n_train + n_test)
        return Workload(_SIDE**2, n_evaluations=total, batch=each * max(n_train, n_test))


def _side(n_features: int) -> int:
    return max(_SIDE, math.isqrt(n_features - 1) + 1)


def _corners(n_features: int, stride: int) -> range:
    """Return the rows, and columns, at which patches begin."""
    return range(0, _side(n_features) - _SIDE + 1, stride)


def _patches(n_features: int, stride: int) -> NDArray[np.intp]:
    """Return the pixels of every patch, shape (n_patches, 4); pixels past the last are zeros."""
    side, corners = _side(n_features), np.array(_corners(n_features, stride))
    rows, columns = np.meshgrid(corners, corners, indexing="ij")
    steps = np.arange(_SIDE)
    pixels = (rows.ravel()[:, None, None] + steps[:, None]) * side
    pixels = pixels + columns.ravel()[:, None, None] + steps
    return np.asarray(pixels.reshape(-1, _SIDE**2), dtype=np.intp)


def _random_filter(reps: int, rng: np.random.Generator) -> QuantumCircuit:
    width = _SIDE**2
    circuit = QuantumCircuit(width)
    for qubit, angle in enumerate(ParameterVector("x", width)):
        circuit.ry(angle, qubit)
    for _ in range(reps):
        for qubit in range(width):
            rotate = (circuit.rx, circuit.ry, circuit.rz)[rng.integers(3)]
            rotate(float(rng.uniform(0, 2 * np.pi)), qubit)
        order = rng.permutation(width)
        for first, second in pairwise(order):
            circuit.cx(int(first), int(second))
    return circuit
