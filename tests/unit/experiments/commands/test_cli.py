"""The command line as a user meets it: what it prints and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

import classical

STUDY = {
    "name": "tiny",
    "datasets": [{"name": "ad_hoc", "n_samples": 24}],
    "models": [{"name": "qsvc"}, "dummy"],
    "protocol": {"folds": 3, "repeats": 1},
}


def qml(*arguments, cwd, **options):
    return subprocess.run(
        [sys.executable, "-m", "experiments", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        **options,
    )


@pytest.fixture
def typed(capsys, monkeypatch):
    """What is typed, run in this process: a process of its own takes seconds to import all."""
    from experiments.commands.cli import main

    def run(*arguments, cwd):
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(sys, "argv", ["qml", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return SimpleNamespace(
            returncode=ended.value.code or 0, stdout=printed.out, stderr=printed.err
        )

    return run


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("place")
    (folder / "tiny.yaml").write_text(yaml.safe_dump(STUDY))
    done = qml("run", "tiny.yaml", "--jobs", "1", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "Nadeau and Bengio" in done.stdout
    assert "Written into results/tiny: report.html, metrics.csv" in done.stdout
    assert len(done.stdout.splitlines()) < 25
    return folder


def test_second_run_has_nothing_to_do(place):
    before = {f: f.stat().st_mtime_ns for f in (place / "results/tiny/cells").iterdir()}
    done = qml("run", "tiny.yaml", cwd=place)
    assert done.returncode == 0
    assert before == {f: f.stat().st_mtime_ns for f in (place / "results/tiny/cells").iterdir()}


def test_check_counts_before_anything_runs(place, typed):
    done = typed("check", "tiny.yaml", "--set", "models[0].backend=exact:shots=10", cwd=place)
    assert done.returncode == 0
    assert "6 cells, 3 of them stored" in done.stdout
    # as if each fit were alone, and with one table for the folds' kernels
    assert f" {3 * (16 * 15 // 2 + 8 * 16) * 10:,} " in done.stdout
    assert f"{24 * 23 // 2:,} circuits and {24 * 23 // 2 * 10:,} shots" in done.stdout


def test_check_counts_kernels_that_learn_in_every_fit(place, typed):
    learns = "models[0].quantum_kernel={name: trainable, optimizer: {name: adam, maxiter: 1}}"
    options = ["models[0].feature_map=covariant", "models[0].backend=exact:shots=10", learns]
    options = [word for option in options for word in ("--set", option)]
    done = typed("check", "tiny.yaml", *options, cwd=place)
    assert done.returncode == 0, done.stderr
    pairs, shifts = 16 * 15 // 2, 2 * 2  # of the one weight, in both halves
    each = 2 * pairs * (1 + shifts) + pairs + 8 * 16
    assert f" {3 * each:,} " in done.stdout
    assert f"{3 * each:,} circuits" in done.stdout


def test_check_names_what_cannot_run(place, typed):
    done = typed(
        "check", "tiny.yaml", "--set", "models[0].feature_map={name: zz, reps: 0}", cwd=place
    )
    assert done.returncode == 2
    assert done.stderr.startswith("tiny.yaml:")
    assert "models[0].feature_map.reps" in done.stderr


def test_show_lists_cells_and_one_cell_is_json(place, typed):
    listed = typed("show", "tiny", cwd=place).stdout.splitlines()
    assert len(listed) == 6
    assert all("done" in line for line in listed)
    cell = json.loads(typed("show", "results/tiny", listed[0].split()[0], cwd=place).stdout)
    assert cell["record"]["status"] == "done"


@pytest.mark.parametrize(
    "kind, name",
    [
        ("models", "vqc"),
        ("datasets", "ad_hoc"),
        ("backends", "aer"),
        ("optimizers", "cobyla"),
        ("feature-maps", "zz"),
        ("kernels", "projected"),
        ("studies", "quickstart"),
        ("metrics", "f1"),
        ("ansatzes", "havlicek"),
        ("preprocessing", "pca"),
    ],
)
def test_list_names_each_with_a_line(place, typed, kind, name):
    done = typed("list", kind, cwd=place)
    assert any(line.split()[0] == name for line in done.stdout.splitlines())


def test_doctor_knows_versions_and_no_secret(place):
    done = qml(
        "doctor",
        cwd=place,
        env={**os.environ, "QISKIT_IBM_TOKEN": "canary-token-123456"},
    )
    assert "qiskit" in done.stdout
    assert "cores" in done.stdout
    assert "canary" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        (["run", "quickstrat"], 2, "unknown study 'quickstrat' (did you mean 'quickstart'?)"),
        (["check", "none.yaml"], 2, "none.yaml: cannot be read"),
        (["table", "results/none"], 1, "no run is stored here"),
        (["table", "tiny", "--format", "latx"], 2, "did you mean 'latex'"),
        (["table", "tiny", "--metric", "acuracy"], 2, "did you mean 'accuracy'"),
        (["show", "tiny", "ffffffffffff"], 1, "0 stored cells start with"),
        (["run", "tiny.yaml", "--set", "models[0].C=-1"], 2, "models[0].C"),
        (["run", "tiny.yaml", "--part", "3/2"], 2, "--part: '3/2' is no part"),
        (["run", "tiny.yaml", "--part", "a"], 2, "is no part"),
        (["verdicts", "results/none"], 1, "no run is stored here"),
        (["run", "tiny.yaml", "--backend", "exat"], 2, "did you mean 'exact'"),
        (
            ["run", "tiny.yaml", "--set", "name=other", "--out", "results/tiny"],
            1,
            "holds the study",
        ),
        (["check", "tiny.yaml", "--set", "datasets[0].n_samples=5"], 1, "class"),
    ],
)
def test_mistakes_are_one_line_without_a_traceback(place, typed, arguments, code, words):
    done = typed(*arguments, cwd=place)
    assert done.returncode == code
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout


def test_a_mistake_ends_the_process_with_its_code(place):
    done = qml("run", "quickstrat", cwd=place)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "unknown study 'quickstrat' (did you mean 'quickstart'?)\n"


@pytest.mark.parametrize("module", ["experiments", "qml_workbench"])
def test_version_is_the_librarys(tmp_path, module):
    import qml as library

    done = subprocess.run(
        [sys.executable, "-m", module, "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{library.__version__}\n"


@pytest.mark.parametrize(
    "words, completed",
    [
        ("qml ru", ["run", "runs"]),
        ("qml list op", ["optimizers"]),
        ("qml run --re", ["--retry-failed", "--rerun-stale"]),
        ("qml check kern", ["kernels"]),
        ("qml run my-study", []),  # the shell goes on with files
    ],
)
def test_bash_completes_commands_options_and_shipped_studies(tmp_path, words, completed):
    asked = {
        "_QML_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - 1),
    }
    code = "import sys; sys.argv[0] = 'qml'; from qml_workbench.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **asked},
    )
    assert done.stdout.split() == completed


def test_reader_that_goes_away_is_no_error(place):
    done = subprocess.run(
        f"{sys.executable} -m experiments table tiny --format csv | head -c 5",
        shell=True,
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr


@pytest.mark.reliability("N11")
def test_run_refuses_what_check_refuses_before_anything_runs(place, typed):
    wide = {**STUDY, "name": "wide", "models": ["svc", {"name": "qsvc", "backend": "exact"}]}
    wide["datasets"] = [{"name": "linearly_separable", "n_samples": 40, "n_features": 60}]
    (place / "wide.yaml").write_text(yaml.safe_dump(wide))
    done = typed("run", "wide.yaml", "--out", "wide", cwd=place)
    assert done.returncode == 2
    assert "cannot run: linearly_separable / qsvc: " in done.stderr
    assert "Nothing was run" in done.stderr
    assert not (place / "wide").exists()


@pytest.mark.reliability("N11")
def test_cells_without_a_result_have_an_exit_code_of_their_own_and_are_counted(place, typed):
    file = Path(classical.__file__).parent / f"breaks_{os.getpid()}.py"
    file.write_text(
        '"""Breaks."""\nfrom sklearn.dummy import DummyClassifier\n\n__all__ = ["Breaks"]\n\n\n'
        "class Breaks(DummyClassifier):\n    def fit(self, X, y):\n        raise ValueError\n"
    )
    try:
        broken = {**STUDY, "name": "broken", "models": ["dummy", file.stem]}
        (place / "broken.yaml").write_text(yaml.safe_dump(broken))
        done = typed("run", "broken.yaml", "--out", "broken", "--jobs", "1", cwd=place)
    finally:
        file.unlink()
    cells = len(list((place / "broken" / "cells").glob("*.json")))
    assert done.returncode == 3
    assert "dummy" in done.stdout
    counted = f"{cells // 2} of {cells} cells have no result ({cells // 2} failed)"
    assert counted in done.stderr.splitlines()[-1]


LONG = "a" * 5000
DEEP = f"/tmp/{'b/' * 3000}"


@pytest.mark.reliability("N10")
@pytest.mark.parametrize(
    "words, code",
    [
        (["check", LONG], 2),
        (["check", f"{LONG}.yaml"], 2),
        (["check", "quickstart", "--out", LONG], 1),
        (["run", "quickstart", "--out", LONG], 1),
        (["run", "quickstart", f"--{LONG}"], 2),
        *((words, 1) for name in (LONG, DEEP, f"{LONG}@2") for words in (["table", name],)),
        *(([name, LONG], 1) for name in ("status", "runs", "verify", "prune", "duel", "verdicts")),
        (["show", LONG, "1"], 1),
        (["jobs", "list", LONG], 1),
        (["calibration", LONG], 1),
        (["list", LONG], 2),
        *((["replay", name], 2) for name in (LONG, f"{LONG}.md", f"{DEEP}.md")),
        ([f"no\x1b[2Jcommand{LONG}"], 2),
    ],
    ids=lambda value: " ".join(value)[:18].replace("\x1b", "") if isinstance(value, list) else "",
)
def test_names_that_no_disk_can_hold_are_told_in_short_lines(tmp_path, typed, words, code):
    done = typed(*words, cwd=tmp_path)
    assert done.returncode == code
    assert not done.stdout
    told = done.stderr.splitlines()
    assert 1 <= len(told) <= 4  # the words of a wrong command come with its usage
    assert all(line.isprintable() and len(line) <= 500 for line in told)
    assert not list(tmp_path.iterdir())


def test_the_command_alone_is_its_whole_help(tmp_path, typed):
    asked, alone = typed("--help", cwd=tmp_path), typed(cwd=tmp_path)
    assert (asked.returncode, alone.returncode) == (0, 2)
    assert alone.stderr.split() == asked.stdout.split()
    assert "\\t" not in typed("list", cwd=tmp_path).stderr
