"""Every optimizer: counts that are the true calls, a start that stays, a value that fits."""

from __future__ import annotations

import numpy as np
import pytest

from qml.errors import SpecError
from qml.examples import Example, examples_of
from qml.optimizers import OPTIMIZERS, Objective, resolve_optimizer

EXAMPLES = examples_of(OPTIMIZERS, Example)
every_example = pytest.mark.parametrize("name, example", EXAMPLES.values(), ids=EXAMPLES)
START = np.array([0.3, -0.4, 0.5])


def made(name, example, **parameters):
    return resolve_optimizer({"name": name, **example.parameters, **parameters})


class Counted:
    def __init__(self):
        self.calls = []

    def __call__(self, x):
        self.calls.append(np.array(x))
        return float(np.cos(x).sum() + 0.1 * np.sin(x[0]))

    def gradient(self, x):
        return -np.sin(x) + 0.1 * np.cos(x[0]) * np.eye(len(x))[0]


def objective(function):
    """With its true gradient and the states' geometry, which only some optimizers ask for."""

    def metric(x, diagonal):
        return np.full(len(x), 0.25) if diagonal else np.eye(len(x)) / 4

    def fidelity(x, y):
        return float(np.exp(-np.sum((x - y) ** 2) / 4))

    return Objective(function, function.gradient, metric, fidelity)


@every_example
def test_counts_are_the_true_calls_and_history_is_complete(name, example):
    function = Counted()
    result = made(name, example, maxiter=12).minimize(objective(function), START)
    assert result.n_evaluations == len(function.calls) == len(result.history)
    assert 0 < result.n_iterations <= result.n_evaluations


@every_example
def test_gradients_are_counted_and_asked_for_only_where_it_says_so(name, example):
    optimizer = made(name, example, maxiter=12)
    counted = objective(Counted())
    result = optimizer.minimize(counted, START)
    assert result.n_gradients == counted.n_gradients
    assert (result.n_gradients > 0) == optimizer.uses_gradient
    if optimizer.uses_gradient:
        with pytest.raises(SpecError, match="needs a gradient"):
            optimizer.minimize(Objective(Counted()), START)
    if optimizer.uses_metric or optimizer.uses_fidelity:
        with pytest.raises(SpecError, match="needs the states'"):
            optimizer.minimize(Objective(Counted(), Counted().gradient), START)


@every_example
def test_steps_are_told_as_they_begin(name, example):
    counted, at = objective(Counted()), []
    counted._on_step = lambda: at.append(counted.n_evaluations)
    result = made(name, example, maxiter=6).minimize(counted, START)
    assert counted.n_steps == len(at) >= result.n_iterations > 0
    assert at == sorted(at)


@every_example
def test_value_belongs_to_the_returned_point(name, example):
    function = Counted()
    result = made(name, example, maxiter=12).minimize(objective(function), START)
    assert result.fun == pytest.approx(Counted()(result.x), abs=1e-12)
    assert result.fun < Counted()(START)


@every_example
def test_best_point_seen_is_told_beside_the_last(name, example):
    result = made(name, example, maxiter=12).minimize(objective(Counted()), START)
    assert result.best_fun == min(result.history) <= result.fun
    assert result.best_fun == Counted()(result.best_x)
    # SPSA looks on either side of it alone, 0.2 away in every angle
    assert result.start_fun == pytest.approx(Counted()(START), abs=0.1)
    assert not result.worsened


@every_example
def test_start_is_left_alone_and_used(name, example):
    start, function = START.copy(), Counted()
    made(name, example).minimize(objective(function), start)
    np.testing.assert_array_equal(start, START)
    # at the start, or as SPSA on either side of it
    at, around = function.calls[0], np.mean(function.calls[:2], axis=0)
    assert any(np.allclose(first, START, rtol=1e-15, atol=0) for first in (at, around))


@every_example
@pytest.mark.parametrize("maxiter", [1, 2, 4, 9])
def test_limit_holds_also_below_the_first_simplex(name, example, maxiter):
    optimizer = made(name, example, maxiter=maxiter)
    result = optimizer.minimize(objective(Counted()), START)
    assert result.n_evaluations <= optimizer.max_evaluations(3)


@every_example
def test_callback_sees_every_evaluation_and_can_stop(name, example):
    seen = []

    def callback(count, x, value):
        seen.append((count, value))
        return count == 5

    result = made(name, example).minimize(objective(Counted()), START, callback)
    assert result.stopped
    assert result.n_evaluations == 5
    assert [count for count, _ in seen] == [1, 2, 3, 4, 5]
    assert result.fun == min(value for _, value in seen)


@every_example
def test_same_start_same_result_twice(name, example):
    optimizer = made(name, example)
    first = optimizer.minimize(objective(Counted()), START)
    assert first.history == optimizer.minimize(objective(Counted()), START).history


@every_example
def test_not_a_number_is_an_error_not_a_direction(name, example):
    with pytest.raises(FloatingPointError, match="nan"):
        made(name, example).minimize(Objective(lambda x: float("nan"), lambda x: x), START)


def test_names_and_parameters_are_checked():
    with pytest.raises(SpecError, match=r"optimizer.name: unknown .*did you mean 'cobyla'"):
        resolve_optimizer("cobila")
    with pytest.raises(SpecError, match=r"optimizer.eta: .*greater than 0"):
        resolve_optimizer({"name": "aqgd", "eta": -1.0})
    with pytest.raises(SpecError, match="missing"):
        resolve_optimizer({"maxiter": 3})


@every_example
def test_search_space_is_of_its_own_parameters(name, example):
    """The step, as a rule; where there is none beside the optimizer, nothing is searched."""
    for parameter, values in getattr(OPTIMIZERS.module(name), "SEARCH_SPACE", {}).items():
        ends = values if isinstance(values, list) else [values["low"], values["high"]]
        for value in ends:
            assert getattr(made(name, example, **{parameter: value}), parameter) == value
