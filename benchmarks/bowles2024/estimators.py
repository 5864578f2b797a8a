"""From a printed row's hyper-parameters to our estimator, with the scaling that belongs to it.

The benchmark's models scale their features themselves: to [-pi/2, pi/2] where they become angles,
to [-1, 1] before random linear maps, to mean 0 and deviation 1 before trained layers, and not at
all where they become amplitudes or meet a classical model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.svm import SVC

from benchmarks.bowles2024.digest import Settings
from qml.classifiers.qsvc import QSVC
from qml.classifiers.quantum_kitchen_sinks import QuantumKitchenSinks
from qml.kernels.projected import ProjectedKernel

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """How one of the benchmark's models is made here.

    Parameters
    ----------
    build : callable
        Function from hyper-parameters, training points and a seed to an estimator.
    deterministic : bool
        True where no seed changes it.
    """

    build: Callable[[Settings, Values, int], Any]
    deterministic: bool = False


def _angles() -> MinMaxScaler:
    return MinMaxScaler((-np.pi / 2, np.pi / 2))


def _iqp_kernel(settings: Settings, X: Values, seed: int) -> Any:
    embedding = {"name": "iqp", "reps": settings.whole("repeats")}
    return make_pipeline(_angles(), QSVC(feature_map=embedding, C=settings.real("C")))


def _separable_kernel(settings: Settings, X: Values, seed: int) -> Any:
    embedding = {"name": "separable", "reps": settings.whole("encoding_layers")}
    return make_pipeline(_angles(), QSVC(feature_map=embedding, C=settings.real("C")))


def _projected_kernel(settings: Settings, X: Values, seed: int) -> Any:
    r"""Return Hamiltonian evolution under a Gaussian of the Bloch vectors.

    Theirs is :math:`\exp(-\tfrac{g}{n v}\lVert r-r'\rVert^2)` with :math:`n` features, the variance
    :math:`v` of all Bloch components and the factor :math:`g`; ours with ``gamma="scale"`` is
    :math:`\exp(-\tfrac{1}{3(n+1)v}\lVert r-r'\rVert^2)`, since there are :math:`n+1` qubits.
    """
    n = X.shape[1]
    evolution = {
        "name": "heisenberg",
        "steps": settings.whole("trotter_steps"),
        "time": settings.real("t") * n / 2,
        "seed": seed,
        "start": "angles",
    }
    scale = ProjectedKernel(evolution).fit(_angles().fit_transform(X)).gamma_
    gamma = settings.real("gamma_factor") * 3 * (n + 1) / n * scale
    machine = QSVC(
        feature_map=evolution,
        quantum_kernel={"name": "projected", "gamma": gamma},
        C=settings.real("C"),
    )
    return make_pipeline(_angles(), machine)


def _kitchen_sinks(settings: Settings, X: Values, seed: int) -> Any:
    whole = settings.one_of("n_qfeatures", "full", "half") == "full"
    sinks = QuantumKitchenSinks(
        n_episodes=settings.whole("n_episodes"),
        n_qubits=X.shape[1] if whole else -(-X.shape[1] // 2),
        entangler="double",
        C=None,
        backend="exact:shots=1",
        random_state=seed,
    )
    return make_pipeline(MinMaxScaler((-1, 1)), sinks)


def _svc(settings: Settings, X: Values, seed: int) -> Any:
    return SVC(C=settings.real("C"), gamma=settings.real("gamma"))


def _mlp(settings: Settings, X: Values, seed: int) -> Any:
    return MLPClassifier(
        settings.widths("hidden_layer_sizes"),
        alpha=settings.real("alpha"),
        batch_size=settings.whole("batch_size"),
        learning_rate_init=settings.real("learning_rate_init"),
        max_iter=3000,
        random_state=seed,
    )


ENTRIES: Mapping[str, Entry] = {
    "SVC": Entry(_svc, deterministic=True),
    "MLPClassifier": Entry(_mlp),
    "IQPKernelClassifier": Entry(_iqp_kernel, deterministic=True),
    "SeparableKernelClassifier": Entry(_separable_kernel, deterministic=True),
    "ProjectedQuantumKernel": Entry(_projected_kernel),
    "QuantumKitchenSinks": Entry(_kitchen_sinks),
}
_NO_FORM = "the form that was published is not among our models"
#: Why the others of its models have no row of ours.
MISSING: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "CircuitCentricClassifier",
            "DataReuploadingClassifier",
            "DressedQuantumCircuitClassifier",
            "IQPVariationalClassifier",
            "QuantumBoltzmannMachine",
            "QuantumBoltzmannMachineSeparable",
            "QuantumMetricLearner",
            "QuanvolutionalNeuralNetwork",
            "SeparableVariationalClassifier",
            "TreeTensorClassifier",
            "WeiNet",
        ),
        _NO_FORM,
    ),
    "ConvolutionalNeuralNetwork": "no convolutional network is among the classical models here",
}
