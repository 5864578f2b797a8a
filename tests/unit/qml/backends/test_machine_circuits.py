"""What an exact simulator says a machine would have run is what a machine runs."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from experiments.registry import MODELS
from qml import offers
from qml.backends import Request, SharedBackend, evaluate_table, resolve_backend
from qml.circuits import ModelCircuit, resolve_feature_map
from qml.classifiers.pegasos_qsvc import PegasosQSVC
from qml.classifiers.quantum_boltzmann_machine import QuantumBoltzmannMachine
from qml.classifiers.vqc import VQC
from qml.variational import TrainedEstimator

X = np.random.default_rng(0).uniform(0, 2, (6, 2))
Y = np.arange(6) % 2
PARITY = np.array([[1.0], [-1.0], [-1.0], [1.0]])

QUANTUM = [name for name in MODELS.installed() if isinstance(MODELS.load(name)(), offers.Quantum)]
KERNELS = ["projected", {"name": "nystrom", "n_landmarks": 3}, "completion", "trainable"]
SIMULATORS = ["exact", "exact:gradient_circuits=parameter_shift", "mps"]


def mean_square(outputs):
    return float((outputs**2).mean()), 2 * outputs / outputs.size


def trained(controlled):
    """Return a model circuit of one rotation by its only weight."""
    circuit, x, w = QuantumCircuit(2), ParameterVector("x", 2), ParameterVector("w", 1)
    circuit.ry(x[0], 0)
    circuit.ry(x[1], 1)
    if controlled:
        circuit.cry(w[0], 0, 1)
    else:
        circuit.ry(w[0], 1)
    return ModelCircuit(circuit, tuple(x), tuple(w))


def spent_on_fit(model, backend, **parameters):
    fitted = MODELS.load(model)(backend=backend, random_state=0, **parameters).fit(X, Y)
    return fitted.usage_


@pytest.mark.parametrize("backend", SIMULATORS)
@pytest.mark.parametrize(("controlled", "each"), [(False, 1 + 2), (True, 1 + 4)])
def test_gradient_counts_the_shifts_of_every_sample(backend, controlled, each):
    made = resolve_backend(backend)
    made.bind(trained(controlled), X).value_and_gradient(np.array([0.3]), PARITY, mean_square)
    assert made.usage.machine_circuits == len(X) * each


@pytest.mark.parametrize("backend", SIMULATORS)
def test_gram_matrix_counts_its_entries_and_a_pair_its_own(backend):
    made, zz = resolve_backend(backend), resolve_feature_map("zz", 2)
    made.gram(zz, X)
    made.gram(zz, X[:2], X)
    made.fidelities(zz, X, X)
    assert made.usage.machine_circuits == 6 * 5 // 2 + 2 * 6 + 6


@pytest.mark.parametrize("backend", SIMULATORS)
def test_expectation_values_count_their_bases_and_gradients_the_shifts_in_each(backend):
    circuit, a = QuantumCircuit(2), ParameterVector("a", 2)
    circuit.ry(a[0], 0)
    circuit.ry(a[1], 1)
    asked = [SparsePauliOp(["ZI", "XX"]), SparsePauliOp("ZZ")]  # Z and X: two bases
    made = resolve_backend(backend)
    made.run_expectations(circuit, asked, X)
    assert made.usage.machine_circuits == 2 * 6
    made.gradients(circuit, asked, X)
    assert made.usage.machine_circuits == 2 * 6 + 2 * 6 * (2 * 2)


@pytest.mark.parametrize("name", QUANTUM)
def test_fit_of_every_model_counts_what_aer_runs_for_it(name):
    parameters = {}
    if issubclass(MODELS.load(name), TrainedEstimator):
        optimizer = "spsa" if name == "quantum_boltzmann_machine" else "adam"
        parameters["optimizer"] = {"name": optimizer, "maxiter": 2}
    if name == "pegasos_qsvc":
        parameters["n_steps"] = 4
    measured = spent_on_fit(name, "aer:shots=2000", **parameters)
    exact = spent_on_fit(name, "exact", **parameters)
    assert measured.circuits == measured.machine_circuits == exact.machine_circuits > 0
    assert exact.shots == 0


@pytest.mark.parametrize(
    "optimizer", ["adam", "aqgd", "spsa", "qnspsa", "natural_gradient", "rotosolve"]
)
@pytest.mark.filterwarnings("ignore:the training made the loss worse")
def test_every_way_to_train_counts_what_aer_runs_for_it(optimizer):
    parameters = {"optimizer": {"name": optimizer, "maxiter": 2}, "ansatz": "strongly_entangling"}
    measured = spent_on_fit("vqc", "aer:shots=50", **parameters)
    exact = spent_on_fit("vqc", "exact", **parameters)
    assert measured.circuits == exact.machine_circuits


@pytest.mark.parametrize("kernel", KERNELS)
def test_every_kernel_counts_what_aer_runs_for_it(kernel):
    parameters = {"quantum_kernel": kernel}
    if kernel == "trainable":
        parameters = {
            "quantum_kernel": {"name": kernel, "optimizer": {"name": "adam", "maxiter": 1}},
            "feature_map": "covariant",
        }
    measured = spent_on_fit("qsvc", "aer:shots=50", **parameters)
    exact = spent_on_fit("qsvc", "exact", **parameters)
    assert measured.circuits == exact.machine_circuits


@pytest.mark.parametrize("mitigated", ["", ",zne=gate_folding", ",readout_mitigation=local"])
@pytest.mark.parametrize("model", ["qsvc", "vqc"])
def test_exact_noise_counts_what_aer_runs_under_that_noise(model, mitigated):
    parameters = {"optimizer": {"name": "adam", "maxiter": 1}} if model == "vqc" else {}
    noise = f"noise=fake_manila{mitigated}"
    measured = spent_on_fit(model, f"aer:shots=50,{noise}", **parameters)
    exact = spent_on_fit(model, f"density_matrix:{noise}", **parameters)
    assert measured.circuits == exact.machine_circuits


def test_entries_that_no_step_meets_are_not_measured():
    model = PegasosQSVC(n_steps=3, random_state=1).fit(X, Y)
    drawn = PegasosQSVC(n_steps=3, random_state=1, backend="exact:shots=100000").fit(X, Y)
    assert model.alphas_.tolist() == drawn.alphas_.tolist()
    assert model.usage_.machine_circuits == drawn.entries_ < 15


def test_slice_of_a_shared_kernel_counts_the_entries_of_the_slice():
    backend, zz = resolve_backend("exact"), resolve_feature_map("zz", 2)
    shared = SharedBackend(backend, [evaluate_table(resolve_backend("exact"), Request(zz), X)])
    shared.gram(zz, X[:4])
    shared.gram(zz, X[4:], X[:4])
    assert shared.usage.machine_circuits == 4 * 3 // 2 + 2 * 4


def test_gradient_that_no_machine_has_leaves_the_count_open():
    model = QuantumBoltzmannMachine(optimizer={"name": "adam", "maxiter": 1}, random_state=0)
    assert model.fit(X, Y).usage_.machine_circuits is None


def test_prediction_counts_a_circuit_a_row():
    model = VQC(optimizer={"name": "aqgd", "maxiter": 1}, random_state=0).fit(X, Y)
    before = model.usage_
    model.predict(X[:4])
    assert model.usage_.since(before).machine_circuits == 4
