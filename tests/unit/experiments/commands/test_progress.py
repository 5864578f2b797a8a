"""What is seen of a run that is under way."""

from __future__ import annotations

import re
import sys

from experiments.commands import progress
from experiments.study import Study

VALUES = {
    "name": "seen",
    "datasets": [{"name": "moons", "n_samples": 40}],
    "models": ["svc", "dummy", {"name": "k_nearest_neighbours", "n_neighbors": 39}],
    "protocol": {"folds": 2, "repeats": 2, "seed": 1},
    "compare": "none",
}


def run(tmp_path, every, monkeypatch):
    monkeypatch.setattr(progress, "_EVERY_S", every)
    study = Study.from_dict(VALUES)
    return progress.run_with_progress(study, 1, tmp_path / "run", False, False)


def test_a_log_has_a_line_now_and_then_with_row_failures_and_the_best(
    tmp_path, monkeypatch, capsys
):
    run(tmp_path, 0.0, monkeypatch)
    first, *lines = capsys.readouterr().err.splitlines()
    assert first == "seen: 12 of 12 cells to run"
    assert len(lines) == 12
    pattern = (
        r"seen: \d+ of 12 cells; about \d+\.\d minutes left; (\d failed; )?last moons / \w+"
        r"(; highest accuracy so far: moons \w+ \d\.\d{3})?"
    )
    assert all(re.fullmatch(pattern, line) for line in lines), lines
    assert "4 failed" in lines[-1]
    assert "highest accuracy so far: moons svc" in lines[-1]
    assert all(int(line.split()[1]) == n for n, line in enumerate(lines, 1))


def test_between_two_lines_there_is_half_a_minute(tmp_path, monkeypatch, capsys):
    run(tmp_path, 30.0, monkeypatch)
    assert capsys.readouterr().err.splitlines() == ["seen: 12 of 12 cells to run"]


def test_a_large_run_is_not_read_for_a_line(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(progress, "_READ_FEW", 5)
    run(tmp_path, 0.0, monkeypatch)
    assert "so far" not in capsys.readouterr().err


def test_a_terminal_has_a_bar(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    run(tmp_path, 0.0, monkeypatch)
    told = capsys.readouterr().err
    assert "12/12" in told
    assert "cells to run" not in told


def test_a_run_that_is_whole_says_that_nothing_is_left(tmp_path, monkeypatch, capsys):
    run(tmp_path, 0.0, monkeypatch)
    capsys.readouterr()
    run(tmp_path, 0.0, monkeypatch)
    assert capsys.readouterr().err == "seen: 0 of 12 cells to run\n"
