"""A hard margin: the dual without a bound, and one line for what cannot be separated."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from experiments import Study
from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.qsvc import QSVC
from qml.errors import DataError
from qml.kernels import hard_margin, resolve_kernel
from qml.surrogates.matched_rbf import MatchedRBF

DATA = ad_hoc(4, n_samples=40)
SIGNS = np.where(DATA.y == 1, 1.0, -1.0)
K = resolve_kernel("fidelity", "zz", 1.0, "exact").evaluate(DATA.X)


def margins(machine, K, signs):
    return signs * machine.decision_function(K)


def test_it_is_the_primal_solution_of_another_solver():
    """SLSQP on w in the sixteen dimensions that two qubits have."""
    values, vectors = np.linalg.eigh(K)
    points = vectors[:, -16:] * np.sqrt(values[-16:])
    start = np.append(np.linalg.lstsq(points, SIGNS, rcond=None)[0], 0.0)
    found = minimize(
        lambda w: w[:-1] @ w[:-1] / 2,
        start,
        jac=lambda w: np.append(w[:-1], 0.0),
        constraints={
            "type": "ineq",
            "fun": lambda w: SIGNS * (points @ w[:-1] + w[-1]) - 1,
            "jac": lambda w: SIGNS[:, None] * np.column_stack([points, np.ones(40)]),
        },
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert found.success
    machine = hard_margin(K, DATA.y)
    alphas = np.abs(machine.dual_coef_[0])
    assert alphas.sum() == pytest.approx(2 * found.fun, rel=1e-5)  # strong duality
    assert margins(machine, K, SIGNS).min() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(
        machine.decision_function(K), points @ found.x[:-1] + found.x[-1], atol=1e-4
    )


def test_a_large_bound_is_the_same_where_nothing_reaches_it():
    hard, large = (QSVC(C=C, bandwidth=1.0).fit(DATA.X, DATA.y) for C in ("hard", 1e6))
    np.testing.assert_array_equal(hard.support_, large.support_)
    np.testing.assert_allclose(hard.svc_.dual_coef_, large.svc_.dual_coef_, atol=0.05)
    assert np.abs(hard.svc_.dual_coef_).max() > 1  # the default would have cut it


def test_points_that_lie_in_both_classes_are_refused():
    twice = np.vstack([DATA.X, DATA.X[:1]])
    labels = np.append(DATA.y, 1 - DATA.y[0])
    with pytest.raises(
        DataError, match=r"^not separable: no hyperplane parts .* 41 points in the 16"
    ):
        QSVC(C="hard", bandwidth=1.0).fit(twice, labels)


def test_separable_but_barely_is_not_refused_unless_the_solver_cannot_tell():
    """On a line, d apart: w is 2/d, and both dual variables are half its square."""
    labels = np.array([0, 0, 1, 1])
    x = np.array([0.0, 0.5, 0.55, 1.0])
    machine = hard_margin(np.outer(x, x), labels)
    np.testing.assert_allclose(np.abs(machine.dual_coef_), [[800, 800]], rtol=1e-3)
    x[2] = 0.5005
    with pytest.raises(DataError, match=r"^hard margin: a point keeps .* too close for libsvm"):
        hard_margin(np.outer(x, x), labels)
    with pytest.raises(DataError, match="not separable: no hyperplane"):
        hard_margin(np.outer(x, x), np.array([0, 1, 0, 1]))


def test_an_indefinite_matrix_is_taken_as_it_is_and_stops_at_its_margins():
    measured = resolve_kernel("fidelity", "zz", 1.0, "exact:shots=200", 3).evaluate(DATA.X)
    assert np.linalg.eigvalsh(measured)[0] < -0.1
    machine = hard_margin(measured, DATA.y)
    alphas, found = np.abs(machine.dual_coef_[0]), margins(machine, measured, SIGNS)
    assert (alphas > 0).all()
    assert machine.dual_coef_.sum() == pytest.approx(0, abs=1e-8)
    assert found.min() > 1 - 1e-4
    np.testing.assert_allclose(found[machine.support_], 1, atol=1e-4)


def test_a_dual_that_grows_without_end_is_refused():
    """By hand: of two points with K = [[0, 1], [1, 0]] it is 2a + a^2."""
    with pytest.raises(DataError, match=r"^not separable: a dual variable grows beyond 1e\+08"):
        hard_margin(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0, 1]))


def test_three_classes_are_parted_pair_by_pair():
    x = np.array([[0.0, 0.0], [0.1, 0.0], [1.0, 0.0], [1.1, 0.1], [0.0, 1.0], [0.1, 1.1]])
    labels = np.array([0, 0, 1, 1, 2, 2])
    assert (hard_margin(x @ x.T, labels).predict(x @ x.T) == labels).all()
    crossed = np.array([0, 1, 0, 1, 2, 2])
    with pytest.raises(DataError, match="these 4 points in the 2 dimensions"):
        hard_margin(x @ x.T * np.array([1.0]), crossed)


def test_a_calibrated_machine_and_the_control_have_no_bound_either():
    model = QSVC(C="hard", calibration="sigmoid").fit(DATA.X, DATA.y)
    assert model.predict_proba(DATA.X).shape == (40, 2)
    assert QSVC(C="hard").encoding().C == "hard"
    control = MatchedRBF(C="hard").fit(DATA.X, DATA.y)
    assert control.score(DATA.X, DATA.y) == 1


def test_what_cannot_be_separated_is_a_row_that_says_so(tmp_path):
    values = {
        "name": "hard",
        "datasets": [{"name": "moons", "n_samples": 40, "noise": 0.6, "test_sets": 1}],
        "models": [{"name": "qsvc", "C": ["hard", 1.0], "feature_map": "z", "bandwidth": 0.2}],
    }
    run = Study.from_dict(values).run(jobs=1, out=tmp_path)
    failed, soft = run.cells().to_dict("records")
    assert (failed["status"], soft["status"]) == ("failed", "done")
    assert failed["error"].startswith("not separable: ")
    assert "not separable" in run.table().problem.iloc[0]
