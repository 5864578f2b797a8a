"""Rows of a published benchmark: the digest, the tests of a row, what a user gets wrong."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from scipy import stats

from benchmarks.bowles2024 import __main__ as command
from benchmarks.bowles2024.comparison import Accuracy, Compared, compare, judged, welch
from benchmarks.bowles2024.digest import COLUMNS, PublishedRow, Settings, read_digest, read_split
from benchmarks.bowles2024.scores import Fit, Scores, Task
from qml.errors import DataError

HEADER = ",".join(COLUMNS)
SVC = "line,line_2d,SVC,5,1.0,0.0,1.0,C=100.0; gamma=0.1"
FORGED = "line,line_2d,SVC,5,0.5,0.0,1.0,C=100.0; gamma=0.1"
UNKNOWN = "line,line_2d,Oracle,5,1.0,0.0,1.0,"
POINTS = "0.0,0.1,-1\n0.1,0.0,-1\n1.0,0.9,1\n0.9,1.0,1\n"


def row(mean=0.9, sd=0.02, model="SVC", **settings):
    given = tuple((name, str(value)) for name, value in settings.items())
    return PublishedRow("line", "line_2d", model, 5, mean, sd, 0.9, Settings("line 2", given))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("QML_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "bowles2024"
    place.mkdir()
    (place / "published.csv").write_text(f"{HEADER}\n{SVC}\n")
    for part in ("train", "test"):
        (place / f"line_2d_{part}.csv").write_text(POINTS)
    return place


def test_welch_is_scipys_on_the_raw_scores():
    rng = np.random.default_rng(0)
    ours, theirs = rng.normal(0.9, 0.03, 20), rng.normal(0.88, 0.01, 5)
    expected = stats.ttest_ind(ours, theirs, equal_var=False)
    printed = Accuracy.printed(row(float(theirs.mean()), float(theirs.std())))
    p, low, high = welch(Accuracy.of(list(ours)), printed)
    interval = expected.confidence_interval(0.95)
    np.testing.assert_allclose(
        (p, low, high), (expected.pvalue, interval.low, interval.high), rtol=1e-9
    )


def test_printed_deviation_is_that_of_a_population():
    """The five scores that are printed for the circuit-centric model in ten dimensions."""
    scores = np.array([34, 33, 35, 41, 36]) / 60
    printed = Accuracy.printed(row(0.5967, 0.0464))
    assert printed.mean == pytest.approx(scores.mean(), abs=5e-5)
    assert printed.sd == pytest.approx(scores.std(ddof=1), abs=1e-4)


def test_holm_is_over_all_rows_that_welch_tests():
    """Holm's steps by hand: 4 x 0.005, 3 x 0.01, 2 x 0.03, 0.04 raised to the one before."""
    rows = [Compared(row(), test="Welch", p=p) for p in (0.01, 0.04, 0.03, 0.005)]
    fixed = compare(row(1.0, 0.0), [1.0], 60, True)
    found = judged([*rows, fixed])
    assert [one.p_holm for one in found[:4]] == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert [one.verdict for one in found] == ["differs", "agrees", "agrees", "differs", "agrees"]


@pytest.mark.parametrize(("rows_apart", "verdict"), [(0, "agrees"), (1, "agrees"), (2, "differs")])
def test_what_draws_nothing_is_held_to_one_test_row(rows_apart, verdict):
    printed = row(0.8167, 0.0)  # 49 of 60, as it is printed
    found = compare(printed, [(49 + rows_apart) / 60], 60, True)
    assert (found.test, found.verdict) == ("one test row", verdict)


def test_rows_without_any_spread_are_held_to_one_test_row():
    found = compare(row(1.0, 0.0), [1.0] * 5, 60, False)
    assert (found.test, found.verdict) == ("one test row, no spread", "agrees")
    assert compare(row(1.0, 0.0), [0.9] * 5, 60, False).verdict == "differs"


def test_one_side_without_spread_is_tested():
    found = compare(row(1.0, 0.0), [0.9, 0.92, 0.9, 0.91, 0.9], 60, False)
    assert found.test == "Welch"
    assert found.p == pytest.approx(stats.ttest_1samp([0.9, 0.92, 0.9, 0.91, 0.9], 1.0).pvalue)


def test_command_writes_the_rows(folder, capsys):
    assert command.main(["--jobs", "1", "--out", "here"]) == 0
    table = (folder.parent / "here" / "table.md").read_text("utf-8")
    assert "Made by `python -m benchmarks.bowles2024 --jobs 1 --out here`" in table
    assert "| line_2d | SVC | 1.0000 | 1.0000 ± 0.0000 (5) | +0.000 | one test row |" in table
    with (folder.parent / "here" / "table.csv").open() as file:
        [written] = csv.DictReader(file)
    assert (written["verdict"], written["ours_n"], written["printed_n"]) == ("agrees", "1", "5")
    assert "line_2d" in capsys.readouterr().out


def test_row_that_differs_is_said(folder, capsys):
    (folder / "published.csv").write_text(f"{HEADER}\n{FORGED}\n")
    assert command.main(["--jobs", "1", "--out", "here"]) == 0
    assert "differs: line_2d" in capsys.readouterr().out
    assert "| *differs* |" in (folder.parent / "here" / "table.md").read_text("utf-8")


def test_row_that_cannot_be_run_says_why(folder):
    bare = "line,line_2d,SVC,5,1.0,0.0,1.0,"
    (folder / "published.csv").write_text(f"{HEADER}\n{UNKNOWN}\n{bare}\n")
    assert command.main(["--jobs", "1", "--out", "here"]) == 0
    table = (folder.parent / "here" / "table.md").read_text("utf-8")
    assert "not run: no model of this name is known here" in table
    assert "not run: published.csv: line 3: no best hyper-parameters are printed" in table


