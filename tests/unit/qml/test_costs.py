"""The one list of costs: what iterates it forgets none."""

from __future__ import annotations

import json
from dataclasses import fields

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map

from qml.backends import Request, SharedBackend, Usage, evaluate_table, resolve_backend

EVERY = Usage(
    **{cost.name: (float if cost.unit else int)(i + 1) for i, cost in enumerate(Usage.costs())}
)


def test_every_cost_has_a_title_and_those_in_seconds_a_unit():
    for cost in Usage.costs():
        assert cost.title
        assert (cost.unit == "s") == cost.name.endswith("_s")
    assert [cost.name for cost in Usage.costs()] == [f.name for f in fields(Usage)]


def test_arithmetic_and_plain_values_forget_no_cost():
    plain = EVERY.plain()
    assert all(plain.values())
    assert Usage.of(json.loads(json.dumps(plain))) == EVERY
    assert (EVERY + EVERY).plain() == {name: 2 * value for name, value in plain.items()}
    assert (EVERY + EVERY).since(EVERY) == EVERY
    assert EVERY.share(0.5).plain() == {
        name: round(value / 2) if isinstance(value, int) else value / 2
        for name, value in plain.items()
    }
    total = first = Usage()
    total += EVERY
    assert total is first  # a backend that shares its ledger with another still does
    assert first == EVERY


def test_what_a_service_tells_takes_the_place_of_what_was_foreseen():
    told = {"executions", "qpu_s", "queue_s"}
    assert {cost.name for cost in Usage.costs() if cost.told} == told
    service = EVERY + EVERY
    found = EVERY.told_by(service)
    assert found.plain() == {
        name: (service if name in told else EVERY).plain()[name] for name in EVERY.plain()
    }
    assert found is not EVERY


def test_what_a_machine_would_have_run_is_known_where_it_was_measured_and_else_told():
    assert Usage().machine_circuits == 0
    assert Usage.of({"circuits": 7, "shots": 700}).machine_circuits == 7  # an older record
    older = Usage.of({"circuits": 7})  # of an exact simulator
    assert older.machine_circuits is None
    assert (older + Usage.of_call(3)).machine_circuits is None
    assert older.share(0.5).machine_circuits is None
    assert Usage.of_call(3).machine_circuits == 3
    assert Usage.of_call(3, machine_circuits=8).machine_circuits == 8
    assert Usage.of_call(3, machine_circuits=None).machine_circuits is None


def test_unknown_cost_is_refused():
    with pytest.raises(TypeError):
        Usage.of({"circuits": 1, "coffee": 2})


def test_slices_of_a_shared_kernel_are_charged_what_it_cost():
    backend = resolve_backend("density_matrix:noise=fake_manila,shots=100", 1)
    feature_map, X = zz_feature_map(2), np.random.default_rng(0).uniform(0, 3, (5, 2))
    table = evaluate_table(backend, Request(feature_map), X)
    shared = SharedBackend(
        resolve_backend("density_matrix:noise=fake_manila,shots=100", 2), [table]
    )
    shared.gram(feature_map, X)
    spent = {**shared.usage.plain(), "shared_s": 0.0}
    assert spent == table.usage.plain()
