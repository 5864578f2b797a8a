"""One evaluation for many fits: the same numbers, no leak, nothing paid twice, costs told."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import time
import warnings
from pathlib import Path

import numpy as np
import pytest
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import pauli_feature_map, zz_feature_map
from sklearn.feature_selection import SelectKBest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from experiments import Study
from experiments.datasets.ad_hoc import ad_hoc
from experiments.evaluation.protocol import TrainingPart, fit_and_predict
from experiments.evaluation.splits import split
from experiments.planning.building import load_dataset
from experiments.registry import MODELS, build_estimator
from experiments.running import shared_kernels as room
from experiments.running.shared_kernels import share_kernels, sharing_groups, tables_of
from qml.backends import Request, SharedBackend, evaluate_table, resolve_backend
from qml.classifiers.qsvc import QSVC
from qml.engine import fingerprint
from qml.errors import StoreError

RNG = np.random.default_rng(2)
X = RNG.uniform(0, 3, (30, 2))
y = np.arange(30) % 2


def study(**changes):
    values = {
        "name": "sharing",
        "datasets": [{"name": "ad_hoc", "n_samples": 30}],
        "models": [{"name": "qsvc", "C": [0.5, 5.0]}],
        "protocol": {"folds": 3, "repeats": 2, "seed": 4},
    }
    return Study.from_dict({**values, **changes})


SCALED = [
    {"name": "wine", "preprocessing": ["standard_scaler", {"name": "pca", "n_components": 2}]}
]
STATELESS = [{"name": "wine", "preprocessing": [{"name": "normalizer"}]}]


def shared_backend(spec="exact", feature_map=None):
    backend = resolve_backend(spec, 1)
    table = evaluate_table(backend, Request(feature_map or zz_feature_map(2)), X)
    return SharedBackend(resolve_backend(spec, 2), [table]), table


def test_fingerprint_sees_reps_angles_and_parts_but_no_names():
    """A peer's cache takes composite maps of 1 and 3 layers for the same circuit."""
    from qiskit.circuit import Parameter
    from qiskit.circuit.library import ZZFeatureMap

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        composite = [ZZFeatureMap(2, reps=reps) for reps in (1, 3, 1)]
    prints = [fingerprint(circuit) for circuit in composite]
    assert prints[0] == prints[2] != prints[1]
    assert fingerprint(zz_feature_map(2)) == fingerprint(zz_feature_map(2, parameter_prefix="k"))

    def rotation(factor, name="x"):
        circuit = QuantumCircuit(1)
        circuit.rx(factor * Parameter(name), 0)
        return fingerprint(circuit)

    assert rotation(1.0) == rotation(1.0, "other")
    assert rotation(1.0) != rotation(1.0 + 1e-9)
    assert fingerprint(pauli_feature_map(2, paulis=["Z", "XX"])) != fingerprint(zz_feature_map(2))


def test_slices_are_the_numbers_of_the_inner_backend():
    backend, _ = shared_backend()
    plain = resolve_backend("exact")
    rows, columns = RNG.permutation(30)[:12], RNG.permutation(30)[:7]
    feature_map = zz_feature_map(2)
    np.testing.assert_array_equal(
        backend.gram(feature_map, X[rows]), backend.gram(feature_map, X)[np.ix_(rows, rows)]
    )
    np.testing.assert_allclose(
        backend.gram(feature_map, X[rows], X[columns]),
        plain.gram(feature_map, X[rows], X[columns]),
        atol=1e-12,
    )


@pytest.mark.parametrize("change", ["a point", "the map", "the width"])
def test_what_no_table_holds_is_evaluated(change):
    backend, _ = shared_backend()
    points, feature_map = X[:5].copy(), zz_feature_map(2)
    if change == "a point":
        points[3, 1] += 1e-6
    elif change == "the map":
        feature_map = zz_feature_map(2, reps=1)
    else:
        points, feature_map = np.column_stack([points, points[:, 0]]), zz_feature_map(3)
    K = backend.gram(feature_map, points)
    np.testing.assert_array_equal(K, resolve_backend("exact").gram(feature_map, points))
    assert backend.usage.shared_s == 0