def test_row_that_differs_is_repeated_with_other_seeds(folder, monkeypatch):
    forged = "line,line_2d,MLPClassifier,5,0.1,0.01,1.0,alpha=0.01"
    (folder / "published.csv").write_text(f"{HEADER}\n{forged}\n")
    monkeypatch.setattr(
        "benchmarks.bowles2024.running.fit",
        lambda task, split: Fit(0.8 + 0.01 * (task.seed % 3), 1.0),
    )
    assert command.main(["--jobs", "1", "--more-seeds", "20", "--out", "here"]) == 0
    with (folder.parent / "here" / "table.csv").open() as file:
        [written] = csv.DictReader(file)
    assert (written["ours_n"], written["first_n"], written["seconds"]) == ("20", "5", "25.0")
    assert written["verdict"] == "differs"


def test_scores_that_are_there_are_not_made_again(folder, monkeypatch):
    arguments = ["--jobs", "1", "--out", "here"]
    assert command.main(arguments) == 0
    monkeypatch.setattr("benchmarks.bowles2024.running.fit", lambda *_: pytest.fail("made again"))
    assert command.main(arguments) == 0


def test_scores_come_back_from_their_file(tmp_path):
    file, task = tmp_path / "scores.csv", Task(row(C=1.0), 3)
    Scores(file).add(task, Fit(0.85, 1.5))
    Scores(file).add(Task(row(C=1.0), 4), Fit(why="no memory"))
    assert Scores(file)[task] == Fit(0.85, 1.5)
    assert Task(row(C=1.0), 4) not in Scores(file)
    assert Task(row(C=2.0), 3) not in Scores(file)
    file.write_text("a,b\n")
    with pytest.raises(DataError, match="line 1 is no score"):
        Scores(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1 has to be family,data_set"),
        (f"{HEADER}\na,b\n", "line 2: 2 cells, the header has 8"),
        (f"{HEADER}\n{SVC.replace(',5,', ',five,')}\n", "line 2: n_seeds=five"),
        (f"{HEADER}\n{SVC.replace(',1.0,0.0', ',1.7,0.0')}\n", "test_accuracy_mean=1.7"),
        (f"{HEADER}\n{SVC.replace(',0.0,', ',nan,')}\n", "test_accuracy_sd=nan"),
        (f"{HEADER}\n{SVC.replace('gamma=', 'gamma')}\n", "'gamma0.1' is no hyper-parameter"),
    ],
)
def test_damaged_digest_is_one_line(folder, capsys, text, message):
    (folder / "published.csv").write_text(text)
    assert command.main(["--jobs", "1"]) == 1
    [told] = capsys.readouterr().err.splitlines()
    assert told.startswith("published.csv: line")
    assert message in told


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("", "no rows of features and a label"),
        ("0.1,x,1\n", "line 1: 'x' is no number"),
        ("0.1,nan,1\n", "line 1: a value is not finite"),
        ("0.1,0.2,0\n", "line 1: the label is 0, allowed: -1, 1"),
        ("0.1,0.2,1\n0.1,1\n", "line 2: 2 cells, line 1 has 3"),
        ("0.1,0.2,0.3,1\n", "2 features in the training file, 3 in the test file"),
    ],
)
def test_damaged_points_are_one_line(folder, points, message):
    (folder / "line_2d_test.csv").write_text(points)
    with pytest.raises(DataError, match="line_2d") as told:
        read_split(folder, "line_2d")
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_missing_folder_is_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("QML_DATA", str(tmp_path))
    assert command.main([]) == 1
    assert capsys.readouterr().err == f"QML_DATA={tmp_path} holds no folder bowles2024\n"
    monkeypatch.delenv("QML_DATA")
    assert command.main([]) == 1
    assert capsys.readouterr().err.startswith("QML_DATA is not set")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lines_2d"], "lines_2d: no lines_2d_train.csv (did you mean 'line_2d'?)"),
        (["--models", "SVM"], "models: SVM: no model of the digest (did you mean 'SVC'?)"),
        (["--seeds", "1"], "seeds: 1 leaves no spread to judge by, at least 2"),
        (["--jobs", "0"], "jobs: 0 processes, at least 1"),
    ],
)
def test_what_is_asked_for_wrongly_is_one_line(folder, capsys, arguments, message):
    assert command.main(arguments) == 2
    assert capsys.readouterr().err == message + "\n"


def test_settings_are_read_as_what_they_are():
    settings = row(C=1.0, repeats="5.0", sizes="(50, 10, 5)", which="half").settings
    assert (settings.real("C"), settings.whole("repeats")) == (1.0, 5)
    assert settings.widths("sizes") == (50, 10, 5)
    assert settings.one_of("which", "full", "half") == "half"
    for read, name, message in [
        (settings.real, "which", "which=half is no number"),
        (settings.widths, "which", "which=half are no whole numbers"),
        (settings.whole, "gamma", r"no hyper-parameter 'gamma' \(got C, repeats, sizes, which\)"),
    ]:
        with pytest.raises(DataError, match=f"line 2: {message}"):
            read(name)
    with pytest.raises(DataError, match="which=half, allowed: full"):
        settings.one_of("which", "full")


def test_digest_is_read_row_by_row(folder):
    [read] = read_digest(folder)
    assert read == PublishedRow(
        "line",
        "line_2d",
        "SVC",
        5,
        1.0,
        0.0,
        1.0,
        Settings("published.csv: line 2", (("C", "100.0"), ("gamma", "0.1"))),
    )
