"""AQGD as published: where its rule is the gradient, and where it is not."""

import numpy as np
import pytest

from qml.optimizers import Objective, resolve_optimizer


def first_step(function, theta):
    """The direction of the first step, from the second point that is visited as a centre."""
    optimizer = resolve_optimizer({"name": "aqgd", "maxiter": 1, "eta": 1.0, "momentum": 0.0})
    return theta - optimizer.minimize(Objective(function), np.array([theta])).x[0]


def test_gradient_of_an_expectation_value():
    assert first_step(lambda x: float(np.cos(x[0])), 0.9) == pytest.approx(-np.sin(0.9))


def test_not_the_gradient_of_a_squared_error():
    """f = (cos θ - 0.2)²: the published rule gives +0.313, the true gradient is -0.661."""
    function = lambda x: float((np.cos(x[0]) - 0.2) ** 2)
    true = -2 * (np.cos(0.9) - 0.2) * np.sin(0.9)
    assert true == pytest.approx(-0.661, abs=1e-3)
    assert first_step(function, 0.9) == pytest.approx(0.313, abs=1e-3)


def test_one_step_costs_two_evaluations_a_parameter_and_one():
    optimizer = resolve_optimizer({"name": "aqgd", "maxiter": 3})
    result = optimizer.minimize(Objective(lambda x: float(np.cos(x).sum())), np.zeros(40) + 0.2)
    assert result.n_evaluations == 3 * 81 + 1


def test_step_is_told_as_its_shifts_begin():
    """Its library never says so: the shifts of a step are counted."""
    objective, at = Objective(lambda x: float(np.cos(x).sum())), []
    objective._on_step = lambda: at.append(objective.n_evaluations)
    optimizer = resolve_optimizer({"name": "aqgd", "maxiter": 6})
    optimizer.minimize(objective, np.array([0.3, -0.4, 0.5]))
    assert at == [7 * k for k in range(6)]
