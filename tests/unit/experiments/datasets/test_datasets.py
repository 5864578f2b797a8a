"""Data sets: the published law, the published file, and bad data in one clear line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map
from scipy.linalg import expm
from sklearn.metrics import roc_auc_score

from experiments import Study
from experiments.datasets import Dataset
from experiments.datasets.ad_hoc import ad_hoc, draw_unitary, parity_expectation
from experiments.datasets.file import file
from experiments.datasets.restaurant_reviews import restaurant_reviews
from experiments.evaluation.splits import split
from experiments.records import Split
from qml.engine import statevectors
from qml.errors import DataError


def paper_state(x):
    """The feature map as the paper writes it, with plain matrices and the paper's sign."""
    Z, I = np.diag([1, -1]), np.eye(2)
    H = np.kron(*[np.array([[1, 1], [1, -1]]) / np.sqrt(2)] * 2)
    phases = x[0] * np.kron(I, Z) + x[1] * np.kron(Z, I)
    phases = phases + (np.pi - x[0]) * (np.pi - x[1]) * np.kron(Z, Z)
    U = expm(1j * phases)
    return U @ H @ U @ H[:, 0]


@pytest.mark.parametrize("law", ["haar", "qiskit"])
def test_labels_follow_the_papers_formula(law):
    """Qiskit's map is the complex conjugate of the paper's, so V becomes its conjugate."""
    seed = 5
    data = ad_hoc(seed, n_samples=40, law=law)
    V = draw_unitary(np.random.default_rng(seed), 4, law).conj()
    ZZ = np.diag([1, -1, -1, 1])
    for x, label in zip(data.X, data.y, strict=True):
        psi = V @ paper_state(x)
        expectation = (psi.conj() @ ZZ @ psi).real
        assert abs(expectation) >= 0.3 - 1e-9
        assert (expectation > 0) == bool(label)


@pytest.mark.parametrize("law", ["haar", "qiskit"])
def test_the_unitary_is_unitary(law):
    V = draw_unitary(np.random.default_rng(0), 8, law)
    np.testing.assert_allclose(V @ V.conj().T, np.eye(8), atol=1e-12)


def test_ad_hoc_is_balanced_in_range_without_repeats_and_by_seed():
    data = ad_hoc(1, n_samples=60, n_features=3)
    assert data.X.shape == (60, 3)
    assert np.bincount(data.y).tolist() == [30, 30]
    assert data.X.min() > 0
    assert data.X.max() <= 2 * np.pi
    assert len(np.unique(data.X, axis=0)) == 60
    assert ad_hoc(2).sha256 != ad_hoc(3).sha256
    assert parity_expectation(np.eye(4), np.eye(4)[:, :].astype(complex)).tolist() == [1, -1, -1, 1]


def test_one_unitary_can_label_several_draws_of_points():
    one, other = ad_hoc(0, unitary_seed=5), ad_hoc(1, unitary_seed=5)
    V = draw_unitary(np.random.default_rng(5), 4, "haar")
    for data in (one, other):
        states = statevectors(zz_feature_map(2, reps=2), data.X)
        assert ((parity_expectation(V, states) > 0) == data.y).all()
    assert not np.isin(one.X, other.X).any()


def test_kernel_of_forty_points_has_rank_sixteen():
    """Rank 4**n, as derived for both laws of V."""
    from qml.backends import resolve_backend
    from qml.circuits import resolve_feature_map

    for law in ("haar", "qiskit"):
        X = ad_hoc(0, n_samples=40, law=law).X
        K = resolve_backend("exact").gram(resolve_feature_map("zz", 2), X)
        assert np.linalg.matrix_rank(K, tol=1e-8) == 16


def test_reviews_are_the_published_thousand(reviews_folder):
    data = restaurant_reviews()
    assert data.X.shape == (1000,)
    assert np.bincount(data.y).tolist() == [500, 500]
    assert data.X[0] == "Wow... Loved this place."
    assert data.y[:2].tolist() == [1, 0]


def test_components_with_the_labels_of_all_rows_leak_them(reviews_folder):
    """One number a review classifies nearly all of them; without the labels it tells little."""
    told, blind = (
        restaurant_reviews(components_of_all_rows=1, supervised=supervised)
        for supervised in (True, False)
    )
    assert told.X.shape == blind.X.shape == (1000, 1)
    auc = [roc_auc_score(data.y, data.X[:, 0]) for data in (told, blind)]
    assert auc[0] > 0.95
    assert abs(auc[1] - 0.5) < 0.15


