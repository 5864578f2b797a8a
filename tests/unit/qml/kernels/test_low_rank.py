"""Nystrom and completion: exact where theory says so, honest errors, every entry paid once."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.datasets.ad_hoc import ad_hoc
from qml.classifiers.qsvc import QSVC
from qml.errors import SpecError
from qml.kernels import resolve_kernel
from qml.kernels.nystrom import NystromKernel

DATA = ad_hoc(0, n_samples=90)
X, NEW = DATA.X[:60], DATA.X[60:]
EXACT = resolve_kernel("fidelity", "zz", 1.0, "exact")
K, BLOCK = EXACT.evaluate(X), EXACT.evaluate(NEW, X)
SAMPLING = ["uniform", "leverage", "determinantal"]


def made(name, backend="exact", **parameters):
    return resolve_kernel({"name": name, **parameters}, "zz", 1.0, backend, random_state=3)


@pytest.mark.parametrize("sampling", SAMPLING)
def test_nystrom_is_exact_at_the_rank_of_the_kernel(sampling):
    """Two qubits have 16 dimensions: 16 landmarks say all."""
    kernel = made("nystrom", n_landmarks=16, sampling=sampling)
    np.testing.assert_allclose(kernel.fit_evaluate(X), K, atol=1e-5)
    np.testing.assert_allclose(kernel.test_block(NEW), BLOCK, atol=1e-5)
    assert len(set(kernel.landmarks_)) == 16


@pytest.mark.parametrize("sampling", SAMPLING)
def test_nystrom_is_the_formula_and_reports_the_true_errors(sampling):
    kernel = made("nystrom", n_landmarks=6, sampling=sampling, compare=True)
    approximation = kernel.fit_evaluate(X)
    columns = K[:, kernel.landmarks_]
    by_hand = columns @ np.linalg.pinv(columns[kernel.landmarks_]) @ columns.T
    np.testing.assert_allclose(approximation, by_hand, atol=1e-9)
    report = kernel.report_
    lost = K - approximation
    assert np.linalg.eigvalsh(lost).min() > -1e-9  # so its trace is its trace norm
    assert report["trace_error"] == pytest.approx(np.trace(lost) / len(X), abs=1e-9)
    relative = np.linalg.norm(lost) / np.linalg.norm(K)
    assert report["frobenius_error"] == pytest.approx(relative, abs=1e-9)


@pytest.mark.parametrize("sampling", SAMPLING)
def test_nystrom_pays_for_every_entry_once(sampling):
    kernel = made("nystrom", "exact:shots=100", n_landmarks=10, sampling=sampling)
    kernel.fit_evaluate(X)
    entries = 10 * 9 // 2 + 50 * 10
    assert kernel.report_["entries"] == kernel.backend.usage.circuits == entries
    assert kernel.report_["entries_of_full"] == 60 * 59 // 2
    kernel.test_block(NEW)
    assert kernel.backend.usage.circuits == entries + 30 * 10


def test_landmarks_by_residual_or_leverage_find_the_small_clusters():
    """Three tight clusters, two of them small: uniform landmarks mostly miss those."""
    rng = np.random.default_rng(0)
    centers = np.array([[0.5, 0.5], [1.6, 2.4], [2.8, 1.0]])
    clusters = np.repeat(np.arange(3), [40, 3, 3])
    points = centers[clusters] + rng.normal(0, 1e-3, (46, 2))

    def covered(sampling, n_landmarks):
        hits = 0
        for seed in range(20):
            spec = {"name": "nystrom", "n_landmarks": n_landmarks, "sampling": sampling}
            kernel = resolve_kernel(spec, "zz", 1.0, "exact", random_state=seed).fit(points)
            hits += len(set(clusters[kernel.landmarks_])) == 3
        return hits

    assert covered("determinantal", 3) >= 19  # no two alike, so three landmarks are enough
    assert covered("leverage", 6) > covered("uniform", 6) + 5


def test_more_landmarks_than_points_is_the_whole_matrix():
    np.testing.assert_allclose(
        made("nystrom", n_landmarks=999).fit_evaluate(X[:8]), K[:8, :8], atol=1e-9
    )


def test_shot_noise_is_not_inverted(monkeypatch):
    """Eigenvalues of the landmarks' block below its noise would be blown up."""

    def error():
        kernel = made("nystrom", "exact:shots=1000", n_landmarks=40)
        return np.linalg.norm(kernel.fit_evaluate(X) - K)

    cut = error()
    monkeypatch.setattr(NystromKernel, "_noise", lambda self, m: 0.0)
    assert cut < 0.8 * error()


@pytest.mark.parametrize("fraction", [0.7, 0.9])
def test_completion_recovers_low_rank_and_finds_the_rank(fraction):
    kernel = made("completion", fraction=fraction, compare=True)
    np.testing.assert_allclose(kernel.fit_evaluate(X), K, atol=0.02)
    np.testing.assert_allclose(kernel.test_block(NEW), BLOCK, atol=0.05)
    assert kernel.rank_ == 16
    assert kernel.report_["entries"] == int(np.ceil(fraction * 60 * 59 / 2))
    assert kernel.report_["frobenius_error"] < 0.01


def test_completion_says_when_it_cannot():
    kernel = made("completion", fraction=0.1, compare=True)
    completed = kernel.fit_evaluate(X)
    report = kernel.report_
    assert report["holdout_error"] > 0.05
    relative = np.linalg.norm(completed - K) / np.linalg.norm(K)
    assert report["frobenius_error"] == pytest.approx(relative)
    assert np.linalg.eigvalsh(completed).min() > -1e-10


def test_completion_pays_for_its_fraction():
    kernel = made("completion", "exact:shots=100", fraction=0.5)
    kernel.fit_evaluate(X)
    assert kernel.backend.usage.circuits == 885
    kernel.test_block(NEW)
    assert kernel.backend.usage.circuits == 885 + 30 * 30


@pytest.mark.parametrize("n", [2, 3, 4])
def test_few_points(n):
    for spec in ({"name": "completion"}, {"name": "nystrom"}):
        model = QSVC(quantum_kernel=spec, random_state=0).fit(X[:n], np.arange(n) % 2)
        assert model.predict(NEW).shape == (30,)


@pytest.mark.parametrize("name", ["nystrom", "completion"])
def test_before_the_fit_is_an_error(name):
    with pytest.raises(SpecError, match="call fit first"):
        made(name).evaluate(X)


def test_names_and_ranges_are_checked():
    with pytest.raises(SpecError, match=r"quantum_kernel.n_landmarks: .*greater than 0"):
        made("nystrom", n_landmarks=0)
    with pytest.raises(SpecError, match=r"quantum_kernel.sampling: .*'determinantal'"):
        made("nystrom", sampling="determinental")
    with pytest.raises(SpecError, match=r"quantum_kernel.fraction: .*less than or equal to 1"):
        made("completion", fraction=1.5)
    assert NystromKernel().n_landmarks == 20
