"""The ledger that a backend's name brings along: wherever a model is copied or sent to."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pytest
from scipy.stats import expon
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, ParameterGrid, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from qml.backends import Kept, SharedBackend, describe_backend, keep_jobs, resolve_backend
from qml.backends.ibm import IBMBackend
from qml.classifiers.qsvc import QSVC
from qml.classifiers.vqc import VQC
from qml.errors import SpecError
from qml.jobs import Ledger, Patience
from qml.registry import check_parameters

NAME = "ibm:fake_manila,shots=50"


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "jobs", Patience(wait_s=5.0), max_shots=100)


def test_a_kept_name_is_the_name(ledger):
    kept = Kept(NAME, ledger)
    assert (str(kept), repr(kept), f"{kept}") == (NAME, repr(NAME), NAME)
    assert type(str(kept)) is str
    assert json.loads(json.dumps({"backend": kept})) == {"backend": NAME}
    assert describe_backend(kept) == describe_backend(NAME)
    assert repr(VQC(backend=kept)) == repr(VQC(backend=NAME))
    with pytest.raises(SpecError) as caught:
        resolve_backend(Kept("ibm:fake_nowhere", ledger))
    with pytest.raises(SpecError) as plain:
        resolve_backend("ibm:fake_nowhere")
    assert str(caught.value) == str(plain.value)


def test_a_check_of_types_leaves_the_ledger_where_it_is(ledger):
    def plugin(backend: str = "exact") -> None:
        pass

    checked = check_parameters(plugin, {"backend": Kept(NAME, ledger)}, "plugin")
    assert checked["backend"].ledger is ledger


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda kept: pickle.loads(pickle.dumps(kept))]
)
def test_copies_and_pickles_take_the_ledger_along(copied, ledger):
    twin = copied(Kept(NAME, ledger))
    assert twin == NAME
    assert twin.ledger == ledger
    assert resolve_backend(twin).jobs() == ledger


def test_backends_get_the_ledger_and_the_seed_of_the_name(ledger):
    backend = resolve_backend(Kept(NAME, ledger), 7)
    assert backend == resolve_backend(NAME, 7)
    assert backend.jobs() == ledger
    for twin in (copy.deepcopy(backend), pickle.loads(pickle.dumps(backend))):
        assert twin.jobs() == ledger
    patient = resolve_backend(Kept(f"{NAME},max_wait_s=3", ledger)).jobs()
    assert (patient.max_shots, patient.patience.wait_s) == (100, 3.0)


def test_without_a_ledger_jobs_are_kept_as_ever(ledger, tmp_path):
    assert resolve_backend(NAME).jobs().folder != ledger.folder
    own = Kept(f"{NAME},ledger={tmp_path / 'own'}", ledger)
    assert resolve_backend(own).jobs().folder == tmp_path / "own"


def test_only_names_of_what_submits_are_kept(ledger):
    for name in ("exact", "aer:noise=fake_manila", "loky", "", "a:b,c"):
        model = QSVC(backend=name)
        keep_jobs(model, ledger)
        assert model.backend is name


def test_an_estimator_its_clones_and_its_parts_keep_their_jobs_there(ledger):
    model = QSVC(backend=NAME)
    keep_jobs(model, ledger)
    assert clone(model).backend.ledger == ledger
    assert clone(model).kernel().backend.jobs() == ledger
    search = GridSearchCV(make_pipeline(StandardScaler(), QSVC(backend=NAME)), {"qsvc__C": [1.0]})
    keep_jobs(search, ledger)
    assert clone(search).estimator[-1].backend.ledger == ledger


@pytest.mark.parametrize(
    "search, grid, of_c",
    [(GridSearchCV, "param_grid", [1.0]), (RandomizedSearchCV, "param_distributions", expon())],
)
def test_names_in_the_grid_of_a_search_keep_their_jobs_there(search, grid, of_c, ledger):
    places = {"qsvc__backend": [NAME, "exact"], "qsvc__C": of_c}
    model = search(make_pipeline(StandardScaler(), QSVC()), [places, {"qsvc__backend": [NAME]}])
    keep_jobs(model, ledger)
    first, second = clone(model).get_params()[grid]
    assert first["qsvc__backend"] == places["qsvc__backend"]
    assert [getattr(name, "ledger", None) for name in first["qsvc__backend"]] == [ledger, None]
    assert second["qsvc__backend"][0].ledger == ledger
    one = search(QSVC(), {"backend": np.array([NAME])})
    keep_jobs(one, ledger)
    assert one.get_params()[grid]["backend"][0].ledger == ledger


def test_candidates_of_a_search_keep_their_jobs_there(ledger):
    """Up to the estimator that a search refits."""
    search = GridSearchCV(QSVC(random_state=0), {"backend": [NAME]}, cv=2)
    keep_jobs(search, ledger)
    for candidate in ParameterGrid(search.param_grid):
        assert clone(search.estimator).set_params(**candidate).backend.ledger == ledger


def test_another_text_is_no_kept_name(ledger):
    kept = Kept(NAME, ledger)
    for text in (str(kept), f"{kept}", np.array([kept])[0], kept.strip()):
        assert text == NAME
        assert not hasattr(text, "ledger")


def test_backends_that_are_there_keep_their_jobs_there_too(ledger):
    backend = IBMBackend(name="fake_manila")
    keep_jobs(QSVC(backend=SharedBackend(backend, [])), ledger)
    assert backend.jobs() == ledger


def test_a_fit_keeps_its_jobs_in_the_ledger(ledger):
    X = np.array([[0.1, 0.2], [1.4, 1.5]])
    model = QSVC(backend=NAME, random_state=0)
    keep_jobs(model, ledger)
    model.fit(X, [0, 1])
    [entry] = ledger.entries()
    assert entry.usage == model.usage_