@pytest.mark.parametrize("spec", ["exact", "exact:shots=64", "aer:shots=32"])
def test_usage_is_that_of_a_fit_alone(spec):
    backend, table = shared_backend(spec)
    shared = QSVC(backend=backend).fit(X[:20], y[:20])
    shared.predict(X[20:])
    alone = QSVC(backend=spec, random_state=0).fit(X[:20], y[:20])
    fit_alone = alone.usage_.circuits
    assert fit_alone == (20 if spec == "exact" else 190)
    n_support = len(shared.support_)
    predicted = 10 + n_support if spec == "exact" else 10 * n_support
    assert shared.usage_.circuits == fit_alone + predicted
    assert shared.usage_.shots == shared.usage_.circuits * (backend.shots or 0)
    share = (190 + 10 * n_support) / 435  # of the table's entries above its diagonal
    assert shared.usage_.shared_s == pytest.approx(table.evaluation_s * share)


@pytest.mark.parametrize("kernel", ["fidelity", "projected"])
def test_grid_search_on_shared_points_is_the_search_without(kernel):
    grid = {"C": [0.1, 1.0, 10.0], "repair": ["none", "clip"]}
    plain = QSVC(quantum_kernel=kernel)
    shared = plain.sharing(X)
    searches = [GridSearchCV(model, grid, cv=3).fit(X, y) for model in (plain, shared)]
    scores = [search.cv_results_["mean_test_score"] for search in searches]
    np.testing.assert_array_equal(*scores)
    assert shared.backend.usage.shared_s == 0  # every copy keeps its own ledger
    assert searches[1].best_estimator_.usage_.shared_s > 0
    assert plain.backend == "exact"


def test_machine_on_shared_points_still_answers_for_others():
    shared = QSVC().sharing(X).fit(X[:20], y[:20])
    new = RNG.uniform(0, 3, (5, 2))
    expected = QSVC().fit(X[:20], y[:20]).decision_function(new)
    np.testing.assert_allclose(shared.decision_function(new), expected, atol=1e-10)


def test_repeated_points_are_not_shared():
    assert (
        evaluate_table(resolve_backend("exact"), Request(zz_feature_map(2)), X[[0, 1, 0]]) is None
    )


def test_study_shares_one_table_over_folds_repeats_and_values_of_c(tmp_path, monkeypatch):
    run = study().run(jobs=1, out=tmp_path / "shared")
    assert len(tables_of(run.folder)) == 1
    monkeypatch.setattr("experiments.running.resume.sharing_groups", lambda cells: {})
    alone = study().run(jobs=1, out=tmp_path / "alone")
    assert not tables_of(alone.folder)
    columns = ["model", "repeat", "fold", "accuracy", "circuits"]
    assert run.cells()[columns].equals(alone.cells()[columns])
    assert (run.cells()["shared_s"] > 0).all()
    assert (run.cells()["fit_s"] > run.cells()["shared_s"] / 2).all()


def test_fitted_preprocessing_has_a_table_a_fold_and_stateless_has_one(tmp_path):
    per_fold = study(datasets=SCALED).run(jobs=2, out=tmp_path / "fitted")
    assert len(tables_of(per_fold.folder)) == 6
    angles = {"name": "qsvc", "C": [0.5, 5.0], "feature_map": "angle"}
    once = study(datasets=STATELESS, models=[angles]).run(jobs=2, out=tmp_path / "stateless")
    assert len(tables_of(once.folder)) == 1
    assert set(once.cells()["status"]) == {"done"}


def test_what_is_shared_does_not_depend_on_what_is_stored(tmp_path):
    whole = study()
    groups = sharing_groups(item.cell for item in whole.plan())
    assert len(set(groups.values())) == 1
    single = study(models=[{"name": "qsvc"}], protocol={"folds": 3, "repeats": 1, "seed": 4})
    assert len(sharing_groups(item.cell for item in single.plan())) == 3  # its three folds
    learned = study(
        models=[{"name": "qsvc", "quantum_kernel": {"name": "nystrom", "n_landmarks": [4, 8]}}]
    )
    run = learned.run(jobs=1, out=tmp_path)
    assert not tables_of(run.folder)  # landmarks are drawn in every fold anew


