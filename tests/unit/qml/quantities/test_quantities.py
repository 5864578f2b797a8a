"""Quantities on request: each against its formula, written out on states that Qiskit makes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import Statevector

from experiments import Study
from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.qsvc import QSVC
from qml.classifiers.vqc import VQC
from qml.errors import SpecError
from qml.kernels import hard_margin
from qml.quantities import QUANTITIES, Examined
from qml.regressors.qsvr import QSVR

DATA = ad_hoc(4, n_samples=60)
X, y, NEW, y_new = DATA.X[:30], DATA.y[:30], DATA.X[30:], DATA.y[30:]
MEASURED = QSVC(C="hard", bandwidth=1.0, backend="exact:shots=200", random_state=3).fit(X, y)


def density_matrices(points):
    circuit = zz_feature_map(2, reps=2)
    states = [Statevector(circuit.assign_parameters(point)).data for point in points]
    return np.array([np.outer(state, state.conj()) for state in states])


def fidelities(points, others):
    return np.einsum("iab,jba->ij", density_matrices(points), density_matrices(others)).real


def examined(model, trained=None):
    labels, decided = model.predict_with_scores(NEW)
    rows = np.arange(30, 60)
    return Examined(model, X, y, trained, rows, labels != y_new, np.asarray(decided))


def found(name, model=MEASURED, **known):
    return QUANTITIES.load(name)(examined(model, **known))


def test_negative_weight_is_that_of_the_matrix_it_was_trained_on():
    eigenvalues = np.linalg.eigvals(MEASURED.training_matrix_).real
    wanted = -eigenvalues[eigenvalues < 0].sum()
    assert found("negative_weight").value == pytest.approx(wanted)
    assert wanted > 0.5
    clipped = QSVC(repair="clip", backend="exact:shots=200", random_state=3).fit(X, y)
    assert found("negative_weight", clipped).value == pytest.approx(0, abs=1e-9)


def test_rank_of_two_qubits_is_sixteen_and_of_shots_that_of_all_points():
    exact = QSVC(bandwidth=1.0).fit(X, y)
    assert found("matrix_rank", exact).value == np.linalg.matrix_rank(fidelities(X, X), tol=1e-8)
    assert found("matrix_rank", exact).value == 16
    assert found("matrix_rank").value == 30


def test_largest_deviation_is_from_ideal_fidelities_and_says_where():
    apart = np.abs(MEASURED.training_matrix_ - fidelities(X, X))
    one = found("largest_deviation")
    assert one.value == pytest.approx(apart.max())
    assert apart[one.where] == pytest.approx(apart.max())
    assert one.where[0] < one.where[1]


def test_overlap_is_the_cosine_of_the_hyperplanes_as_observables():
    """w is a matrix, sum_i y_i alpha_i rho_i, and the product that of Hilbert and Schmidt."""
    states, ideal = density_matrices(X), hard_margin(fidelities(X, X), y)
    own = np.einsum("i,iab->ab", MEASURED.svc_.dual_coef_[0], states[MEASURED.support_])
    other = np.einsum("i,iab->ab", ideal.dual_coef_[0], states[ideal.support_])
    wanted = np.vdot(own, other).real / np.linalg.norm(own) / np.linalg.norm(other)
    assert found("hyperplane_overlap").value == pytest.approx(wanted, abs=1e-4)
    assert 0.5 < wanted < 0.999
    exact = QSVC(C="hard", bandwidth=1.0).fit(X, y)
    assert found("hyperplane_overlap", exact).value == pytest.approx(1, abs=1e-9)


def test_overlap_needs_two_classes_that_can_be_parted():
    flipped = np.where(np.arange(30) == 0, 1 - y, y)
    soft = QSVC(feature_map="z", bandwidth=0.01).fit(X, flipped)
    twice = np.vstack([X, X[:1]])
    both = np.append(y, 1 - y[0])
    model = QSVC(bandwidth=1.0).fit(twice, both)
    told = Examined(model, twice, both, None, np.arange(0), np.zeros(0, bool), None)
    assert QUANTITIES.load("hyperplane_overlap")(told) is None
    assert soft.hyperplane() is not None
    assert QSVC().fit(X, np.arange(30) % 3).hyperplane() is None


def test_dual_sums_are_those_of_the_misclassified_without_the_bias():
    model = QSVC(C=0.05, bandwidth=1.0).fit(X, y)
    signs = np.where(y == 1, 1.0, -1.0)
    alphas = np.abs(model.hyperplane().weights)
    sums = fidelities(NEW, X) @ (alphas * signs)
    wrong = np.isin(np.arange(30), [3, 7, 20])  # as if these had been
    told = dataclasses.replace(examined(model), wrong=wrong)
    one = QUANTITIES.load("dual_sums")(told)
    np.testing.assert_allclose(one.values, sums[wrong], atol=1e-6)
    assert one.where == tuple(30 + np.flatnonzero(wrong))
    assert one.value == pytest.approx(sums[wrong].mean(), abs=1e-6)
    np.testing.assert_array_equal(sums + model.hyperplane().offset > 0, model.predict(NEW) == 1)


def test_support_vectors_and_their_sum_are_the_machines():
    assert found("support_vectors").value == len(MEASURED.support_)
    assert found("support_vectors").where == tuple(sorted(MEASURED.support_))
    assert found("alpha_sum").value == pytest.approx(np.abs(MEASURED.svc_.dual_coef_).sum())


def test_empirical_risk_is_the_papers_for_two_probabilities():
    """Of p = .6 it is .1149, of .65 .0413."""
    trained = np.array([[0.4, 0.6], [0.65, 0.35]])
    told = Examined(VQC(), X[:2], np.array([1, 0]), trained, np.arange(0), np.zeros(0, bool), None)
    value = QUANTITIES.load("empirical_risk")(told).value
    assert value == pytest.approx((0.1149 + 0.0413) / 2, abs=1e-4)


def test_ideal_qubits_are_simulated_when_they_are_asked_for_and_not_before(monkeypatch):
    asked = []
    monkeypatch.setattr(
        Examined, "ideal", property(lambda self: asked.append(1) or fidelities(X, X))
    )
    for name in QUANTITIES.names():
        quantity, before = QUANTITIES.load(name), len(asked)
        quantity(examined(MEASURED))
        assert (len(asked) > before) == quantity.ideal, name


def test_each_is_asked_of_models_that_have_what_it_needs():
    models = {
        "qsvc": QSVC(),
        "vqc": VQC(),
        "qsvr": QSVR(),
        "calibrated": QSVC(calibration="sigmoid"),
    }
    of = {
        key: {n for n in QUANTITIES.names() if QUANTITIES.load(n).applies_to(model)}
        for key, model in models.items()
    }
    matrix = {"negative_weight", "matrix_rank", "largest_deviation", "off_diagonal_mean"}
    matrix |= {"rbf_alignment", "rbf_similarity", "geometric_difference"}
    plane = {"hyperplane_overlap", "dual_sums", "support_vectors", "alpha_sum"}
    assert of["qsvc"] == matrix | plane
    assert of["vqc"] == {"empirical_risk"}
    assert of["qsvr"] == matrix
    assert of["calibrated"] == matrix | plane | {"empirical_risk"}


def test_a_study_stores_what_it_asks_for_and_nothing_else(tmp_path):
    values = {
        "name": "asked",
        "datasets": [{"name": "ad_hoc", "n_samples": 20, "test_sets": 3}],
        "models": [
            {"name": "qsvc", "C": 0.05, "backend": "exact:shots=100"},
            {
                "name": "vqc",
                "loss": "binomial_sigmoid",
                "optimizer": {"name": "spsa", "maxiter": 5},
            },
            "svc",
        ],
    }
    plain = Study.from_dict(values).plan()
    names = ["largest_deviation", "dual_sums", "empirical_risk", "bandwidth"]
    asked = Study.from_dict({**values, "report": names})
    keys = [one.cell.key for one in asked.plan()]
    assert [key == one.cell.key for key, one in zip(keys, plain, strict=True)] == [0, 0, 1]
    run = asked.run(jobs=1, out=tmp_path)
    cells = run.cells()
    assert (cells.status == "done").all(), cells.error.tolist()
    row = cells.iloc[0]
    assert len(row.training_largest_deviation_where.split()) == 2
    assert len(row.training_dual_sums_values.split()) == round((1 - row.accuracy) * 60)
    risk = cells.training_empirical_risk
    assert risk[1] == pytest.approx(cells.training_loss[1])  # measured for the loss, and recalled
    assert risk[[0, 2]].isna().all()
    stored = run.find(keys[0]).record.quantities
    assert set(stored) == {"largest_deviation", "dual_sums"}
    table = run.table()
    assert table.training_largest_deviation[0] == row.training_largest_deviation
    assert table.training_bandwidth.notna().tolist() == [True, True, False]
    assert "largest deviation" in (tmp_path / "table.md").read_text()


@pytest.mark.parametrize(
    "report, line",
    [
        (["negative_wieght"], r"report\[0\]: unknown quantity .*did you mean 'negative_weight'"),
        (["bandwidth", "alpha_sum"], r"report\[1\]: no model of this study has a hyperplane"),
    ],
)
def test_a_quantity_that_is_not_there_is_one_line(report, line):
    values = {"name": "asked", "datasets": ["moons"], "models": ["vqc"], "report": report}
    with pytest.raises(SpecError, match=line):
        Study.from_dict(values)


def test_the_noiseless_reference_of_the_paper(tmp_path):
    """Twenty Haar draws, hard margin: rank 16, sum of alpha below 4 / 0.3^2, success .995."""
    values = {
        "name": "reference",
        "datasets": [{"name": "ad_hoc", "n_samples": 40, "draws": 20, "test_sets": 10}],
        "models": [{"name": "qsvc", "C": "hard", "bandwidth": 1.0}],
        "report": ["matrix_rank", "alpha_sum", "support_vectors", "negative_weight"],
    }
    run = Study.from_dict(values).run(jobs=1, out=tmp_path)
    cells, row = run.cells(), run.table().iloc[0]
    assert (cells.training_matrix_rank == 16).all()
    assert cells.training_alpha_sum.max() <= 4 / 0.3**2
    assert cells.training_alpha_sum.between(10, 32).all()
    assert cells.training_support_vectors.median() == pytest.approx(12, abs=1)
    assert (cells.training_negative_weight < 1e-9).all()
    assert row.accuracy == pytest.approx(0.9951, abs=0.004)
    assert row.accuracy_low < 0.9951 < row.accuracy_high
    assert cells.accuracy.min() > 0.9475
