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
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from benchmarks.bowles2024.digest import Settings
from qml.classifiers.circuit_centric_classifier import CircuitCentricClassifier
from qml.classifiers.data_reuploading_classifier import DataReuploadingClassifier
from qml.classifiers.dressed_circuit_classifier import DressedCircuitClassifier
from qml.classifiers.iqp_variational_classifier import IQPVariationalClassifier
from qml.classifiers.qsvc import QSVC
from qml.classifiers.quantum_kitchen_sinks import QuantumKitchenSinks
from qml.classifiers.quantum_metric_learner import QuantumMetricLearner
from qml.classifiers.separable_variational_classifier import SeparableVariationalClassifier
from qml.classifiers.tree_tensor_classifier import TreeTensorClassifier

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
    embedding = {"name": "iqp", "reps": settings.whole("repeats"), "interacting_reps": 1}
    return make_pipeline(
        _angles(), QSVC(feature_map=embedding, bandwidth=1.0, C=settings.real("C"))
    )


def _separable_kernel(settings: Settings, X: Values, seed: int) -> Any:
    embedding = {"name": "separable", "reps": settings.whole("encoding_layers")}
    return make_pipeline(
        _angles(), QSVC(feature_map=embedding, bandwidth=1.0, C=settings.real("C"))
    )


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
    factor = settings.real("gamma_factor") * 3 * (n + 1) / n
    machine = QSVC(
        feature_map=evolution,
        bandwidth=1.0,
        quantum_kernel={"name": "projected", "gamma_factor": factor},
        C=settings.real("C"),
    )
    return make_pipeline(_angles(), machine)


def _kitchen_sinks(settings: Settings, X: Values, seed: int) -> Any:
    whole = settings.one_of("n_qfeatures", "full", "half") == "full"
    sinks = QuantumKitchenSinks(
        n_episodes=settings.whole("n_episodes"),
        n_qubits=X.shape[1] if whole else -(-X.shape[1] // 2),
        form="bowles2024",
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


def _trained(settings: Settings, max_steps: int = 10_000) -> dict[str, Any]:
    """Return how the benchmark trains: Adam on minibatches until the loss changes no more."""
    return {
        "form": "bowles2024",
        "optimizer": {
            "name": "adam",
            "eta": settings.real("learning_rate"),
            "maxiter": max_steps,
        },
        "training": {
            "batch_size": settings.whole("batch_size"),
            "with_replacement": True,
            "plateau": 200,
        },
    }


def _iqp_variational(settings: Settings, X: Values, seed: int) -> Any:
    model = IQPVariationalClassifier(
        reps=settings.whole("repeats"),
        layers=settings.whole("n_layers"),
        random_state=seed,
        **_trained(settings),
    )
    return make_pipeline(_angles(), model)


def _separable_variational(settings: Settings, X: Values, seed: int) -> Any:
    model = SeparableVariationalClassifier(
        reps=settings.whole("encoding_layers"), random_state=seed, **_trained(settings)
    )
    return make_pipeline(_angles(), model)


def _circuit_centric(settings: Settings, X: Values, seed: int) -> Any:
    return CircuitCentricClassifier(
        n_copies=settings.whole("n_input_copies"),
        reps=settings.whole("n_layers"),
        random_state=seed,
        **_trained(settings),
    )


def _tree_tensor(settings: Settings, X: Values, seed: int) -> Any:
    return TreeTensorClassifier(random_state=seed, **_trained(settings))


def _data_reuploading(settings: Settings, X: Values, seed: int) -> Any:
    observed = settings.one_of("observable_type", "single", "half", "full")
    model = DataReuploadingClassifier(
        reps=settings.whole("n_layers"),
        measured={"single": "one", "half": "half", "full": "all"}[observed],
        random_state=seed,
        **_trained(settings),
    )
    return make_pipeline(_angles(), model)


def _dressed_circuit(settings: Settings, X: Values, seed: int) -> Any:
    model = DressedCircuitClassifier(
        reps=settings.whole("n_layers"), random_state=seed, **_trained(settings, 100_000)
    )
    return make_pipeline(StandardScaler(), model)


def _metric_learner(settings: Settings, X: Values, seed: int) -> Any:
    model = QuantumMetricLearner(
        feature_map={"name": "qaoa", "reps": settings.whole("n_layers"), "constant": True},
        n_references=32,
        random_state=seed,
        **_trained(settings, 50_000),
    )
    return make_pipeline(_angles(), model)


ENTRIES: Mapping[str, Entry] = {
    "SVC": Entry(_svc, deterministic=True),
    "MLPClassifier": Entry(_mlp),
    "IQPKernelClassifier": Entry(_iqp_kernel, deterministic=True),
    "SeparableKernelClassifier": Entry(_separable_kernel, deterministic=True),
    "ProjectedQuantumKernel": Entry(_projected_kernel),
    "QuantumKitchenSinks": Entry(_kitchen_sinks),
    "IQPVariationalClassifier": Entry(_iqp_variational),
    "SeparableVariationalClassifier": Entry(_separable_variational),
    "CircuitCentricClassifier": Entry(_circuit_centric),
    "TreeTensorClassifier": Entry(_tree_tensor),
    "DataReuploadingClassifier": Entry(_data_reuploading),
    "DressedQuantumCircuitClassifier": Entry(_dressed_circuit),
    "QuantumMetricLearner": Entry(_metric_learner),
}
_NO_FORM = "the form that was published is not among our models"
#: Why the others of its models have no row of ours.
MISSING: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "QuantumBoltzmannMachine",
            "QuantumBoltzmannMachineSeparable",
            "QuanvolutionalNeuralNetwork",
            "WeiNet",
        ),
        _NO_FORM,
    ),
    "ConvolutionalNeuralNetwork": "no convolutional network is among the classical models here",
}
