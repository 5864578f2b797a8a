"""Kernel health: each number by its formula, the claims it is there to show, errors in one line."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics.pairwise import rbf_kernel
from typer.testing import CliRunner

from experiments.commands.cli import app
from experiments.datasets.ad_hoc import ad_hoc
from experiments.datasets.breast_cancer import breast_cancer
from experiments.health.kernel_report import findings
from experiments.health.kernels import examinations
from qml.circuits import resolve_feature_map
from qml.diagnostics.concentration import concentration
from qml.diagnostics.geometric_difference import geometric_difference, model_complexity
from qml.diagnostics.kernel_health import kernel_health
from qml.diagnostics.spectrum import spectrum
from qml.engine import gram
from qml.errors import DataError, SpecError
from qml.kernels import centred_alignment

RNG = np.random.default_rng(3)


def test_spectrum_by_hand():
    Q, _ = np.linalg.qr(RNG.normal(size=(4, 4)))
    values = np.array([4.0, 2.0, 2.0, -1.0])
    found = spectrum(Q @ np.diag(values) @ Q.T)
    np.testing.assert_allclose(found.eigenvalues, values, atol=1e-12)
    shares = np.array([0.5, 0.25, 0.25])
    assert found.effective_rank == pytest.approx(np.exp(-(shares * np.log(shares)).sum()))
    assert found.largest_share == pytest.approx(4 / 7)
    assert found.negative_weight == pytest.approx(1.0)
    assert spectrum(np.ones((5, 5))).effective_rank == pytest.approx(1.0)
    assert spectrum(np.eye(5)).effective_rank == pytest.approx(5.0)
    with pytest.raises(DataError, match="expected a positive one"):
        spectrum(-np.eye(2))


def test_summary_is_the_formulas():
    data = ad_hoc(1, n_samples=60)
    health = kernel_health(data.X, data.y, bandwidths=(0.5, 1.0))
    K = gram(resolve_feature_map("zz", 2), data.X)
    rbf = rbf_kernel(data.X, gamma=health.summary["rbf_gamma"])
    sign = np.where(data.y == 1, 1.0, -1.0)
    by_hand = {
        "variance": concentration(K, 2).variance,
        "rbf_similarity": centred_alignment(K, rbf),
        "geometric_difference": geometric_difference(rbf, K, 1e-2, "one_sided"),
        "s_quantum": model_complexity(K, sign, 1e-2),
        "s_rbf": model_complexity(rbf, sign, 1e-2),
        "alignment": sign @ K @ sign / (60 * np.linalg.norm(K)),
    }
    for key, value in by_hand.items():
        assert health.summary[key] == pytest.approx(value, rel=1e-9), key
    assert health.summary["s_rbf"] <= (
        health.summary["geometric_difference"] ** 2 * health.summary["s_quantum"] * (1 + 1e-2) + 1
    )
    assert [row["bandwidth"] for row in health.bandwidths] == [0.5, 1.0]
    assert health.bandwidths[1]["accuracy"] == health.summary["accuracy"] > 0.95


def test_tuned_kernels_on_classical_data_are_rbf_in_all_but_name():
    """Florez Ablan et al.: towards small bandwidths CKA goes to 1 and accuracy to that of RBF."""
    found = next(examinations("breast_cancer", "iqp", pca=6, samples=150))
    health = found.run(shots=100, seed=0)
    rows = {row["bandwidth"]: row for row in health.bandwidths}
    assert rows[0.2]["rbf_similarity"] > 0.95
    assert rows[1.5]["rbf_similarity"] < 0.7
    best = max(health.bandwidths, key=lambda row: row["accuracy"])
    assert best["bandwidth"] < 0.8
    assert best["accuracy"] == pytest.approx(health.summary["rbf_accuracy"], abs=0.03)
    assert any("does better" in line for line in findings(health))


def test_entries_concentrate_with_qubits_and_shots_grow():
    """A six-qubit ZZ kernel on z-scores has nearly the mean of random states, 1/64."""
    X, y = breast_cancer().X[:100], breast_cancer().y[:100]
    X = ((X - X.mean(axis=0)) / X.std(axis=0))[:, :6]
    health = kernel_health(X, y, "zz", bandwidths=(1.0,))
    last = health.qubits[-1]
    assert last["qubits"] == 6
    assert 1 / 64 < last["mean"] < 2 / 64
    assert last["haar_mean"] == 1 / 64
    assert last["haar_variance"] == pytest.approx(63 / (64**2 * 65))
    assert last["shots_to_resolve"] > 5 * health.qubits[1]["shots_to_resolve"]


def test_repairs_are_of_the_measured_matrix():
    data = ad_hoc(1, n_samples=40)
    health = kernel_health(data.X, data.y, shots=200, bandwidths=(1.0,))
    rows = {row["repair"]: row for row in health.repairs}
    assert rows["none"]["lowest_eigenvalue"] < 0 < rows["none"]["negative_weight"]
    assert rows["clip"]["lowest_eigenvalue"] > -1e-10
    assert rows["clip"]["distance_to_exact"] < rows["none"]["distance_to_exact"]
    assert rows["none"]["moved"] == 0


@pytest.mark.parametrize("kernel", ["projected", {"name": "nystrom", "n_landmarks": 10}])
def test_other_kernels_and_three_classes(kernel):
    X = RNG.uniform(0, 2, (30, 3))
    health = kernel_health(X, np.arange(30) % 3, "angle", kernel, bandwidths=(1.0,))
    assert np.isfinite([v for v in health.summary.values() if not isinstance(v, str)]).all()


def test_bandwidth_towards_zero_is_a_constant_kernel_and_no_crash():
    X = RNG.uniform(0, 2, (20, 2))
    health = kernel_health(X, np.arange(20) % 2, "angle", bandwidth=1e-12, bandwidths=(1e-12,))
    assert health.summary["effective_rank"] == pytest.approx(1.0)
    assert any("look alike" in line for line in findings(health))


def test_noisy_backend_gives_the_measured_matrix_alone():
    data = ad_hoc(1, n_samples=12)
    noisy = "aer:noise=fake_manila,shots=64"
    measured = kernel_health(data.X, data.y, backend=noisy, bandwidths=(1.0,))
    exact = kernel_health(data.X, data.y, bandwidths=(1.0,))
    assert measured.summary == exact.summary
    assert measured.repairs[0]["distance_to_exact"] > exact.repairs[0]["distance_to_exact"]


def test_few_members_and_numbers_are_refused():
    with pytest.raises(
        DataError, match="class 1 has 2 members, a tuned RBF kernel needs two classes"
    ):
        kernel_health(RNG.normal(size=(10, 2)), [0] * 8 + [1] * 2)
    with pytest.raises(DataError, match="diabetes: this looks at classes"):
        next(examinations("diabetes"))


def test_study_is_examined_once_a_kernel(tmp_path):
    file = tmp_path / "three.yaml"
    file.write_text(
        "name: three\n"
        "datasets: [{name: ad_hoc, n_samples: 30}, diabetes]\n"
        "models:\n"
        "  - {name: qsvc, C: [1, 10]}\n"
        "  - {name: qsvc, label: half, bandwidth: 0.5}\n"
        "  - {name: qsvr, datasets: [diabetes]}\n"
        "  - svc\n"
    )
    found = list(examinations(str(file)))
    assert [item.label for item in found] == ["qsvc [C=1]", "half"]
    assert found[1].parameters["bandwidth"] == 0.5


def test_command_writes_tables_and_figure(tmp_path):
    arguments = ["kernel-health", "ad_hoc", "--samples", "40", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*arguments, "--feature-map", "{name: iqp, reps: 2}"])
    assert done.exit_code == 0, done.output
    for words in ("effective rank", "Against the bandwidth", "shots an entry, and repaired"):
        assert words in done.output
    files = sorted(file.name for file in (tmp_path / "0").iterdir())
    assert files == [
        "bandwidths.csv",
        "kernel-health.png",
        "qubits.csv",
        "repairs.csv",
        "summary.csv",
    ]
    assert pd.read_csv(tmp_path / "0" / "summary.csv")["points"].item() == 40
    assert (tmp_path / "0" / "kernel-health.png").stat().st_size > 20_000


@pytest.mark.parametrize(
    "arguments, problem",
    [
        (["add_hoc"], "no study or data set is called 'add_hoc' (did you mean 'ad_hoc'?)"),
        (
            ["ad_hoc", "--feature-map", "zzz"],
            "--feature-map: feature_map.name: unknown feature map 'zzz'",
        ),
        (["ad_hoc", "--feature-map", "{name: zz, rep: 2}"], "did you mean 'reps'"),
        (["ad_hoc", "--feature-map", "{"], "'{' is no name and no mapping"),
        (["ad_hoc", "--feature-map", "covariant"], "weights to train"),
        (["breast_cancer"], "breast_cancer has 30 features: give --pca N"),
        (["quickstart", "--pca", "3"], "--pca: a study has its own preprocessing"),
        (["ad_hoc", "--bandwidth", "-1"], "--bandwidth: -1.0 is not positive"),
        (["restaurant_reviews"], "texts"),
    ],
)
def test_mistakes_are_one_line(arguments, problem, request):
    if "restaurant_reviews" in arguments:
        request.getfixturevalue("reviews_folder")
    done = CliRunner().invoke(app, ["kernel-health", *arguments])
    assert isinstance(done.exception, (SpecError, DataError))
    assert problem in str(done.exception)
    assert "\n" not in str(done.exception)