def test_labels_and_seeds_do_not_share_with_other_maps_or_backends():
    models = [
        {"name": "qsvc", "label": "a"},
        {"name": "qsvc", "label": "b", "bandwidth": 0.5},
        {"name": "qsvc", "label": "c", "backend": "exact:shots=10"},
        {"name": "qsvc", "label": "d", "feature_map": "z"},
        {"name": "qsvc", "label": "e", "quantum_kernel": "projected"},
        {"name": "pegasos_qsvc", "label": "a too"},
    ]
    groups = sharing_groups(item.cell for item in study(models=models).plan())
    assert len(set(groups.values())) == 5


@pytest.mark.parametrize("model", ["qsvc", "quantum_one_class_svm"])
def test_preprocessing_is_fitted_to_what_the_model_is_fitted_to(tmp_path, model):
    """Also where labels decide it, and where a detector sees one class alone: all is found."""
    data = ad_hoc(3, n_samples=40)
    steps = [("scale", StandardScaler()), ("pick", SelectKBest(k=1))]
    if model == "quantum_one_class_svm":
        steps = steps[:1]  # one class is nothing to select by
    estimator = build_estimator(MODELS, model, {"feature_map": "angle"})
    pipeline = Pipeline([*steps, ("model", estimator)])
    train, test = np.arange(30), np.arange(30, 40)
    part = TrainingPart(estimator, data.y, train)
    share_kernels(pipeline, data.X, part, np.arange(len(data.y)), "group", tmp_path)
    outcome = fit_and_predict(pipeline, data.X, data.y, train, test)
    assert outcome.predictions.predicted.shape == (10,)
    shared = pipeline[-1].backend_
    shared.inner.gram = None  # nothing is left for the inner backend to answer
    pipeline.predict(data.X[test])
    assert shared.usage.shared_s > 0


def test_damaged_table_is_computed_again(tmp_path):
    before = study().run(jobs=1, out=tmp_path).cells()
    [file] = (tmp_path / "kernels").glob("*.npy")
    content = bytearray(file.read_bytes())
    content[-9] ^= 1
    file.write_bytes(bytes(content))
    for cell in (tmp_path / "cells").iterdir():
        cell.unlink()
    after = study().run(jobs=1, out=tmp_path).cells()
    assert before["accuracy"].equals(after["accuracy"])
    content[-9] ^= 1
    assert file.read_bytes() == bytes(content)


def test_a_table_without_its_page_is_told_by_nobody(tmp_path):
    run = study().run(jobs=1, out=tmp_path)
    [file] = (run.folder / "kernels").glob("*.json")
    file.write_bytes(file.read_bytes()[:40])
    assert tables_of(run.folder) == []


def _slow_run(folder, counted):
    from qml.backends import exact

    original = exact.ExactBackend.gram

    def counting(self, *args):
        with counted.get_lock():
            counted.value += 1
        time.sleep(0.5)
        return original(self, *args)

    exact.ExactBackend.gram = counting
    study().run(jobs=1, out=folder)


@pytest.mark.reliability("R8")
def test_two_runs_at_once_compute_one_table(tmp_path):
    context = multiprocessing.get_context("fork")
    counted = context.Value("i", 0)
    runs = [context.Process(target=_slow_run, args=(tmp_path, counted)) for _ in range(2)]
    for process in runs:
        process.start()
    for process in runs:
        process.join(60)
    assert [process.exitcode for process in runs] == [0, 0]
    assert counted.value == 1


def test_table_says_what_was_shared(tmp_path):
    study().run(jobs=1, out=tmp_path)
    [file] = (tmp_path / "kernels").glob("*.json")
    described = json.loads(file.read_text())
    assert described["points"] == 30
    assert described["usage"]["circuits"] == 30


