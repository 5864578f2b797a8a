"""Files of data that are wrong: read all the same, or one line that names file and place."""

from __future__ import annotations

import signal
import sys
import time
import warnings

import numpy as np
import pytest
import yaml
from mutated_data import MUTATED

from experiments.commands import cli
from experiments.datasets.file import file
from qml.errors import DataError

pytestmark = pytest.mark.reliability("R11", "N10")

LONGEST_S = 5.0
MOST_LETTERS = 600


@pytest.fixture(autouse=True)
def patience():
    """Nothing hangs, a pipe that nobody writes to least of all."""

    def stop(*_):
        raise TimeoutError(f"not done after {LONGEST_S:g} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 12 * LONGEST_S)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


CASES = [pytest.param(*place, id=name) for name, place in MUTATED.items()]


def test_there_are_enough():
    assert len(MUTATED) >= 150


@pytest.mark.parametrize("name, make", CASES)
def test_a_file_that_is_wrong(name, make, tmp_path, record_property):
    place = tmp_path / name
    make(place)
    started_s = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            data = file(path=str(place))
    except DataError as error:
        line = str(error)
        assert "mine." in line
        assert len(line.splitlines()) == 1
        assert len(line) <= MOST_LETTERS
        assert line.isprintable()
        record_property("R11", "refused in one line")
    else:
        assert np.isfinite(np.asarray(data.X, dtype=float)).all()
        assert len(data.X) == len(data.y)
        assert all(isinstance(label, str | int | float) for label in data.y.tolist())
        assert data.sha256
        record_property("R11", "read")
    assert time.process_time() - started_s < LONGEST_S


@pytest.mark.parametrize("name, make", CASES)
@pytest.mark.filterwarnings("ignore")
def test_a_study_of_a_file_that_is_wrong(name, make, tmp_path, monkeypatch, capsys):
    place = tmp_path / name
    make(place)
    study = {
        "name": "bad",
        "datasets": [{"name": "file", "label": "mine", "path": str(place)}],
        "models": ["dummy"],
        "protocol": {"folds": 2, "repeats": 1},
    }
    (tmp_path / "study.yaml").write_text(yaml.safe_dump(study))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["qml", "check", "study.yaml"])
    code = 0
    try:
        cli.main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    errors = capsys.readouterr().err
    assert code in (0, 1, 2)
    if code:
        assert len(errors.splitlines()) == 1
        assert "mine" in errors
        assert len(errors) <= MOST_LETTERS


@pytest.mark.parametrize("path", ["a" * 5000 + ".csv", "a/" * 2500 + "b.csv"])
def test_a_path_that_is_too_long(path):
    with pytest.raises(DataError) as caught:
        file(path=path)
    assert len(str(caught.value)) <= MOST_LETTERS


@pytest.mark.parametrize("path", ["a\x00b.csv", "."])
def test_a_path_that_cannot_be(path):
    with pytest.raises(DataError) as caught:
        file(path=path)
    assert len(str(caught.value)) <= MOST_LETTERS


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    (tmp_path / "mine.csv").write_text("x,y\n1,a\n2,b\n")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(DataError, match=r"mine\.csv: cannot be read \(Permission denied\)"):
        file(path=str(tmp_path / "mine.csv"))
