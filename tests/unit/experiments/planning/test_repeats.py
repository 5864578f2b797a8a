"""How often splits are repeated where a study does not say."""

from __future__ import annotations

import pytest

from experiments import Study

SVC, QSVC = {"name": "svc"}, {"name": "qsvc"}
VQC, MEASURED = {"name": "vqc"}, {"name": "qsvc", "label": "measured", "backend": "aer:shots=100"}


@pytest.mark.parametrize(
    "models, n_rows, protocol, repeats",
    [
        ([SVC], 200, {}, 10),
        ([SVC, QSVC], 200, {}, 10),
        ([SVC, QSVC], 202, {}, 5),
        ([SVC], 1002, {}, 2),
        ([SVC, VQC], 200, {}, 2),
        ([SVC, VQC], 202, {}, 1),
        ([SVC, MEASURED], 100, {}, 1),
        ([SVC, QSVC], 200, {"tuning": {"trials": 2}}, 5),
        ([SVC, MEASURED], 100, {"tuning": {"trials": 2}}, 1),
        ([SVC], 200, {"split": "hold_out"}, 50),
        ([VQC], 500, {"split": "hold_out"}, 5),
        ([SVC, MEASURED], 100, {"split": "hold_out"}, 1),
        ([VQC], 500, {"repeats": 3}, 3),
    ],
)
def test_repeats_follow_from_models_and_rows(models, n_rows, protocol, repeats):
    values = {
        "name": "often",
        "datasets": [{"name": "moons", "n_samples": n_rows}],
        "models": models,
        "protocol": protocol,
    }
    plan = Study.from_dict(values).plan()
    assert plan.stored().repeats == {"moons": repeats}
    assert {one.cell.split.repeat for one in plan} == set(range(repeats))


def test_every_data_set_has_its_own_and_all_its_models_the_same():
    values = {
        "name": "own",
        "datasets": [{"name": "moons", "n_samples": 100}, {"name": "circles", "n_samples": 100}],
        "models": [SVC, {**MEASURED, "datasets": ["circles"]}],
    }
    plan = Study.from_dict(values).plan()
    assert plan.stored().repeats == {"moons": 10, "circles": 1}
    splits = {}
    for one in plan:
        splits.setdefault((one.dataset.label, one.model.label), set()).add(one.cell.split)
    assert splits["circles", "svc"] == splits["circles", "measured"]
