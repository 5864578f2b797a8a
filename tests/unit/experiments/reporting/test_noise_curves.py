"""Columns of what trainings report, and the figure over the strength of the noise."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map

from experiments.commands.screen import print_run
from experiments.reporting import noise_curves
from experiments.study import Study
from qml.backends import resolve_backend
from qml.kernels import resolve_kernel


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    study = Study.from_dict(
        {
            "name": "curves",
            "datasets": [{"name": "ad_hoc", "n_samples": 16}],
            "models": [
                {
                    "name": "qsvc",
                    "label": "QSVC",
                    "quantum_kernel": {"name": "fidelity", "compare": True},
                    "backend": {
                        "kind": "density_matrix",
                        "noise": "havlicek2019",
                        "noise_scale": [1.0, 3.0],
                        "shots": [None, 100],
                    },
                },
                "svc",
            ],
            "protocol": {"folds": 2},
            "metrics": ["accuracy"],
            "report": ["gram_error", "gram_eror"],
        }
    )
    return study.run(jobs=1, out=tmp_path_factory.mktemp("run"))


def test_reported_columns_are_means_over_folds(run):
    table = run.table().set_index("model")
    cells = run.cells()
    name = "QSVC @ noise_scale=3.0, exact"
    mine = cells[cells["model"] == name]["training_gram_error"]
    assert table.loc[name, "training_gram_error"] == pytest.approx(mine.mean())
    exact = table["training_gram_error"]
    assert exact[name] > exact["QSVC @ noise_scale=1.0, exact"] > 0.05
    assert np.isnan(exact["svc"])
    assert np.isnan(table["training_gram_eror"]).all()


def test_a_column_that_nobody_reports_is_said(run, capsys):
    print_run(run)
    captured = capsys.readouterr()
    assert "no training reports 'gram_eror' (did you mean 'gram_error'?)" in captured.err
    assert "gram error" in captured.out
    assert "noise-curves.png" in captured.out
    assert (run.folder / "noise-curves.png").read_bytes().startswith(b"\x89PNG")


def test_lines_and_strengths_come_from_the_settings(run):
    rows = noise_curves.strengths(run.table(), run.results())
    assert set(rows["line"]) == {"QSVC, exact", "QSVC, shots=100"}
    assert sorted(rows["strength"]) == [1.0, 1.0, 3.0, 3.0]


def test_a_label_of_the_users_own_is_never_read(run, tmp_path):
    """The words after an @ once said what the settings were: such a row vanished."""
    values = {**run.results().plan.study, "name": "labelled", "report": []}
    model = {**values["models"][0], "label": "QSVC @ lab, noise_scale=7"}
    study = Study.from_dict({**values, "models": [model]})
    labelled = study.run(jobs=1, out=tmp_path / "labelled")
    rows = noise_curves.strengths(labelled.table(), labelled.results())
    name = "QSVC @ lab, noise_scale=7"
    assert set(rows["line"]) == {f"{name}, exact", f"{name}, shots=100"}
    assert sorted(rows["strength"]) == [1.0, 1.0, 3.0, 3.0]


def test_lines_of_a_list_of_backends_are_told_apart_by_settings(tmp_path):
    """Names in a list stand in no grid; they were once joined into one line."""
    device = "density_matrix:noise=fake_manila"
    backends = [f"{device},noise_scale={scale}" for scale in (1.0, 2.0)]
    backends += [f"{one},readout_mitigation=full" for one in backends]
    values = {
        "name": "listed",
        "datasets": [{"name": "ad_hoc", "n_samples": 12}],
        "models": [{"name": "qsvc", "label": "Q", "backend": backends}],
        "protocol": {"folds": 2},
        "metrics": ["accuracy"],
    }
    run = Study.from_dict(values).run(jobs=1, out=tmp_path)
    rows = noise_curves.strengths(run.table(), run.results())
    assert [len(group) for _, group in rows.groupby("line")] == [2, 2]
    for _, group in rows.groupby("line"):
        assert sorted(group["strength"]) == [1.0, 2.0]
        assert group["model"].str.contains("readout").nunique() == 1


def test_no_figure_without_strengths(run, tmp_path):
    plain = run.table()
    assert noise_curves.draw(plain[plain["model"] == "svc"], run.results(), tmp_path) is None
    one = plain["model"].str.contains("noise_scale=1.0")
    assert noise_curves.draw(plain[one], run.results(), tmp_path) is None


def test_gram_error_is_the_distance_from_ideal_qubits():
    X = np.random.default_rng(0).uniform(0, 3, (6, 2))
    backend = "density_matrix:noise=fake_manila"
    kernel = resolve_kernel({"name": "fidelity", "compare": True}, "zz", 1.0, backend)
    K = kernel.fit_evaluate(X)
    ideal = resolve_backend("exact").gram(zz_feature_map(2), X)
    found = kernel.report_["gram_error"]
    assert found == pytest.approx(np.linalg.norm(K - ideal) / np.linalg.norm(ideal))
    beside = ~np.eye(6, dtype=bool)
    assert kernel.report_["gram_bias"] == pytest.approx((K - ideal)[beside].mean())
