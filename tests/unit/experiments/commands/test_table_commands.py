"""Commands that print tables: formats, chosen columns, and what is not there, in one line."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from typer.testing import CliRunner

from experiments import Study
from experiments.commands.cli import app
from qml.errors import SpecError

STUDY = {
    "name": "printed",
    "datasets": [{"name": "linearly_separable", "n_samples": 40}],
    "models": [{"name": "qsvc", "feature_map": "angle", "label": "QSVC"}, "svc", "dummy"],
    "protocol": {"folds": 3, "repeats": 1},
    "metrics": ["accuracy", "f1"],
    "controls": True,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("printed") / "printed"
    Study.from_dict(STUDY).run(jobs=1, out=place)
    return str(place)


def typed(*arguments):
    return CliRunner().invoke(app, arguments)


@pytest.mark.parametrize("command", ["table", "verdicts", "controls"])
@pytest.mark.parametrize("form", ["csv", "markdown", "latex", "html", "json"])
def test_every_table_is_printed_alone(folder, command, form):
    result = typed(command, folder, "--format", form)
    assert result.exit_code == 0, result.exception
    assert "Written" not in result.stdout
    assert "QSVC" in result.stdout
    if form == "latex":
        label = "tab:printed" if command == "table" else f"tab:printed-{command}"
        assert rf"\label{{{label}}}" in result.stdout


def test_chosen_columns_are_those_and_a_metric_among_them_is_computed(folder):
    text = typed("table", folder, "--columns", "mcc, fit_s").stdout
    assert text.splitlines()[0].split() == ["data", "set", "model", "MCC", "fit", "[s]"]
    table = pd.read_csv(
        io.StringIO(typed("table", folder, "--format", "csv", "--columns", "f1").stdout)
    )
    assert list(table) == ["dataset", "model", "f1", "f1_low", "f1_high"]
    text = typed("verdicts", folder, "--columns", "judgement").stdout
    assert text.splitlines()[0].split() == ["data", "set", "model", "against", "verdict"]


def test_latex_has_siunitx_and_a_width_on_request(folder):
    plain = typed("table", folder, "--format", "latex").stdout
    narrow = typed("table", folder, "--format", "latex", "--width", "200").stdout
    assert "siunitx" not in plain
    assert plain.count(r"\begin{table}") < narrow.count(r"\begin{table}")
    aligned = typed("table", folder, "--format", "latex", "--siunitx").stdout
    assert "S[table-format=1.3(" in aligned


def test_a_workbook_has_a_sheet_a_table(folder):
    openpyxl = pytest.importorskip("openpyxl")
    content = typed("table", folder, "--format", "excel").stdout_bytes
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["scores", "verdicts", "controls"]
    assert book["verdicts"]["B2"].value == "QSVC"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["table", "--columns", "acuracy"], "no column 'acuracy' (did you mean 'accuracy'"),
        (["verdicts", "--format", "latx"], "did you mean 'latex'"),
        (["controls", "--format", "exel"], "did you mean 'excel'"),
        (["duel", "--format", "csv"], "differ in their optimizer alone"),
        (["table", "--siunitx"], "--siunitx: only for --format latex"),
    ],
)
def test_mistakes_are_named(folder, arguments, words):
    command, *options = arguments
    result = typed(command, folder, *options)
    assert isinstance(result.exception, SpecError)
    assert words in str(result.exception)
    assert not result.stdout


def test_controls_are_printed_as_their_report(folder, tmp_path):
    assert "A control is marked where" in typed("controls", folder).stdout
    plain = {**STUDY, "models": ["svc", "dummy"], "controls": False}
    Study.from_dict(plain).run(jobs=1, out=tmp_path / "plain")
    assert "controls: true" in str(typed("controls", str(tmp_path / "plain")).exception)
