"""The replay of a page as a user meets it."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from experiments.commands.cli import main

STUDY = {
    "name": "tiny",
    "datasets": [{"name": "ad_hoc", "label": "ad hoc", "n_samples": 24}],
    "models": [{"name": "qsvc", "bandwidth": 1.0, "C": "hard"}, "dummy"],
    "protocol": {"folds": 3, "repeats": 1},
    "report": ["matrix_rank"],
}
BEFORE = "# A page\n\n## A reduced run\n\n```sh\nqml run tiny.yaml --set protocol.seed=2\n```\n\n"


@pytest.fixture
def typed(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(STUDY))

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["qml", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        code = ended.value.code or 0
        return SimpleNamespace(returncode=code, stdout=printed.out, stderr=printed.err)

    return run


def table(rows):
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def of_one(*row):
    return table([["data set", "model", "quantity", "value", "tolerance"], ["---"] * 5, row])


def write(rows="", before=BEFORE):
    file = Path("docs/replications/page.md")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(before + rows)
    return file


def test_what_print_prints_holds_and_another_value_has_moved(typed):
    """By the path or the bare name; the rank of two qubits' kernel is at most 16."""
    write()
    made = typed("replay", "page", "--print", "--jobs", "1")
    assert made.returncode == 0, made.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in made.stdout.splitlines()]
    assert ["ad hoc", "qsvc", "matrix_rank", "16", ""] in rows
    assert not [row for row in rows if row[1:3] == ["dummy", "matrix_rank"]]  # which has none
    kept = [row for row in rows if row[2] != "f1"]
    stated = table([*kept[:2], *([*row[:4], "0.0001"] for row in kept[2:])])

    held = typed("replay", str(write(stated)), "--jobs", "1")
    assert held.returncode == 0, held.stderr
    assert "moved" not in held.stdout.partition("0 of 3 numbers moved beyond")[0]
    assert Path("results/replay/page/cells").is_dir()

    write(stated.replace(" 16 |", " 15.5 |"))
    moved = typed("replay", "page", "--jobs", "1")
    assert moved.returncode == 4
    [line] = [line for line in moved.stdout.splitlines() if "15.5" in line]
    assert line.split()[-5:] == ["matrix_rank", "15.5", "16", "0.0001", "moved"]
    assert "1 of 3 numbers moved beyond their tolerance." in moved.stdout


def test_a_replay_goes_on_where_it_was_and_runs_again_what_other_code_made(typed, monkeypatch):
    write(of_one("ad hoc", "dummy", "accuracy", "0.5", "1"))

    def cells_after():
        assert typed("replay", "page", "--jobs", "1", "--out", "here").returncode == 0
        return {file.name: file.stat().st_mtime_ns for file in Path("here/cells").iterdir()}

    before = cells_after()
    assert before == cells_after()
    monkeypatch.setattr("experiments.running.resume.changes", lambda *_: ("qml.errors",))
    after = cells_after()
    assert all(after[name] > moment for name, moment in before.items())


def test_a_value_that_is_there_no_more_has_moved(typed):
    write(of_one("ad hoc", "dummy", "matrix_rank", "16", "100"))
    done = typed("replay", "page", "--jobs", "1")
    assert done.returncode == 4
    assert "1 of 1 numbers moved" in done.stdout


@pytest.mark.parametrize(
    "page, line",
    [
        ("pag", "PAGE: unknown page 'pag' (did you mean 'page'?)"),
        ("havlicek201", "PAGE: unknown page 'havlicek201' (did you mean 'havlicek2019'?)"),
        ("no.md", "no.md: cannot be read (No such file or directory)"),
    ],
)
def test_no_such_page_is_one_line(typed, page, line):
    write()
    done = typed("replay", page)
    assert (done.returncode, done.stderr.strip()) == (2, line)


def test_a_malformed_page_is_refused_before_anything_runs(typed):
    write(of_one("ad hoc", "dumy", "accuracy", "0.5", "1"))
    done = typed("replay", "page")
    assert done.returncode == 2
    assert done.stderr.startswith("page.md:11: the study has no model 'dumy'")
    assert not Path("results").exists()


def test_cells_without_a_result_end_with_3(typed):
    write(
        of_one("ad hoc", "dummy", "accuracy", "0.5", "1"),
        before=BEFORE.replace("protocol.seed=2", "models[0].bandwidth=0.0000001"),
    )
    done = typed("replay", "page", "--jobs", "1")
    assert done.returncode == 3
    assert "cells have no result" in done.stderr
