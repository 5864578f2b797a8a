"""What a check foresees is what a run then counts."""

from __future__ import annotations

import pytest

from experiments.study import Study

BACKENDS = [
    "exact",
    "exact:gradient_circuits=parameter_shift",
    "exact:shots=20",
    "mps",
    "density_matrix:noise=havlicek2019",
    "aer:shots=20",
]
VQC = {"name": "vqc", "ansatz": {"name": "real_amplitudes", "reps": 1}}
MODELS = {
    "qsvc": {"name": "qsvc"},
    "gradients": {**VQC, "optimizer": {"name": "adam", "maxiter": 3}},
    "values": {**VQC, "optimizer": {"name": "spsa", "maxiter": 3}},
}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("backend", BACKENDS)
def test_circuits_are_foreseen_here_and_on_a_machine(backend, model, tmp_path):
    values = {
        "name": "foreseen",
        "datasets": [{"name": "ad_hoc", "n_samples": 20}],
        "models": [{"bandwidth": 1.0, **MODELS[model]}],
        "backend": backend,
        "protocol": {"folds": 2, "repeats": 1},
        "compare": "none",
    }
    study = Study.from_dict(values)
    [row] = study.check(tmp_path).rows
    spent = [fit.stored.record.costs.total for fit in study.run(out=tmp_path).results().fits]
    machine = sum(one.machine_circuits for one in spent)
    if model == "gradients":
        assert row.machine_circuits == machine
        assert row.circuits == sum(one.circuits for one in spent)
    else:  # at most: tests meet support vectors alone, an optimizer may ask less than it could
        assert machine <= row.machine_circuits <= 1.5 * machine
