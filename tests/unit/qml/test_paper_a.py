"""Havlíček et al. 2019: its circuits, its cost, and the figures of twenty draws by each law of V.

Circuits are compared with their formulas as matrices, counts with those that the paper prints. The
reference values of the draws are the means, ranges and medians of an independent calculation
(twenty other seeds, points on Qiskit's grid); bounds are theorems.
"""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import Operator, Statevector
from scipy.linalg import expm

from experiments.datasets.ad_hoc import ad_hoc, draw_unitary, parity_expectation
from qml.backends import resolve_backend
from qml.circuits.ansatzes.havlicek import havlicek
from qml.classifiers.qsvc import QSVC
from qml.classifiers.vqc import VQC
from qml.devices import resolve_device
from qml.engine import statevectors
from qml.kernels import resolve_kernel
from qml.losses import resolve_loss

N_PER_LABEL = 20
GAP = 0.3
DEPTHS = range(5)
DEVICE = "density_matrix:noise=havlicek2019"
# of 20 draws: mean success with a hard margin and with C = 1, by the law of V
REFERENCE = {"haar": (0.9951, 0.9934), "qiskit": (0.9936, 0.9866)}

Z = [np.diag(signs).astype(complex) for signs in ([1, -1, 1, -1], [1, 1, -1, -1])]  # of Q0, of Q1
HADAMARDS = np.kron(*[np.array([[1, 1], [1, -1]]) / np.sqrt(2)] * 2)


