"""Tables of verdicts, controls and duels beside those of scores: the numbers of their reports."""

from __future__ import annotations

import pytest

from experiments import Study
from experiments.reporting import controls, formats, report_tables, verdicts
from experiments.reporting.latex import Layout, as_latex

VALUES = {
    "name": "paper",
    "datasets": [
        {"name": "linearly_separable", "n_samples": 40, "label": "lines_1 & $2"},
        {"name": "moons", "n_samples": 40},
    ],
    "models": [
        {"name": "qsvc", "feature_map": "angle", "label": "QSVC"},
        {"name": "logistic_regression", "label": "LR"},
        {"name": "svc", "label": "=SVC|<b>"},
        "dummy",
    ],
    "protocol": {"folds": 3, "repeats": 2},
    "metrics": ["accuracy", "log_loss"],
    "compare": {"reference": "LR"},
    "controls": True,
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("paper") / "paper")


@pytest.fixture(scope="module")
def results(run):
    return run.results()


def column(shown, name):
    return next(one for one in shown.columns if one.name == name)


def test_scores_say_whose_they_are_and_what_stands_out(results):
    shown = report_tables.score_table(results, ["accuracy", "log_loss"])
    assert shown.study == "paper"
    assert shown.caption.startswith("Scores of paper. Means over 6 test folds")
    assert "corrected after Nadeau and Bengio" in shown.caption
    assert "Rows of data: lines_1 & $2 40, moons 40." in shown.caption
    assert "Of log loss the lowest is the best." in shown.caption
    assert any(cell.mark for cell in column(shown, "accuracy").cells)
    assert not any(cell.mark for cell in column(shown, "log_loss").cells)  # not what decides
    assert "bootstrap" in report_tables.score_table(results, ["accuracy"], "bootstrap").caption


def test_verdicts_are_those_of_the_report(run, results):
    [shown] = report_tables.verdict_tables(results)
    [found] = verdicts.find(results, run.cells())
    assert shown.n_rows == len(found.verdicts) > 0
    for i, v in enumerate(found.verdicts):
        assert column(shown, "difference").cells[i].value == v.comparison.difference
        assert column(shown, "p").cells[i].value == v.p
        assert column(shown, "judgement").cells[i].text == v.judgement
    assert list(shown.data.p) == [v.p for v in found.verdicts]


def test_controls_are_those_of_the_report(run, results):
    [shown] = report_tables.control_tables(results)
    found = controls.find(results, run.cells())
    for i, one in enumerate(found):
        for kind, score in one.controls.items():
            cell = column(shown, kind.replace(" ", "_")).cells[i]
            assert cell.value == score
            assert cell.mark == controls.MARKS[one.verdicts[kind].judgement]
    assert {"matched RBF", "dummy"} <= set(shown.data.control)
    assert "bandwidth" in shown.caption  # nothing was tuned


@pytest.mark.parametrize("form", formats.FORMATS)
def test_every_table_has_every_format(results, form):
    if form == "excel":
        pytest.importorskip("openpyxl")
    for tables in (report_tables.verdict_tables(results), report_tables.control_tables(results)):
        assert formats.rendered(tables, form, Layout(siunitx=True))


@pytest.mark.parametrize("siunitx", [False, True])
def test_every_table_is_printed_within_the_text(results, pages, siunitx):
    tables = [
        report_tables.score_table(results, ["accuracy", "log_loss"]),
        *report_tables.verdict_tables(results),
        *report_tables.control_tables(results),
    ]
    printed = pages(*(as_latex(shown, Layout(siunitx)) for shown in tables))
    assert not printed.too_wide
    assert "undefined" not in printed.log
    assert "multiply defined" not in printed.log
    for words in ("Scores of paper", "Verdicts of paper", "Controls of paper"):
        assert words in printed.text


def test_a_run_without_controls_or_duels_has_no_such_tables(tmp_path, results):
    changed = {"models": ["svc", "dummy"], "compare": "none", "controls": False}
    values = {**VALUES, **changed, "metrics": ["accuracy"]}
    other = Study.from_dict(values).run(jobs=1, out=tmp_path / "none").results()
    assert not report_tables.control_tables(other)
    assert not report_tables.verdict_tables(other)
    assert not report_tables.duel_tables(results)
    caption = report_tables.score_table(other, ["accuracy"]).caption
    assert "Bold" in caption
    assert "mark" not in caption


def test_where_less_is_better_the_caption_says_that_signs_are_turned(tmp_path):
    changed = {"models": ["logistic_regression", "dummy"], "compare": "all_pairs"}
    values = {**VALUES, **changed, "metrics": ["log_loss"], "controls": False}
    results = Study.from_dict(values).run(jobs=1, out=tmp_path / "loss").results()
    [shown] = report_tables.verdict_tables(results)
    assert "sign turned so that more is better" in shown.caption
    scores = report_tables.score_table(results, ["log_loss"])
    cells = column(scores, "log_loss").cells
    for first, second in (cells[:2], cells[2:]):
        assert (first.best, second.best) == (first.value < second.value, second.value < first.value)
