"""A zoo of hostile models: each is a row that says why, and costs no other model anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

import classical
from experiments.commands.cli import app
from experiments.registry import MODELS
from experiments.study import Run
from qml.errors import SpecError

# What each does in place of fitting, predicting or giving probabilities, how its cell ends, and a
# word of the reason. "self.good(X)" is what it would predict, "self.fair(X)" its probabilities.
FIT = {
    "raises": ("raise RuntimeError('a reason')", "failed", "RuntimeError: a reason"),
    "raises nothing known": ("raise Strange", "failed", "Strange"),
    "raises what is no Exception": ("raise Base('base')", "failed", "Base: base"),
    "exits": ("sys.exit(0)", "failed", "SystemExit: 0"),
    "exits with words": ("raise SystemExit('good bye')", "failed", "good bye"),
    "ends a generator": ("raise GeneratorExit", "failed", "GeneratorExit"),
    "stops an iteration": ("raise StopIteration", "failed", "StopIteration"),
    "says that it was interrupted": ("raise KeyboardInterrupt", "failed", "KeyboardInterrupt"),
    "asserts": ("assert False, 'never'", "failed", "never"),
    "has no memory": ("raise MemoryError('no room')", "out_of_memory", "no room"),
    "asks for no memory": ("np.empty((2**30, 2**18))", "out_of_memory", "allocate"),
    "never ends its call": ("self.fit(X, y)", "failed", "RecursionError"),
    "divides by zero": ("1 // 0", "failed", "ZeroDivisionError"),
    "misses a package": ("import nosuchpackage", "failed", "nosuchpackage"),
    "chains": ("raise KeyError('a') from ValueError('b')", "failed", "KeyError"),
    "groups": ("raise ExceptionGroup('many', [ValueError(1)])", "failed", "many"),
    "cannot say why": ("raise Silent", "failed", "Silent: (it cannot say what)"),
    "says too much": ("raise ValueError('x' * 10**7)", "failed", "xxxx ... xxxx"),
    "says it in colour": ("raise ValueError('\\x1b[31mred\\u202e')", "failed", "\\x1b[31mred"),
    "says several lines": ("raise ValueError('a\\n' * 50)", "failed", "ValueError: a a a"),
    "cannot be pickled": ("raise Unpicklable(lambda: 0)", "failed", "Unpicklable"),
    "warns as an error": ("warnings.simplefilter('error'); warnings.warn('w')", "failed", "w"),
    "hangs": ("time.sleep(60)", "timed_out", "not done after 3 s"),
    "is no longer there": ("os._exit(0)", "crashed", "every process that ran this cell"),
    "forgets to fit": ("return self", "failed", "NotFittedError"),
    "deletes itself": ("self.__dict__.clear(); return self", "failed", "AttributeError"),
}
PREDICT = {
    "raises later": ("raise RuntimeError('later')", "failed", "later"),
    "exits later": ("os.abort()", "crashed", "every process that ran this cell"),
    "says nothing": ("return None", "failed", "predict: got the shape ()"),
    "says too little": ("return self.good(X)[:-1]", "failed", "predict: got the shape"),
    "says twice as much": ("return np.repeat(self.good(X), 2)", "failed", "predict: got the shape"),
    "says one": ("return self.good(X)[0]", "failed", "predict: got the shape ()"),
    "says a square": ("return np.eye(len(X))", "failed", "predict: got the shape"),
    "says a ragged list": ("return [[0], [0, 1]]", "failed", "is no array"),
    "says a text": ("return 'yes'", "failed", "predict: got the shape ()"),
    "says NaN": ("return np.full(len(X), np.nan)", "failed", "predict: nan for row 0"),
    "says infinity": ("return np.full(len(X), np.inf)", "failed", "predict: inf for row 0"),
    "says another class": ("return np.full(len(X), 7)", "failed", "7 for row 0 is no class"),
    "says words": ("return np.full(len(X), 'a')", "failed", "a for row 0 is no class"),
    "says lists": ("return np.array([[0]] * len(X), object).tolist()", "done", ""),
    "says complex numbers": ("return self.good(X) + 1j", "failed", "is no class"),
    "says objects": ("return [object()] * len(X)", "failed", "is no class"),
    "says what cannot be hashed": ("return fill([{}] * len(X))", "failed", "is no class"),
    "says a generator": ("return (0 for _ in X)", "failed", "predict: got the shape ()"),
    "says what cannot be read": ("return Broken()", "failed", "is no array"),
    "says a date": ("return np.full(len(X), np.datetime64('2020'))", "failed", "is no class"),
    "says a series": ("return pd.Series(self.good(X))", "done", ""),
    "says truth": ("return self.good(X) == 1", "done", ""),
    "says floats": ("return self.good(X).astype(float)", "done", ""),
    "changes what it is given": ("X[:] = 0; return self.good(X)", "done", ""),
    "goes elsewhere": ("os.chdir('/'); return self.good(X)", "done", ""),
    "closes the streams": ("sys.stdout.close(); sys.stderr.close(); return self.good(X)",
                           "done", ""),
    "takes the streams": ("sys.stdout = None; return self.good(X)", "done", ""),
    "prints a book": ("print('x' * 1000); return self.good(X)", "done", ""),
    "takes the alarm": ("signal.alarm(0); return self.good(X)", "done", ""),
    "seeds everybody": ("np.random.seed(0); return self.good(X)", "done", ""),
    "minds every number": ("np.seterr(all='raise'); return self.good(X)", "done", ""),
    "warns a thousand times": ("[warnings.warn(str(i)) for i in range(1000)]; "
                               "return self.good(X)", "done", ""),
}  # fmt: skip
PROBA = {
    "raises last": ("raise RuntimeError('last')", "failed", "last"),
    "is unsure of itself": ("return self.fair(X) * np.nan", "failed", "predict_proba: NaN"),
    "is too sure": ("return self.fair(X) * 3", "failed", "allowed 0 to 1"),
    "is below zero": ("return self.fair(X) - 2", "failed", "allowed 0 to 1"),
    "leaves some out": ("return self.fair(X) / 2", "failed", "adds up to"),
    "knows one class": ("return self.fair(X)[:, :1]", "failed", "got the shape"),
    "knows three classes": ("return np.full((len(X), 3), 1 / 3)", "failed", "got the shape"),
    "knows fewer rows": ("return self.fair(X)[1:]", "failed", "got the shape"),
    "gives words": ("return [['a', 'b']] * len(X)", "failed", "are no numbers"),
    "gives nothing": ("return None", "failed", "predict_proba: got None"),
    "gives infinity": ("return np.full((len(X), 2), np.inf)", "failed", "allowed 0 to 1"),
    "gives complex numbers": ("return self.fair(X) + 0j", "failed", "are no numbers"),
}
WORKLOAD = {
    "raises, asked for its cost": ("raise RuntimeError('who knows')", "who knows"),
    "exits, asked for its cost": ("sys.exit(3)", "SystemExit: 3"),
    "says nothing, asked for its cost": ("return None", "workload: None is none"),
    "says a number, asked for its cost": ("return 3", "workload: 3 is none"),
    "never ends its call, asked for its cost": (
        "return self.workload(a, b, c, d)",
        "RecursionError",
    ),
}

SOURCE = '''"""A model that does what nobody expects."""
import os
import signal
import sys
import time
import warnings

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin

__all__ = ["{name}"]


class Strange(Exception):
    pass


class Base(BaseException):
    pass


class Silent(Exception):
    def __str__(self):
        raise ValueError


class Unpicklable(Exception):
    pass


class Broken:
    def __array__(self, *args, **kwargs):
        raise OSError

    def __repr__(self):
        raise OSError


def fill(values):
    answer = np.empty(len(values), object)
    answer[:] = values
    return answer


class {name}(ClassifierMixin, BaseEstimator):
    """A model that does what nobody expects."""

    def __init__(self, way: str = "", backend: str = "exact"):
        self.way, self.backend = way, backend

    def good(self, X):
        return np.zeros(len(X), int)

    def fair(self, X):
        return np.full((len(X), 2), 0.5)

    def fit(self, X, y):
{fit}
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        self.classes_
{predict}
        return self.good(X)

    def predict_proba(self, X):
{proba}
        return self.fair(X)
'''
COSTLY = """
    def workload(self, a, b, c, d):
{workload}
"""


def branches(ways):
    lines = (f"if self.way == {way!r}:\n    {says[0]}" for way, says in ways.items())
    return textwrap.indent("\n".join(lines), " " * 8)


@pytest.fixture
def zoo():
    """Two plug-ins, present for one test: every way to answer, and every way to foresee."""
    parts = {"fit": branches(FIT), "predict": branches(PREDICT), "proba": branches(PROBA)}
    source = SOURCE.replace(', backend: str = "exact"', "").replace(
        "self.way, self.backend = way, backend", "self.way = way"
    )
    files = {
        f"zoo_{os.getpid()}": source.format(name="Zoo", **parts),
        f"dear_{os.getpid()}": (SOURCE + COSTLY).format(
            name="Dear", workload=branches(WORKLOAD), **parts
        ),
    }
    places = [Path(classical.__file__).parent / f"{name}.py" for name in files]
    for place, text in zip(places, files.values(), strict=True):
        place.write_text(text)
    yield tuple(files)
    for place in places:
        place.unlink()


def study(models):
    return {
        "name": "zoo",
        "datasets": [{"name": "moons", "n_samples": 30}],
        "models": [*models, "svc"],
        "protocol": {"split": "hold_out", "repeats": 1, "limits": {"seconds": 3.0}},
        "metrics": ["accuracy", "log_loss"],
        "compare": "none",
    }


def typed(tmp_path, name, values):
    """Check and run a study; return what both said, and the run."""
    file, folder = tmp_path / f"{name}.yaml", str(tmp_path / name)
    file.write_text(yaml.safe_dump(values))
    asked = CliRunner().invoke(app, ["check", str(file), "--out", folder])
    told = CliRunner().invoke(app, ["run", str(file), "--out", folder, "--jobs", "2"])
    return asked, told, Run(folder)


def test_every_way_to_fail_is_a_row_and_the_run_goes_on(zoo, tmp_path, record_property):
    hostile, dear = zoo
    ways = {**FIT, **PREDICT, **PROBA}
    models = [
        {"name": hostile, "label": "zoo", "way": list(ways)},
        {"name": dear, "label": "dear", "way": list(WORKLOAD)},
    ]
    asked, told, run = typed(tmp_path, "hostile", study(models))
    cells = run.cells().set_index("model")
    unlike = {}
    for way, (_, status, words) in ways.items():
        row = cells.loc[f"zoo [way={way}]"]
        reason = row.get("error") if isinstance(row.get("error"), str) else ""
        right = row.status == status and words in reason and reason.isprintable()
        if not right or len(reason) > 600:
            unlike[way] = row.status, reason
    assert not unlike
    for way, (_, words) in WORKLOAD.items():
        assert cells.loc[f"dear [way={way}]", "status"] == "done"
        assert words in asked.stderr
    assert asked.exit_code == 0, asked.output

    *_, alone = typed(tmp_path, "alone", study([]))
    columns = ["status", "accuracy", "log_loss"]
    assert cells.loc["svc", columns].equals(alone.cells().set_index("model").loc["svc", columns])
    broken = (cells.status != "done").sum()
    assert told.exit_code == 3, told.output
    last = told.stderr.splitlines()[-1]
    assert last.startswith(f"{broken} of {len(cells)} cells have no result (")
    assert "Traceback" not in told.output
    assert "\x1b" not in told.stdout
    n = len(ways) + len(WORKLOAD)
    record_property("N4", f"{n} hostile models, {n} rows, the one beside them as if alone")
    record_property("R4", "2 of them end their process, 1 hangs")


pytestmark = [pytest.mark.reliability("R4", "N4"), pytest.mark.timeout(280)]


def test_alone_in_one_process_what_ends_it_is_a_row_the_third_time(zoo, tmp_path):
    file = tmp_path / "alone.yaml"
    ways = {"name": zoo[0], "label": "gone", "way": "is no longer there"}
    values = study([ways])
    del values["protocol"]["limits"]
    file.write_text(yaml.safe_dump(values))
    command = [sys.executable, "-m", "experiments", "run", file, "--out", tmp_path / "run"]
    command += ["--jobs", "1"]
    for _ in range(2):
        subprocess.run(command, capture_output=True, check=False)
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 3, told.stderr
    statuses = {fit.planned.model: fit.status for fit in Run(tmp_path / "run").results().fits}
    assert statuses == {"gone": "crashed", "svc": "done"}


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_says_how_much_is_saved(zoo, tmp_path, end):
    file = tmp_path / "slow.yaml"
    values = study([{"name": zoo[0], "label": "slow", "way": "hangs"}])
    values["models"].reverse()
    values["protocol"]["limits"]["seconds"] = 60.0
    file.write_text(yaml.safe_dump(values))
    command = [sys.executable, "-m", "experiments", "run", file, "--out", tmp_path / "run"]
    running = subprocess.Popen([*command, "--jobs", "2"], stderr=subprocess.PIPE, text=True)
    for _ in range(600):
        if [*(tmp_path / "run").glob("cells/*.json")]:
            break
        time.sleep(0.1)
    running.send_signal(end)
    _, told = running.communicate(timeout=30)
    assert "1 of 2 cells are saved; the same command goes on." in told
    assert running.returncode == (143 if end == signal.SIGTERM else 130)


def test_a_plug_in_that_cannot_be_imported_is_a_line(tmp_path):
    place = Path(classical.__file__).parent / f"broken_{os.getpid()}.py"
    place.write_text("def broken(:\n")
    try:
        with pytest.raises(SpecError, match=r"cannot be imported: SyntaxError"):
            MODELS.module(place.stem)
        place.write_text("raise RuntimeError('no')\n")
        with pytest.raises(SpecError, match=r"cannot be imported: RuntimeError: no"):
            MODELS.module(place.stem)
    finally:
        place.unlink()
