"""Bad data in files, archives and splits: one line that names the data set and the place."""

from __future__ import annotations

import importlib.util
import io
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from experiments import Study
from experiments.datasets.digits import digits
from experiments.datasets.file import file
from experiments.datasets.openml import openml
from experiments.evaluation.splits import inner_folds, split
from experiments.preprocessing.bag_of_words import BagOfWords
from experiments.records import Split
from qml.errors import DataError, SpecError

ROWS = "1,2,a\n3,5,b\n4,9,a\n6,1,b\n"
HEADER = "x,z,y\n"

CSV = {
    "nothing": ("", {}, "the file is empty"),
    "blank lines": ("\n \n\n", {}, "the file is empty"),
    "header alone": (HEADER, {}, "no rows"),
    "short line": (HEADER + "1,2\n" + ROWS, {}, "line 2 has 2 cells, the header has 3"),
    "long line": (HEADER + ROWS + "1,2,a,7\n", {}, "line 6 has 4 cells, the header has 3"),
    "other separator": ("x;z;y\n1;2;a\n3;5;b\n", {}, "no columns are left as features"),
    "two columns of a name": ("x,x,y\n" + ROWS, {}, "two columns are called 'x'"),
    "column without a name": ("x,,y\n" + ROWS, {}, "column 1 has no name"),
    "gap": (HEADER + "1,,a\n" + ROWS, {}, "row 0, column 'z' is empty"),
    "spaces alone": (HEADER + "1,  ,a\n" + ROWS, {}, "row 0, column 'z' is empty"),
    "nan": (HEADER + ROWS + "nan,2,a\n", {}, "row 4, column 'x' is nan"),
    "NA": (HEADER + ROWS + "NA,2,a\n", {}, "row 4, column 'x' is 'NA', no number"),
    "inf": (HEADER + ROWS + "1,inf,a\n", {}, "row 4, column 'z' is inf"),
    "minus inf": (HEADER + ROWS + "1,-inf,a\n", {}, "row 4, column 'z' is -inf"),
    "too large": (HEADER + ROWS + "1,1e999,a\n", {}, "row 4, column 'z' is 1e999"),
    "text": (HEADER + ROWS + "red,2,a\n", {}, "row 4, column 'x' is 'red', no number"),
    "date": (HEADER + ROWS + "2024-01-01,2,a\n", {}, "leave the column out with drop: x"),
    "decimal comma": ('x,z,y\n"1,5",2,a\n' + ROWS, {}, "row 0, column 'x' is '1,5', no number"),
    "percent": (HEADER + "5%,2,a\n" + ROWS, {}, "row 0, column 'x' is '5%'"),
    "complex": (HEADER + "1+2j,2,a\n" + ROWS, {}, "row 0, column 'x' is '1+2j'"),
    "constant": ("x,z,y\n1,2,a\n1,5,b\n", {}, "column 'x' is 1 in every row"),
    "label is empty": (HEADER + "1,2,\n" + ROWS, {}, "row 0, column 'y': the label is empty"),
    "label is nan": ("x,z,y\n1,2,0.5\n3,4,nan\n", {}, "row 1, column 'y': the label is nan"),
    "label is inf": ("x,z,y\n1,2,0.5\n3,4,inf\n", {}, "row 1, column 'y': the label is inf"),
    "one class": ("x,z,y\n1,2,a\n3,4,a\n", {}, "1 class, at least 2"),
    "one target": ("x,z,y\n1,2,.5\n3,4,.5\n", {}, "1 different target"),
    "wrong target": (HEADER + ROWS, {"target": "Y"}, "no column 'Y' (allowed: x, y, z)"),
    "wrong drop": (HEADER + ROWS, {"drop": "x, w"}, "no column 'w'"),
    "wrong group": (HEADER + ROWS, {"group": "patient"}, "no column 'patient'"),
    "wrong fold": (HEADER + ROWS, {"fold": "part"}, "no column 'part'"),
    "nothing left": (HEADER + ROWS, {"drop": "x, z"}, "no columns are left as features"),
    "fold is text": ("x,f,y\n1,one,a\n3,two,b\n", {"fold": "f"}, "column 'f' is 'one', no number"),
    "fold is half": ("x,f,y\n1,0.5,a\n3,1,b\n", {"fold": "f"}, "folds are whole numbers"),
    "wrong hash": (HEADER + ROWS, {"sha256": "0" * 64}, "the study names 000"),
    "wrong hash length": (HEADER + ROWS, {"sha256": "abc"}, "the study names abc"),
}


@pytest.mark.reliability("R11")
@pytest.mark.parametrize("text, parameters, words", CSV.values(), ids=CSV)
def test_csv(tmp_path, text, parameters, words):
    place = tmp_path / "mine.csv"
    place.write_text(text)
    with pytest.raises(DataError, match=r"^mine\.csv: ") as caught:
        file(path=str(place), **parameters)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


