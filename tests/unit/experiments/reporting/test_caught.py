"""Warnings of other libraries are kept in cells, counted, and shown in a line and on the page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from experiments.reporting import caught
from experiments.reporting.page.contents import contents_of
from experiments.running import one_cell
from experiments.study import Study

VALUES = {
    "name": "warned",
    "datasets": [{"name": "moons", "n_samples": 40}],
    "models": [{"name": "mlp", "label": "short", "max_iter": 2}, "dummy"],
    "protocol": {"folds": 3, "repeats": 1},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("warned"))


def test_warnings_are_counted_by_text(run):
    [one] = caught.find(run.results())
    assert "Maximum iterations" in one.text
    assert (one.cells, one.models) == (3, ("short",))
    said = caught.in_short([one], Path("here"))
    assert "in 3 cells of short" in said
    assert "others" not in said
    assert caught.in_short([one] * 5, Path("here")).count("Maximum iterations") == 2
    assert "3 others" in caught.in_short([one] * 5, Path("here"))


def test_the_page_has_them_and_none_where_nothing_was_warned_of(run, tmp_path):
    section = next(
        one for one in contents_of(run.results(), "1").sections if one.place == "warnings"
    )
    assert section.tables[0].rows[0][2].text == "3"
    quiet = Study.from_dict(VALUES | {"models": ["dummy"]}).run(jobs=1, out=tmp_path)
    assert "warnings" not in {one.place for one in contents_of(quiet.results(), "1").sections}


def test_a_cell_that_fails_keeps_what_it_was_warned_of(monkeypatch, tmp_path):
    def unlucky(*_):
        import warnings

        for number in range(100):
            warnings.warn(f"it is the {number:03d}th time", stacklevel=1)
        raise RuntimeError("out of luck")

    monkeypatch.setattr(one_cell, "fit_and_predict", unlucky)
    run = Study.from_dict(VALUES).run(jobs=1, out=tmp_path)
    record = run.results().fits[0].stored.record
    assert record.status == "failed"
    assert record.warnings[0] == "it is the 000th time"
    assert record.warnings[-1] == "and 80 more"
    assert len(record.warnings) == 21


def test_the_screen_shows_a_count_and_no_warning_scattered(tmp_path):
    file = tmp_path / "study.yaml"
    file.write_text(yaml.safe_dump(VALUES))
    command = [sys.executable, "-m", "experiments", "run", file, "--out", tmp_path / "run"]
    told = subprocess.run([*command, "--jobs", "2"], capture_output=True, text=True, check=True)
    assert "Warnings were caught" in told.stdout
    assert "Warning" not in told.stderr


def test_a_warning_outside_of_cells_is_one_line_once(tmp_path):
    code = (
        "import warnings\n"
        "from experiments.commands.warned import tell_in_one_line\n"
        "tell_in_one_line()\n"
        "warnings.simplefilter('always')\n"
        "[warnings.warn('of\\nnothing \\x1b[31m') for _ in range(3)]\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stderr == "warning: of nothing \\x1b[31m\n"
