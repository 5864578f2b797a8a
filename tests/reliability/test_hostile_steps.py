"""Preprocessing steps and data sets of somebody's that fail: one line before anything runs."""

from __future__ import annotations

import itertools
import os
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import experiments.datasets
import experiments.preprocessing
from experiments.commands.cli import app
from experiments.study import Study
from qml.errors import DataError, ResourceError

pytestmark = pytest.mark.reliability("N4", "N10")

NUMBERS = itertools.count()
FAILURES = {
    "raises": ("raise RuntimeError('a reason')", "RuntimeError: a reason"),
    "raises in colour": ("raise KeyError('\\x1b[31mred\\u202e')", "KeyError: "),
    "exits": ("raise SystemExit(0)", "SystemExit: 0"),
    "never ends its call": ("call = lambda: call(); call()", "RecursionError"),
    "says too much": ("raise TypeError('x' * 10**7)", "xxxx ... xxxx"),
    "cannot say why": ("raise type('Silent', (Exception,), {'__str__': 0})", "cannot say what"),
}
STEPS = {
    **FAILURES,
    "gives nothing": ("return None", "preprocessing gives None, expected rows of numbers"),
    "gives a text": ("return 'abc'", "preprocessing gives abc, expected rows of numbers"),
    "gives lists": ("return X.tolist()", "expected rows of numbers"),
    "gives three dimensions": ("return X[:, :, None]", "expected rows of numbers"),
}
DATA = {
    **FAILURES,
    "gives nothing": ("return None", "gives None, expected a Dataset"),
    "gives a number": ("return 3", "gives 3, expected a Dataset"),
}
STEP = '''"""A step that fails."""
from sklearn.base import BaseEstimator, TransformerMixin

__all__ = ["Hostile"]


class Hostile(TransformerMixin, BaseEstimator):
    def fit(self, X, y=None):
        return self

    def transform(self, X):
        {body}
'''
GENERATOR = '''"""A data set that fails."""
__all__ = ["hostile"]


def hostile(random_state: int = 0):
    {body}
'''


@pytest.fixture
def planted():
    """A function that makes a plug-in of a room, gone after the test."""
    files = []

    def plant(room, source, body):
        name = f"hostile_{os.getpid()}_{next(NUMBERS)}"  # no module is imported twice
        files.append(Path(room.__file__).parent / f"{name}.py")
        files[-1].write_text(source.format(body=body))
        return files[-1].stem

    yield plant
    for file in files:
        file.unlink()


def study(**dataset):
    return {
        "name": "hostile",
        "datasets": [dataset],
        "models": ["dummy"],
        "protocol": {"folds": 2, "repeats": 1},
    }


@pytest.mark.parametrize("body, words", STEPS.values(), ids=STEPS)
def test_a_step_that_fails_is_a_row_that_cannot_run(tmp_path, monkeypatch, planted, body, words):
    name = planted(experiments.preprocessing, STEP, body)
    monkeypatch.chdir(tmp_path)
    Path("s.yaml").write_text(
        yaml.safe_dump(study(name="moons", n_samples=24, preprocessing=[name]))
    )
    done = CliRunner().invoke(app, ["run", "s.yaml", "--out", "out", "--jobs", "1"])
    assert done.exit_code == 2
    assert done.exception is None or isinstance(done.exception, SystemExit)
    line = done.stderr.splitlines()[0]
    assert line.startswith("cannot run: moons / dummy: ")
    assert words in line
    assert line.isprintable()
    assert len(line) <= 600
    assert not Path("out").exists()


@pytest.mark.parametrize("body, words", DATA.values(), ids=DATA)
def test_a_data_set_that_fails_is_one_line(planted, body, words):
    name = planted(experiments.datasets, GENERATOR, body)
    with pytest.raises(DataError, match=f"^{name}: ") as told:
        Study.from_dict(study(name=name)).plan()
    assert words in str(told.value)
    assert len(str(told.value)) <= 500
    assert str(told.value).isprintable()


def test_a_data_set_without_room_is_no_data_error(planted):
    name = planted(experiments.datasets, GENERATOR, "raise MemoryError('no room')")
    with pytest.raises(ResourceError, match=f"^{name}: .*no room$"):
        Study.from_dict(study(name=name)).plan()


def test_a_data_set_that_is_stopped_stops(planted):
    name = planted(experiments.datasets, GENERATOR, "raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        Study.from_dict(study(name=name)).plan()
