"""Against qiskit-machine-learning: the same where it is right, different where it is not."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit.library import efficient_su2, zz_feature_map

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.vqc import VQC
from qml.kernels.fidelity import FidelityKernel

X = np.random.default_rng(0).uniform(0, 2 * np.pi, (5, 2))


def test_statevector_kernel_is_the_same():
    from qiskit_machine_learning.kernels import FidelityStatevectorKernel

    peer = FidelityStatevectorKernel(feature_map=zz_feature_map(2)).evaluate(X)
    np.testing.assert_allclose(FidelityKernel("zz")(X), peer, atol=1e-10)


def test_finite_shots_are_symmetric_here():
    """The library's state-vector kernel draws K_ij and K_ji apart."""
    K = FidelityKernel("zz", backend="exact:shots=100", random_state=0)(X)
    np.testing.assert_array_equal(K, K.T)


def test_loss_of_the_same_circuit_is_the_same():
    """VQC there with its qubit-0 decision, cross-entropy in base 2, at one and the same point."""
    from qiskit_machine_learning.utils.loss_functions import CrossEntropyLoss

    data = ad_hoc(0, n_samples=20)
    point = np.linspace(-1, 1, 16)
    optimizer = {"name": "cobyla", "maxiter": 1}
    model = VQC(optimizer=optimizer, decision="lowest", initial_point=point).fit(data.X, data.y)
    loss = CrossEntropyLoss()(model.predict_proba(data.X), np.eye(2)[data.y])
    assert model.result_.history[0] == pytest.approx(loss.mean() * np.log(2), abs=1e-12)
    assert efficient_su2(2, reps=3).num_parameters == 16


def test_ad_hoc_labels_agree_with_the_librarys_law():
    """Its published function, asked for the same gap, labels by the same observable."""
    from qiskit_machine_learning.datasets import ad_hoc_data
    from qiskit_machine_learning.utils import algorithm_globals

    algorithm_globals.random_seed = 3
    train_X, train_y, test_X, test_y = ad_hoc_data(
        training_size=20, test_size=20, n=2, gap=0.3, one_hot=False
    )
    from sklearn.svm import SVC

    kernel = FidelityKernel("zz")
    machine = SVC(kernel="precomputed", C=1e4).fit(kernel(train_X), train_y)
    assert machine.score(kernel(test_X, train_X), test_y) > 0.95