BARE = "1,2,1.0\n3,5,-1.0\n"

SPLIT = {
    "ragged": (BARE + "1,2\n", BARE, {}, "a.csv: line 3 has 2 cells, the first line has 3"),
    "ragged test": (BARE, "1,2,1.0\n1\n", {}, "b.csv: line 2 has 1 cells, the first line has 3"),
    "fewer columns": (BARE, "1,1.0\n", {}, "b.csv: no column '2', unlike the rows"),
    "more columns": (BARE, "1,2,1,1.0\n", {}, "b.csv: a column '3', unlike the rows"),
    "no test rows": (BARE, "\n \n", {}, "b.csv: the file is empty"),
    "gap in test": (BARE, "1,2,1.0\n3,,1.0\n", {}, "b.csv: row 1, column '1' is empty"),
    "label in test": (BARE, "1,2,\n", {}, "b.csv: row 0, column '2': the label is empty"),
    "target by number": (BARE, BARE, {"target": 7}, "a.csv: no column '7' (allowed: 0, 1, 2)"),
    "two rules": (BARE, BARE, {"fold": 0}, "fold and test both say which rows are tested"),
    "wrong hash of test": (BARE, BARE, {"test_sha256": "0" * 64}, "b.csv: SHA-256 is"),
    "texts as targets": (
        "1,2,a\n3,4,b\n",
        "5,6,a\n",
        {"labels": "targets"},
        "a.csv: column '2': targets are numbers",
    ),
}


@pytest.mark.reliability("R11")
@pytest.mark.parametrize("train, test, parameters, words", SPLIT.values(), ids=SPLIT)
def test_files_of_training_and_test_rows(tmp_path, train, test, parameters, words):
    for name, text in (("a.csv", train), ("b.csv", test)):
        (tmp_path / name).write_text(text)
    with pytest.raises(DataError, match=r"^[ab]\.csv: ") as caught:
        file(path=str(tmp_path / "a.csv"), test=str(tmp_path / "b.csv"), header=False, **parameters)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_archives_and_parquet_have_no_use_for_test_and_header(tmp_path):
    np.savez(tmp_path / "mine.npz", X=np.arange(8.0).reshape(4, 2), y=np.array([0, 1, 0, 1]))
    (tmp_path / "b.csv").write_text(BARE)
    archive, table = str(tmp_path / "mine.npz"), str(tmp_path / "b.csv")
    for given in ({"path": archive, "test": table}, {"path": table, "test": archive}):
        with pytest.raises(DataError, match="an archive"):
            file(**given)
    with pytest.raises(DataError, match=r"header: false is for \.csv and \.tsv"):
        file(path=archive, header=False)


RAW = {
    "no UTF-8": ("mine.csv", b"x,y\n\xff,a\n", "not UTF-8 at byte 4"),
    "NUL": ("mine.csv", b"x,y\n1\x00,a\n", "mine.csv"),
    "no Parquet": ("mine.parquet", b"x,y\n1,a\n", "no Parquet file"),
    "half a Parquet": ("mine.parquet", b"PAR1" + b"\x00" * 50, "no Parquet file"),
    "no archive": ("mine.npz", b"not a zip", "no archive of plain arrays"),
    "unknown kind": ("mine.xlsx", b"PK", "ends in .csv, .tsv, .parquet, .npz"),
    "no ending": ("mine", b"x,y\n", "ends in .csv"),
}


@pytest.mark.reliability("R11")
@pytest.mark.parametrize("name, raw, words", RAW.values(), ids=RAW)
def test_raw_bytes(tmp_path, name, raw, words):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(DataError) as caught:
        file(path=str(tmp_path / name))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_file_that_is_not_there_and_no_path(tmp_path, monkeypatch):
    monkeypatch.delenv("QML_DATA", raising=False)
    with pytest.raises(DataError, match=r"none\.csv: no such file"):
        file(path=str(tmp_path / "none.csv"))
    for unnamed in ("a" * 5000 + ".csv", "b/" * 2500 + "c.csv", "a\0.csv"):
        with pytest.raises(DataError, match="no such file") as caught:
            file(path=unnamed)
        assert len(str(caught.value)) <= 500
    with pytest.raises(DataError, match="no path given"):
        file()