def test_bandwidth_of_the_training_rows_is_shared_where_it_is_the_same(tmp_path, monkeypatch):
    """As many tables as values, foreseen as they are, and the numbers of fits alone."""
    wide = {"name": "linearly_separable", "n_samples": 24, "n_features": 4}
    scaled = study(datasets=[wide], protocol={"folds": 3, "repeats": 3, "seed": 4})
    groups = sharing_groups(item.cell for item in scaled.plan())
    run = scaled.run(jobs=1, out=tmp_path / "shared")
    found = set()
    for item in scaled.plan():
        data = load_dataset(item.cell.dataset, 4)
        train, _ = split(data, item.cell.split)
        found.add(QSVC().fit(data.X[train], data.y[train]).bandwidth_)
    assert len(found) > 1  # else nothing is seen here
    assert len(set(groups.values())) == len(tables_of(run.folder)) == len(found)
    monkeypatch.setattr("experiments.running.resume.sharing_groups", lambda cells: {})
    alone = scaled.run(jobs=1, out=tmp_path / "alone")
    columns = ["model", "repeat", "fold", "accuracy", "circuits"]
    assert run.cells()[columns].equals(alone.cells()[columns])
    assert (run.cells()["shared_s"] > 0).all()


def test_bandwidth_that_cannot_be_found_is_the_cells_own_trouble(monkeypatch):
    """Features beyond a map's domain, say: nothing is shared, and planning goes on."""

    def refused(*_):
        raise ValueError("no number")

    monkeypatch.setattr("experiments.running.shared_kernels.found_bandwidth", refused)
    assert sharing_groups(item.cell for item in study().plan()) == {}


MEASURED = {"backend": "exact:shots=40"}


def scored(run):
    return {fit.planned.key: fit.predictions.scores for fit in run.results().fits}


@pytest.mark.reliability("R15", "N3")
@pytest.mark.parametrize("backend", ["exact:shots=40", "aer:shots=40", "exact"])
def test_a_cell_has_the_same_numbers_whatever_else_is_in_the_study(backend, tmp_path):
    """One hold-out of one model shares its kernel with nobody; in a larger study it does."""
    one = {"split": "hold_out", "repeats": 1, "seed": 4}
    alone = study(models=[{"name": "qsvc"}], protocol=one, backend=backend)
    among = study(
        models=[{"name": "qsvc"}, {"name": "qsvc", "label": "other", "C": 9.0}],
        protocol={**one, "repeats": 2},
        backend=backend,
    )
    found = scored(alone.run(jobs=1, out=tmp_path / "alone"))
    others = scored(among.run(jobs=1, out=tmp_path / "among"))
    assert len(found) == 1
    assert found.items() <= others.items()


def refusing(number):
    def refuse(*arguments, **named):
        raise OSError(number, os.strerror(number))

    return refuse


@pytest.mark.reliability("N3")
@pytest.mark.parametrize("trouble", ["no locks", "no room for a lock", "no room for a table"])
def test_numbers_are_the_same_on_every_file_system(trouble, tmp_path, monkeypatch):
    whole = scored(study(**MEASURED).run(jobs=1, out=tmp_path / "whole"))
    if trouble == "no locks":
        monkeypatch.setattr(room.fcntl, "flock", refusing(errno.ENOLCK))
    elif trouble == "no room for a lock":
        opened = Path.open

        def full(self, *arguments, **named):
            if self.suffix == ".lock":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return opened(self, *arguments, **named)

        monkeypatch.setattr(Path, "open", full)
    else:
        message = "full.npy: cannot be written (No space left on device)"
        monkeypatch.setattr(room, "_write", lambda *_: (_ for _ in ()).throw(StoreError(message)))
    run = study(**MEASURED).run(jobs=1, out=tmp_path / "trouble")
    assert scored(run) == whole
    if trouble == "no room for a table":
        assert not tables_of(run.folder)
        warned = run.results().fits[0].stored.record.warnings
        assert any("the kernel is kept for nobody else" in one for one in warned)