def test_feature_map_is_the_papers_but_for_the_direction_of_all_angles():
    """exp(i sum of phi_S Z_S) and Hadamards, twice: Qiskit's state is its complex conjugate."""
    for x in np.random.default_rng(0).uniform(0, 2 * np.pi, (5, 2)):
        both = (np.pi - x[0]) * (np.pi - x[1])
        phases = expm(1j * (x[0] * Z[0] + x[1] * Z[1] + both * Z[0] @ Z[1]))
        papers = phases @ HADAMARDS @ phases @ HADAMARDS @ np.eye(4)[0]
        ours = Statevector(zz_feature_map(2, reps=2).assign_parameters(x)).data
        assert abs(np.vdot(papers.conj(), ours)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("depth", DEPTHS)
def test_ansatz_is_rotations_and_cz_with_four_weights_a_layer(depth):
    """By its matrices: exp(-i angle/2 Y), then Z, on both qubits, with CZ between the layers."""
    circuit = havlicek(2, depth)
    assert circuit.num_parameters == 4 * (depth + 1)
    weights = np.random.default_rng(depth).normal(size=(depth + 1, 2, 2))  # layer, axis, qubit
    Y = np.array([[0, -1j], [1j, 0]])

    def layer(angles):
        turns = [expm(-0.5j * b * np.diag([1, -1])) @ expm(-0.5j * a * Y) for a, b in angles.T]
        return np.kron(turns[1], turns[0])

    layers = [layer(angles) for angles in weights]
    wanted = reduce(lambda whole, one: one @ np.diag([1, 1, 1, -1]) @ whole, layers)
    found = Operator(circuit.assign_parameters(weights.ravel())).data
    np.testing.assert_allclose(found, wanted, atol=1e-12)


@pytest.mark.parametrize("depth", DEPTHS)
def test_cnots_of_the_classifier_are_four_and_one_a_layer(depth):
    """The paper: 8 at depth 4."""
    circuit = zz_feature_map(2, reps=2).compose(havlicek(2, depth))
    backend = resolve_backend(DEVICE)
    backend.run_probabilities(circuit, np.zeros((3, circuit.num_parameters)))
    assert backend.usage.two_qubit_gates == 3 * (4 + depth)


def test_cnots_of_the_kernel_are_those_of_three_diagonal_layers():
    """Of U(x) and the inverse of U(z) the two layers in the middle are one."""
    backend = resolve_backend(f"{DEVICE},shots=10")
    backend.gram(zz_feature_map(2, reps=2), np.random.default_rng(0).uniform(0, 6, (5, 2)))
    assert backend.usage.two_qubit_gates == 6 * 10


def test_kernel_asks_for_every_pair_once():
    backend = resolve_backend("exact:shots=10")
    backend.gram(zz_feature_map(2, reps=2), np.zeros((40, 2)))
    assert backend.usage.circuits == 780


def test_last_rotations_about_z_do_not_move_the_parity():
    data = ad_hoc(0, n_samples=8)
    model = VQC(ansatz={"name": "havlicek", "depth": 1}, bandwidth=1.0, random_state=0)
    model.set_params(optimizer={"name": "spsa", "maxiter": 1}).fit(data.X, data.y)
    before = model.predict_proba(data.X)
    model.weights_ = model.weights_ + np.r_[np.zeros(6), 0.7, -1.1]
    np.testing.assert_allclose(model.predict_proba(data.X), before, atol=1e-12)


def test_risk_of_the_true_unitary_is_below_that_of_the_gap():
    """With V for the circuit all p_y are .65 or more, whose risk is .0413."""
    data = ad_hoc(3, n_samples=200, gap=GAP)
    V = draw_unitary(np.random.default_rng(3), 4, "haar")
    parity = parity_expectation(V, statevectors(zz_feature_map(2, reps=2), data.X))
    probabilities = np.stack([(1 - parity) / 2, (1 + parity) / 2], axis=1)
    assert probabilities[np.arange(200), data.y].min() >= (1 + GAP) / 2
    assert resolve_loss("binomial_sigmoid")(probabilities, data.y)[0] < 0.0413


def test_gains_of_spsa_are_those_of_the_authors_code():
    """a_k = 4 / (k + 1)^.602 and c_k = .1 / (k + 1)^.101: by the first two steps from a line."""
    from qml.optimizers import Objective
    from qml.optimizers.spsa import SPSA

    points = []

    def line(x):
        points.append(x.copy())
        return float(x[0])

    SPSA(maxiter=2, a=4.0, c=0.1).minimize(Objective(line), np.zeros(1), seed=1)
    widths = [abs(points[k][0] - points[k + 1][0]) / 2 for k in (0, 2)]
    starts = [(points[k][0] + points[k + 1][0]) / 2 for k in (0, 2)]
    assert widths == pytest.approx([0.1, 0.1 / 2**0.101])
    assert starts[0] - starts[1] == pytest.approx(4)
    assert starts[1] - points[4][0] == pytest.approx(4 / 2**0.602)


def test_device_has_the_printed_numbers():
    device = resolve_device("havlicek2019")
    assert [(qubit.t1_s, qubit.t2_s) for qubit in device.qubits] == [(55e-6, 43e-6), (38e-6, 46e-6)]
    of_sets = {"I": (0.9656, 0.9631), "II": (0.9590, 0.9636), "III": (0.9399, 0.9547)}
    for name, fidelities in of_sets.items():
        qubits = resolve_device({"name": "havlicek2019", "readout": name}).qubits
        assert [1 - qubit.reads_0_for_1 for qubit in qubits] == pytest.approx(fidelities)


def test_one_qubit_gates_relax_or_are_as_bad_as_is_said():
    """Average infidelity of relaxation: t (1/T1 + 2/T2) / 6 for short times t."""
    from qiskit.quantum_info import average_gate_fidelity

    def infidelity(noise):
        errors = resolve_device(noise).noise_model()._local_quantum_errors["sx"]
        return 1 - average_gate_fidelity(errors[0,])

    t = 89.5e-9
    relaxed = t * (1 / 55e-6 + 2 / 43e-6) / 6
    assert infidelity("havlicek2019") == pytest.approx(relaxed, rel=0.01)
    for error in (0.002, 0.01):
        said = {"name": "havlicek2019", "gate_error": error}
        assert infidelity(said) == pytest.approx(error)
        assert resolve_device(said).stretched(1.5).gates[2].error == pytest.approx(1.5 * error)


@pytest.fixture(scope="module", params=["haar", "qiskit"])
def draws(request):
    """For each seed: the training matrix and hard-margin and C=1 machines with their success."""
    found = []
    for seed in range(20):
        data = ad_hoc(seed, n_samples=2 * N_PER_LABEL * 11, gap=GAP, law=request.param)
        labels = [np.flatnonzero(data.y == label) for label in (0, 1)]
        train = np.concatenate([rows[:N_PER_LABEL] for rows in labels])
        test = np.concatenate([rows[N_PER_LABEL:] for rows in labels])
        X, y = data.X[train], data.y[train]
        hard, soft = (QSVC(C=C).fit(X, y) for C in ("hard", 1.0))
        found.append(
            {
                "law": request.param,
                "K": resolve_kernel("fidelity", "zz", 1.0, "exact").evaluate(X),
                "alphas": np.abs(hard.svc_.dual_coef_[0]),
                "hard_support": len(hard.support_),
                "soft_support": len(soft.support_),
                "hard_success": hard.score(data.X[test], data.y[test]),
                "soft_success": soft.score(data.X[test], data.y[test]),
            }
        )
    return found


def column(draws, name):
    return np.array([draw[name] for draw in draws])


def test_rank_is_that_of_two_qubits(draws):
    for draw in draws:
        assert np.linalg.matrix_rank(draw["K"], tol=1e-9) == 16


def test_sum_of_alphas_is_within_its_bound_and_the_reference(draws):
    sums = np.array([draw["alphas"].sum() for draw in draws])
    assert (sums <= 4 / GAP**2).all()  # w = O / gap is feasible, and its square is 2^n / gap^2
    assert 10 < sums.min() < 20
    assert 25 < sums.max() < 35
    assert 19 < np.median(sums) < 26


def test_no_bound_of_one_on_alphas(draws):
    """Libraries default to C=1, which every ideal solution exceeds."""
    assert (np.array([draw["alphas"].max() for draw in draws]) > 1).all()


def test_support_vectors(draws):
    assert np.median(column(draws, "hard_support")) == pytest.approx(12, abs=1)
    assert np.median(column(draws, "soft_support")) == pytest.approx(19.5, abs=2)
    assert column(draws, "hard_support").min() >= 7
    assert column(draws, "hard_support").max() <= 15


def test_success(draws):
    """Not always 100 %, even with exact entries; the paper's 94.75 % is below them all."""
    for name, wanted in zip(
        ("hard_success", "soft_success"), REFERENCE[draws[0]["law"]], strict=True
    ):
        found = column(draws, name)
        error = found.std(ddof=1) * np.sqrt(2 / len(found))  # of the difference of two such means
        assert abs(found.mean() - wanted) < 2 * error
    assert column(draws, "hard_success").min() > 0.9475


def test_shots_alone_leave_less_negative_weight_than_the_paper_saw(draws):
    """Two stretches of 50,000 shots extrapolated, no decoherence: 0.29 to 0.37; the paper 1.27."""
    weights, errors = [], []
    for seed, draw in enumerate(draws):
        rng = np.random.default_rng(seed)
        upper = np.triu_indices(len(draw["K"]), k=1)
        fidelities = np.clip(draw["K"][upper], 0.0, 1.0)
        first, stretched = (rng.binomial(50_000, fidelities) / 50_000 for _ in range(2))
        K = np.eye(len(draw["K"]))
        K[upper] = K.T[upper] = 3 * first - 2 * stretched
        eigenvalues = np.linalg.eigvalsh(K)
        weights.append(-eigenvalues[eigenvalues < 0].sum())
        errors.append(np.abs(K - draw["K"]).max())
    assert min(weights) > 0.26
    assert max(weights) < 0.40
    assert np.mean(errors) == pytest.approx(0.0245, abs=0.003)