PLAIN = {"X": np.arange(8.0).reshape(4, 2), "y": np.array([0, 1, 0, 1])}
NPZ = {
    "no X": ({"y": PLAIN["y"]}, "no array 'X'; the archive holds y"),
    "no y": ({"X": PLAIN["X"]}, "no array 'y'; the archive holds X"),
    "nothing": ({}, "the archive holds nothing"),
    "objects": ({**PLAIN, "y": np.array([0, None, 1, 1], dtype=object)}, "no archive of plain"),
    "too few labels": ({**PLAIN, "y": PLAIN["y"][:3]}, "4 rows of features, 3 labels"),
    "a column of labels": ({**PLAIN, "y": PLAIN["y"][:, None]}, "labels of shape (4, 1)"),
    "texts": ({**PLAIN, "X": PLAIN["X"].astype(str)}, "expected real numbers"),
    "nan": ({**PLAIN, "X": np.where(PLAIN["X"] == 3, np.nan, PLAIN["X"])}, "row 1, column 1"),
    "constant": ({**PLAIN, "X": np.ones((4, 2))}, "every column is constant"),
    "groups too short": ({**PLAIN, "groups": np.arange(3)}, "groups of shape (3,)"),
    "bytes": ({**PLAIN, "y": np.array([b"a", b"b"] * 2)}, "labels of type |S1, expected texts"),
    "an escape code": (
        {**PLAIN, "y": np.array(["\x1b[2J", "b"] * 2)},
        r"row 0: the label \x1b[2J has",
    ),
    "turned writing": (
        {**PLAIN, "y": np.array(["b", "a\u202e"] * 2)},
        r"row 1: the label a\u202e has",
    ),
    "folds of halves": ({**PLAIN, "folds": np.full(4, 0.5)}, "folds are whole numbers"),
}


@pytest.mark.reliability("R11")
@pytest.mark.parametrize("arrays, words", NPZ.values(), ids=NPZ)
def test_archives_of_arrays(tmp_path, arrays, words):
    np.savez(tmp_path / "mine.npz", **arrays)
    with pytest.raises(DataError, match=r"^mine\.npz: ") as caught:
        file(path=str(tmp_path / "mine.npz"))
    assert words in str(caught.value)


COLUMNS = {"a": [1.0, 2.0, 3.0, 4.0], "y": ["p", "q", "p", "q"]}
PARQUET = {
    "nested feature": ({"a": [[1, 2]] * 4}, {}, "row 0, column 'a' is array([1, 2]), no number"),
    "nested label": ({"y": [[1, 2]] * 4}, {}, "row 0, column 'y': array([1, 2]) is no text and no"),
    "mapped label": ({"y": [{"q": 1}] * 4}, {}, "column 'y': {'q': 1} is no text and no number"),
    "bytes": ({"y": [b"p", b"q"] * 2}, {}, "row 0, column 'y': b'p' is no text and no number"),
    "nested group": ({"g": [[1]] * 4, **COLUMNS}, {"group": "g"}, "column 'g': array([1]) is no"),
    "gap": ({"a": pd.array([1, None, 2, 3], dtype="Int64")}, {}, "row 1, column 'a' is empty"),
    "gap in labels": ({"y": pd.array([1, None, 2, 1], dtype="Int64")}, {}, "row 1, column 'y'"),
    "no date": ({"y": pd.to_datetime(["2020", None, "2021", "2020"])}, {}, "the label is empty"),
}


@pytest.mark.reliability("R11", "N10")
@pytest.mark.parametrize("changed, parameters, words", PARQUET.values(), ids=PARQUET)
def test_parquet(tmp_path, changed, parameters, words):
    pytest.importorskip("pyarrow")
    pd.DataFrame({**COLUMNS, **changed}).to_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match=r"^mine\.parquet: ") as caught:
        file(path=str(tmp_path / "mine.parquet"), target="y", **parameters)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_parquet_without_its_package_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "mine.parquet").write_bytes(b"PAR1")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"mine\.parquet: .*'pyarrow'.*\(extra parquet\)"):
        file(path=str(tmp_path / "mine.parquet"), target="y")


@pytest.mark.reliability("N10")
@pytest.mark.parametrize("rows", [np.ones((4, 2)), np.arange(4.0), [["a"], ["b"]], ["a", None]])
def test_a_bag_of_words_is_made_of_texts(rows):
    with pytest.raises(DataError, match="^bag_of_words: expected texts, got "):
        BagOfWords().fit(rows)
    with pytest.raises(DataError, match="^bag_of_words: expected texts, got "):
        BagOfWords().fit(["good food"]).transform(rows)


FRAME = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": ["p", "q", "p", "q"]})
LABELS = pd.Series(["u", "v", "u", "v"], name="class")


@pytest.mark.parametrize(
    "frame, target, parameters, words",
    [
        (FRAME, LABELS, {}, "column 'b' is 'p', no number"),
        (FRAME.assign(b=[1.0, np.nan, 2.0, 3.0]), LABELS, {}, "row 1, column 'b' is empty"),
        (FRAME, None, {}, "names no target"),
        (FRAME, LABELS, {"drop": "c"}, "no column 'c'"),
        (FRAME, pd.Series(["u"] * 4, name="class"), {"drop": "b"}, "1 class"),
    ],
)
def test_openml(monkeypatch, frame, target, parameters, words):
    bunch = SimpleNamespace(data=frame, target=target, details={"name": "set", "version": "1"})
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda **_: bunch)
    with pytest.raises(DataError, match="^openml 7") as caught:
        openml(data_id=7, **parameters)
    assert words in str(caught.value)