def test_reviews_with_a_wrong_hash_are_refused(tmp_path, monkeypatch):
    (tmp_path / "yelp_labelled.txt").write_text("good\t1\nbad\t0\n")
    monkeypatch.setenv("QML_DATA", str(tmp_path))
    with pytest.raises(DataError, match="wrong SHA-256"):
        restaurant_reviews()


def test_reviews_missing_from_the_named_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("QML_DATA", str(tmp_path))
    with pytest.raises(DataError, match="holds no yelp_labelled.txt"):
        restaurant_reviews()


def test_reviews_without_network_say_what_to_do(tmp_path, monkeypatch):
    import pooch

    def no_network(*_, **__):
        raise ConnectionError("secret detail")

    monkeypatch.delenv("QML_DATA", raising=False)
    monkeypatch.setattr(pooch, "retrieve", no_network)
    with pytest.raises(DataError, match="set QML_DATA to it") as caught:
        restaurant_reviews()
    assert "\n" not in str(caught.value)


X, Y = np.arange(8.0).reshape(4, 2), np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    "X, y, words",
    [
        (np.where(np.eye(4, 2), np.nan, 1.0), Y, "row 0, column 0 is nan"),
        (np.where(np.eye(4, 2)[::-1], np.inf, 1.0), Y, "row 2, column 1 is inf"),
        (X, Y[:3], "4 rows of features, 3 labels"),
        (X, np.zeros(4, dtype=int), "1 class, at least 2"),
        (X, np.zeros(4), "1 different target, at least 2"),
        (X[:0], Y[:0], "0 class"),
        (np.ones(4), Y, "features of shape"),
        (X, X, "labels of shape"),
        (np.ones((4, 2, 1)), Y, "features of shape"),
        (np.ones((4, 0)), Y, "features of shape"),
        (X.astype(complex), Y, "complex128"),
        (X.astype(object), Y, "type object"),
        (np.array(["a", 1, "b", "c"], dtype=object), Y, "neither numbers nor all texts"),
        (X.astype(str), Y, "type <U"),
        (X, np.array([0, 1, np.nan, 1]), "row 2: the label"),
        (X, Y + 0j, "labels of type complex128"),
        (X, np.array([0, "a", None, 1], dtype=object), "row 0: the label 0 is no text"),
        (np.ones((4, 2)), Y, "every column is constant"),
    ],
)
def test_bad_data_is_one_line_that_names_set_and_place(X, y, words):
    with pytest.raises(DataError, match="^broken: ") as caught:
        Dataset(X, y, name="broken", source="here", licence="none")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_hash_sees_values_types_and_labels():
    base = Dataset(X, Y, "a", "s", "l").sha256
    assert base == Dataset(X.copy(), Y.copy(), "b", "t", "m").sha256
    assert base != Dataset(X.astype(np.float32), Y, "a", "s", "l").sha256
    assert base != Dataset(X, 1 - Y, "a", "s", "l").sha256


def test_training_and_test_rows_come_from_two_files_without_header(tmp_path):
    (tmp_path / "a.csv").write_text("0.5,1,1.0e+00\n0.7,2,-1.0e+00\n0.9,4,1.0e+00\n")
    (tmp_path / "b.csv").write_text("0.1,3,-1.0e+00\n")
    files = {"path": str(tmp_path / "a.csv"), "test": str(tmp_path / "b.csv"), "header": False}
    data = file(**files, labels="classes")
    assert data.y.tolist() == [1, -1, 1, -1]
    assert data.folds.tolist() == [-1, -1, -1, 0]
    assert data.columns == ("0", "1")
    assert file(**files, target=1, drop="0").X.tolist() == [[1.0], [-1.0], [1.0], [-1.0]]
    assert file(**files).y.dtype.kind == "f"  # as they are written, they are targets
    train, test = split(data, Split(0, 0, 0, kind="predefined"))
    assert (train.tolist(), test.tolist()) == ([0, 1, 2], [3])


def test_other_peoples_files_run_as_they_are(tmp_path, reviews_folder):
    if not (Path(reviews_folder) / "bowles2024").is_dir():
        pytest.skip("QML_DATA holds no folder bowles2024")
    place = "bowles2024/linearly_separable_2d"
    files = {"path": f"{place}_train.csv", "test": f"{place}_test.csv"}
    study = Study.from_dict(
        {
            "name": "theirs",
            "datasets": [{"name": "file", **files, "header": False, "labels": "classes"}],
            "models": ["svc"],
            "protocol": {"split": "predefined"},
        }
    )
    (row,) = study.run(jobs=1, out=tmp_path / "run").table().itertuples()
    assert (row.cells, row.n_train) == (1, 240)
    assert row.accuracy > 0.9
