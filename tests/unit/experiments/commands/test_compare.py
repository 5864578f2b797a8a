"""`qml compare`: runs by their shortest names, text with a page, other formats alone."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from experiments import Study
from experiments.commands.cli import app
from qml.errors import SpecError

VALUES = {
    "name": "printed",
    "datasets": [{"name": "linearly_separable", "n_samples": 40}],
    "models": ["svc", {"name": "dummy", "label": "a <b> guess"}],
    "protocol": {"folds": 3, "repeats": 1},
}


def typed(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("runs")
    places = [root / "one" / "mine", root / "two" / "mine", root / "other"]
    Study.from_dict(VALUES).run(jobs=1, out=places[0])
    Study.from_dict(VALUES | {"models": ["dummy"]}).run(jobs=1, out=places[0])  # its second plan
    for place in places[1:]:
        changed = VALUES | {"models": [{"name": "dummy", "label": "svc"}]}
        Study.from_dict(changed).run(jobs=1, out=place)
    return places


def test_text_says_the_answer_and_writes_a_page(folders, tmp_path):
    mine, _, other = folders
    result = typed("compare", f"{mine}@1", other, "--out", tmp_path)
    assert result.exit_code == 0, result.exception
    assert result.stdout.startswith("other beside mine@1, the same models on the same splits, 1 ")
    assert "svc (other) is worse than svc (mine@1) on linearly_separable" in " ".join(
        result.stdout.split()
    )
    page = (tmp_path / "report.html").read_text()
    assert "a &lt;b&gt; guess (mine@1)" in page
    assert "<b>" not in page


def test_runs_of_one_name_are_told_apart_by_their_folders(folders, tmp_path):
    first, second, _ = folders
    result = typed("compare", f"{first}@1", second, "--format", "csv")
    assert f"svc ({second})" in result.stdout
    assert "Written" not in result.stdout


def test_what_cannot_be_compared_is_a_line(folders):
    result = typed("compare", folders[0])
    assert isinstance(result.exception, SpecError)
    result = typed("compare", folders[0], folders[1], "--format", "pdf")
    assert "pdf" in str(result.exception)