def test_openml_that_is_good_and_openml_without_network(monkeypatch):
    bunch = SimpleNamespace(
        data=FRAME.drop(columns="b"), target=LABELS, details={"name": "set", "version": "1"}
    )
    monkeypatch.setattr("sklearn.datasets.fetch_openml", lambda **_: bunch)
    data = openml(data_id=7)
    assert data.X.shape == (4, 1)
    assert data.y.tolist() == LABELS.tolist()

    def no_network(**_):
        raise ConnectionError("secret detail")

    monkeypatch.setattr("sklearn.datasets.fetch_openml", no_network)
    with pytest.raises(DataError, match="not cached and not downloaded") as caught:
        openml(data_id=7)
    assert "secret" not in str(caught.value)


def data(y, groups=None, folds=None):
    return SimpleNamespace(y=np.asarray(y), groups=groups, folds=folds)


PLACE = Split(0, 0, 0)
Y = np.repeat([0, 1], [12, 3])


@pytest.mark.parametrize(
    "subject, described, words",
    [
        (data([*Y, 2]), {"folds": 3}, "class 2 has 1 members, 3 folds need 3"),
        (data([*Y, 2]), {"kind": "hold_out", "test_size": 0.2}, "class 2 has 1 members"),
        (data(Y), {"kind": "hold_out", "test_size": 0.01}, "test_size"),
        (data(Y), {"kind": "grouped", "folds": 3}, "names no groups"),
        (data(Y, np.repeat([0, 1], [7, 8])), {"kind": "grouped", "folds": 3}, "2 groups, 3 folds"),
        (data(Y, (Y == 1) * 1), {"kind": "grouped", "folds": 2}, "no row of class"),
        (data(Y), {"kind": "predefined"}, "names no folds"),
        (data(Y, folds=Y - 1), {"kind": "predefined"}, "no row of class 1 is left"),
        (data(Y, folds=2 * Y), {"kind": "predefined"}, "without a gap, got [0, 2]"),
        (data(Y, folds=0 * Y - 1), {"kind": "predefined"}, "without a gap, got []"),
        (data(Y), {"folds": 3, "train_size": 11}, "11 of 10 training rows"),
        (data(Y), {"folds": 3, "train_size": 0.01}, "0 of 10 training rows"),
        (data(np.arange(2.0)), {"folds": 3}, "2 rows, 3 folds"),
    ],
)
def test_splits_that_cannot_be(subject, described, words):
    with pytest.raises(DataError) as caught:
        split(subject, replace(PLACE, **described))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_class_with_one_training_row_cannot_be_tuned_by():
    y = np.array([0] * 9 + [1])
    with pytest.raises(DataError, match="class 1 has one training row"):
        inner_folds(data(y), np.arange(10), PLACE, 3)


def test_more_rows_than_there_are():
    with pytest.raises(DataError, match="9999 samples asked for, there are 365"):
        digits(n_samples=9999)


def test_too_many_features_for_the_qubits_is_a_row_that_names_data_and_model(tmp_path):
    wide = {"X": np.random.default_rng(0).normal(size=(12, 60)), "y": np.arange(12) % 2}
    values = {
        "name": "wide",
        "datasets": ["mine"],
        "models": ["qsvc"],
        "protocol": {"folds": 2},
    }
    study = Study.from_dict(values, {"mine": wide})
    [row] = study.check(tmp_path).rows
    assert (row.dataset, row.model, row.features) == ("mine", "qsvc", 60)
    assert "a circuit of 60 qubits needs" in row.problem
    cells = study.run(jobs=1, out=tmp_path).cells()
    assert set(cells["status"]) == {"out_of_memory"}


def test_the_message_in_a_study_names_the_row(tmp_path):
    buffer = io.StringIO("x,y\n1,a\n2,b\n3,a\n4,b\n5,c\n")
    (tmp_path / "mine.csv").write_text(buffer.getvalue())
    values = {
        "name": "bad",
        "datasets": [{"name": "file", "label": "flowers", "path": str(tmp_path / "mine.csv")}],
        "models": ["svc"],
    }
    with pytest.raises(DataError, match=r"^flowers: class 'c' has 1 members, 5 folds need 5"):
        Study.from_dict(values).plan()
    values["datasets"][0]["pth"] = "x"
    with pytest.raises(SpecError, match="pth: unknown parameter of data set 'file'"):
        Study.from_dict(values)
