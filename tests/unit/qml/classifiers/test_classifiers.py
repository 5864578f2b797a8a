"""QSVC and VQC: what they promise beyond scikit-learn's contract."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.circuit.library import efficient_su2, zz_feature_map
from qiskit.quantum_info import Statevector
from sklearn.base import clone
from sklearn.svm import SVC

from experiments.datasets.ad_hoc import ad_hoc
from qml.backends import resolve_backend
from qml.classifiers.qsvc import QSVC
from qml.classifiers.vqc import VQC
from qml.errors import DataError, SpecError
from qml.kernels.fidelity import FidelityKernel

DATA = ad_hoc(4, n_samples=60)
TRAIN, TEST = slice(0, 40), slice(40, 60)
QUICK = {"name": "cobyla", "maxiter": 30}


def test_qsvc_solves_the_papers_data():
    """Noiseless reference of Havlíček et al.: about 0.99 on their own data, hard margin."""
    scores = []
    for seed in range(8):
        data = ad_hoc(seed, n_samples=80)
        model = QSVC(C=1e4).fit(data.X[:40], data.y[:40])
        scores.append(model.score(data.X[40:], data.y[40:]))
    assert np.mean(scores) > 0.97


def test_qsvc_equals_svc_on_the_whole_matrix():
    kernel = FidelityKernel("zz")
    svc = SVC(kernel="precomputed", C=2.0).fit(kernel(DATA.X[TRAIN]), DATA.y[TRAIN])
    model = QSVC(C=2.0).fit(DATA.X[TRAIN], DATA.y[TRAIN])
    np.testing.assert_allclose(
        model.decision_function(DATA.X[TEST]),
        svc.decision_function(kernel(DATA.X[TEST], DATA.X[TRAIN])),
        atol=1e-10,
    )


def test_qsvc_pays_at_prediction_for_support_vectors_only():
    model = QSVC(backend="exact:shots=200", random_state=0).fit(DATA.X[TRAIN], DATA.y[TRAIN])
    fitted = model.usage_
    assert fitted.circuits == 40 * 39 // 2
    model.predict(DATA.X[TEST])
    assert model.usage_.since(fitted).circuits == 20 * len(model.support_)
    assert len(model.support_) < 40


def test_bandwidth_scales_the_features():
    K = FidelityKernel("zz", bandwidth=0.5)(DATA.X[:5])
    np.testing.assert_allclose(K, FidelityKernel("zz")(0.5 * DATA.X[:5]), atol=1e-12)


def test_angle_kernel_is_its_closed_form():
    X = np.random.default_rng(0).normal(size=(6, 3))
    expected = np.prod(np.cos((X[:, None] - X) / 2) ** 2, axis=2)
    np.testing.assert_allclose(FidelityKernel("angle")(X), expected, atol=1e-12)


def test_vqc_probabilities_are_those_of_its_circuit():
    """By Qiskit's state vector, bit by bit, with the parity of all qubits."""
    model = VQC(optimizer=QUICK, random_state=1).fit(DATA.X[TRAIN], DATA.y[TRAIN])
    feature_map = zz_feature_map(2)
    trained = efficient_su2(2, reps=3).assign_parameters(model.weights_)
    for x, proba in zip(DATA.X[TEST], model.predict_proba(DATA.X[TEST]), strict=True):
        outcomes = Statevector(
            feature_map.assign_parameters(x).compose(trained)
        ).probabilities_dict()
        odd = sum(p for bits, p in outcomes.items() if bits.count("1") % 2)
        np.testing.assert_allclose(proba, [1 - odd, odd], atol=1e-10)


def test_vqc_loss_is_the_cross_entropy_of_its_own_probabilities():
    model = VQC(optimizer=QUICK, random_state=1).fit(DATA.X[TRAIN], DATA.y[TRAIN])
    proba = model.predict_proba(DATA.X[TRAIN])
    loss = -np.log(proba[np.arange(40), DATA.y[TRAIN]]).mean()
    assert model.result_.fun == pytest.approx(loss, abs=1e-12)


def test_both_optimizers_get_the_same_objective_and_start():
    fits = [
        VQC(optimizer={"name": name, "maxiter": 2}, random_state=5).fit(DATA.X, DATA.y)
        for name in ("aqgd", "cobyla")
    ]
    assert fits[0].result_.history[0] == fits[1].result_.history[0]


def test_usage_counts_a_circuit_a_sample_and_evaluation():
    model = VQC(optimizer=QUICK, random_state=1).fit(DATA.X[TRAIN], DATA.y[TRAIN])
    assert model.usage_.circuits == model.result_.n_evaluations * 40
    model.predict(DATA.X[TEST])
    assert model.usage_.circuits == model.result_.n_evaluations * 40 + 20


def test_restarts_differ_and_a_start_can_be_given():
    starts = {
        VQC(optimizer=QUICK, random_state=seed).fit(DATA.X, DATA.y).result_.history[0]
        for seed in range(4)
    }
    assert len(starts) == 4
    point = np.zeros(16)
    fits = [
        VQC(optimizer=QUICK, initial_point=point, random_state=seed).fit(DATA.X, DATA.y)
        for seed in (0, 1)
    ]
    assert fits[0].result_.history == fits[1].result_.history
    assert not point.any()
    with pytest.raises(SpecError, match=r"initial_point: shape \(3,\), expected \(16,\)"):
        VQC(initial_point=[1, 2, 3]).fit(DATA.X, DATA.y)


def test_last_rotation_layer_cannot_change_the_decision():
    """EfficientSU2 ends in RZ, which commutes with every observable diagonal in Z."""
    model = VQC(optimizer=QUICK, random_state=1).fit(DATA.X, DATA.y)
    before = model.predict_proba(DATA.X)
    model.weights_ = model.weights_.copy()
    model.weights_[-2:] += 1.3
    np.testing.assert_allclose(model.predict_proba(DATA.X), before, atol=1e-12)


def test_circuits_and_callables_serve_as_feature_map_and_ansatz():
    circuit = QuantumCircuit(2)
    for qubit, angle in enumerate(ParameterVector("θ", 2)):  # the ansatz's usual name, on purpose
        circuit.rx(angle, qubit)
    model = VQC(feature_map=circuit, ansatz=lambda n: efficient_su2(n, reps=1), optimizer=QUICK)
    assert clone(model).fit(DATA.X, DATA.y).weights_.shape == (8,)
    with pytest.raises(SpecError, match="the data has 2 features, the circuit takes 3"):
        QSVC(feature_map=zz_feature_map(3)).fit(DATA.X, DATA.y)
    with pytest.raises(SpecError, match="2 qubits, the ansatz 3"):
        VQC(ansatz=efficient_su2(3)).fit(DATA.X, DATA.y)
    with pytest.raises(SpecError, match="no parameter to train"):
        VQC(ansatz=QuantumCircuit(2)).fit(DATA.X, DATA.y)


@pytest.mark.parametrize("model", [QSVC(), VQC(optimizer=QUICK)], ids=["qsvc", "vqc"])
def test_one_class_is_a_clear_error(model):
    with pytest.raises(DataError, match="at least two classes, got one class"):
        model.fit(DATA.X, np.zeros(60))


def test_a_given_backend_is_used_and_shared():
    backend = resolve_backend("exact:shots=50", 1)
    QSVC(backend=backend).fit(DATA.X[:6], DATA.y[:6])
    assert backend.usage.circuits == 15
