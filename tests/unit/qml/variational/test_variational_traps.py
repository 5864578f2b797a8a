"""What went silently wrong in released variational classifiers, one regression test each."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from sklearn.base import clone

from experiments.datasets.ad_hoc import ad_hoc
from qml.backends import resolve_backend
from qml.classifiers.vqc import VQC
from qml.errors import SpecError
from qml.losses import resolve_loss
from qml.optimizers import Objective, resolve_optimizer

DATA = ad_hoc(4, n_samples=24)
X, Y = DATA.X, DATA.y
SMALL = {"name": "real_amplitudes", "reps": 1}


@pytest.mark.parametrize("device", ["fake_manila", "fake_guadalupe"])
def test_1_layout_of_a_device_does_not_reorder_the_bits(device):
    """QML's VQC measured before layout and re-mapped twice: every row became P(class 1) = 0."""
    model = VQC(ansatz=SMALL, optimizer={"name": "cobyla", "maxiter": 30}, random_state=0)
    model.set_params(decision={"name": "one_qubit", "qubit": 1}).fit(X, Y)
    exact = model.predict_proba(X)[:, 1]
    model.backend_ = resolve_backend(f"ibm:{device},shots=2000", 1)
    measured = model.predict_proba(X)[:, 1]
    assert exact.std() > 0.1
    assert np.corrcoef(exact, measured)[0, 1] > 0.97
    assert np.abs(exact - measured).max() < 0.25


def test_2_gradient_of_cross_entropy_is_of_cross_entropy():
    """QML returns p - t, which is a softmax's: -0.3 where the slope is -1/0.7."""
    _, slopes = resolve_loss("cross_entropy")(np.array([[0.7, 0.3]]), np.array([0]))
    np.testing.assert_allclose(slopes, [[-1 / 0.7, 0.0]])


def test_2_every_optimizer_minimizes_the_same_objective():
    start = np.linspace(0, 1, 4)
    firsts = set()
    for name in ("adam", "l_bfgs_b", "cobyla", "aqgd", "nelder_mead", "cma_es"):
        model = VQC(ansatz=SMALL, optimizer={"name": name, "maxiter": 2}, initial_point=start)
        firsts.add(round(model.fit(X, Y).result_.history[0], 12))
    assert len(firsts) == 1


def test_3_aqgds_shift_of_a_loss_is_no_gradient_and_the_other_one_is():
    f = lambda x: float((np.cos(x[0]) - 0.2) ** 2)
    true = lambda x: np.array([-2 * (np.cos(x[0]) - 0.2) * np.sin(x[0])])
    steps = {}
    start = np.array([0.9])
    for name in ("aqgd", "aqgd_gradient"):
        optimizer = resolve_optimizer({"name": name, "maxiter": 1, "momentum": 0.0})
        result = optimizer.minimize(Objective(f, true), start)
        steps[name] = float(start[0] - result.x[0])
        assert result.fun == f(result.x)  # not one step behind
    assert steps["aqgd"] == pytest.approx(0.313, abs=1e-3)
    assert steps["aqgd_gradient"] == pytest.approx(-0.661, abs=1e-3)
    assert start[0] == 0.9  # not overwritten


def test_3_aqgds_own_rule_runs_inside_vqc():
    """In QML's VQC `jac` is passed, so it never does; here each step asks 2P + 1 values."""
    model = VQC(ansatz=SMALL, optimizer={"name": "aqgd", "maxiter": 3}, random_state=0).fit(X, Y)
    assert model.result_.n_gradients == 0
    assert model.result_.n_evaluations == 3 * (2 * 4 + 1) + 1


@pytest.mark.parametrize("name", ["spsa", "cobyla", "adam", "gradient_descent"])
def test_4_evaluations_are_counted_at_the_backend(name):
    optimizer = {"name": name, "maxiter": 4}
    backend = resolve_backend("exact")
    model = VQC(ansatz=SMALL, optimizer=optimizer, backend=backend, random_state=0).fit(X, Y)
    assert backend.usage.circuits == 24 * model.result_.n_evaluations


def test_5_parity_is_of_all_qubits_and_no_class_is_out_of_reach():
    labels = np.repeat([0, 1, 2], 8)
    model = VQC(ansatz=SMALL, optimizer={"name": "cobyla", "maxiter": 10}, random_state=0)
    assert model.fit(X, labels).predict_proba(X).min(axis=0).min() > 0
    with pytest.raises(SpecError, match="can tell 2 classes apart"):
        clone(model).fit(X[:, :1], labels)


def test_6_a_small_step_changes_the_value():
    """QML's cache compared with isclose: steps below 1e-5 returned the old value."""
    model = VQC(ansatz=SMALL, optimizer={"name": "cobyla", "maxiter": 3}, random_state=0).fit(X, Y)
    bound = model.backend_.bind(model._built.model, X)
    before = bound.probabilities(model.weights_)
    after = bound.probabilities(model.weights_ * (1 + 1e-9) + 1e-9)
    assert 0 < np.abs(after - before).max() < 1e-7


def test_7_restarts_differ_fits_repeat_and_models_clone_and_pickle():
    model = VQC(
        ansatz=SMALL,
        optimizer={"name": "cobyla", "maxiter": 5},
        training={"restarts": 3},
        random_state=0,
    ).fit(X, Y)
    assert len({run.history[0] for run in model.trained_.runs}) == 3
    again = pickle.loads(pickle.dumps(clone(model).fit(X, Y)))
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_7_exact_stays_exact():
    """QML's EstimatorQNN overrides an exact estimator with precision 1/64."""
    model = VQC(ansatz=SMALL, optimizer={"name": "cobyla", "maxiter": 3}, random_state=0).fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
    assert model.usage_.shots == 0


def test_8_a_gradient_is_two_jobs_and_two_transpilations(monkeypatch):
    """QML submits one item a shifted circuit, and transpiles all of them at every call."""
    import qml.backends._transpiled as sampled

    transpiled = []
    original = sampled.generate_preset_pass_manager

    def counting(*args, **kwargs):
        transpiled.append(1)
        return original(*args, **kwargs)

    monkeypatch.setattr(sampled, "generate_preset_pass_manager", counting)
    model = VQC(
        ansatz=SMALL,
        optimizer={"name": "adam", "maxiter": 3},
        backend="aer:shots=20",
        random_state=0,
    ).fit(X, Y)
    steps = model.result_.n_gradients
    assert model.usage_.jobs == 2 * (steps + 1)  # the last value comes with its gradient
    assert len(transpiled) <= 2


def test_9_last_rotations_about_z_have_no_gradient():
    model = VQC(ansatz="efficient_su2", optimizer={"name": "adam", "maxiter": 1}, random_state=0)
    model.fit(X, Y)
    bound = model.backend_.bind(model._built.model, X)
    loss = resolve_loss("cross_entropy")
    _, gradient = bound.value_and_gradient(
        model.weights_, model._built.readout, lambda p: loss(p, Y)
    )
    np.testing.assert_allclose(gradient[-2:], 0, atol=1e-14)
    assert np.abs(gradient[:-2]).min() > 1e-6


def test_an_ansatz_of_ones_own_is_not_changed():
    from qiskit.circuit import Parameter

    circuit = QuantumCircuit(2)
    circuit.ry(Parameter("a"), 0)
    circuit.cx(0, 1)
    before = circuit.copy()
    VQC(ansatz=circuit, optimizer={"name": "cobyla", "maxiter": 3}, random_state=0).fit(X, Y)
    assert circuit == before
