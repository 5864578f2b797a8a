"""Tables of LaTeX: compiled by pdflatex where it is installed, and read as they were printed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from test_writer import SCRIPTS, table_of

from experiments.reporting.latex import Layout, as_latex, escaped
from experiments.reporting.rendering import scores
from experiments.reporting.shown import Cell, Column, Note, Shown

QUICKSTART = Path(__file__).parents[4] / "results" / "reference" / "quickstart.csv"
LABELS = [
    *SCRIPTS, "=cmd()", "\\input{/etc/passwd}", "\\end{document}", "%", "a & b", "$x$", "#1",
    "a_b^c", "{", "}", "\\", "~", "|", "[x]", "*", "--", "''", "!`", '"a', "θ ≥ 2 µs", "é ß Ł",
    "漢字", "\x1b[2J", "k_nearest_neighbours_with_a_very_long_name_and_no_blank",
    "-1.5", "=1+1", "@SUM(A1)",
]  # fmt: skip


@pytest.fixture(scope="module")
def quickstart():
    table = pd.read_csv(QUICKSTART)
    table["problem"] = ""
    notes = (Note("† shown to be worse than a model in bold."),)
    shown = scores(table, ["accuracy", "f1"])
    columns = [one for one in shown.columns if one.name in ("accuracy", "f1")]
    for one in columns:
        cells = (replace(cell, best=i % 3 == 0, mark="†") for i, cell in enumerate(one.cells))
        shown = shown.with_columns([replace(one, cells=tuple(cells))])
    return replace(shown, title="Scores of quickstart.", study="quickstart", notes=notes)


@pytest.mark.parametrize("siunitx", [False, True])
def test_the_quickstart_table_stays_within_the_text(quickstart, pages, siunitx):
    printed = pages(as_latex(quickstart, Layout(siunitx)))
    assert not printed.too_wide
    assert "undefined" not in printed.log
    assert "too large" not in printed.log
    assert "Table 1: Scores of quickstart." in printed.text
    assert "Continued from Table 1." in printed.text
    assert ("0.944(78)" if siunitx else "0.944 [0.865, 1.000]") in printed.text
    for title in ("two-qubit", "shots", "predict", "gradient boosting"):
        assert title in printed.text


def test_a_column_of_a_journal_is_narrower_and_nothing_is_lost(quickstart):
    wide, narrow = as_latex(quickstart), as_latex(quickstart, Layout(width=246.0))
    assert wide.count(r"\begin{table}") < narrow.count(r"\begin{table}")
    for text in (wide, narrow):
        assert text.count("2,277,376") == 1
        assert "resizebox" not in text


@pytest.mark.reliability("N9")
def test_hostile_labels_are_printed_as_they_are(pages):
    """None is a command, ends a cell or a row; what the fonts have not is spelled."""
    shown = replace(table_of(LABELS), title="All & more_of \\them.", study="hostile")
    printed = pages(as_latex(shown), as_latex(replace(shown, name="other"), Layout(siunitx=True)))
    assert not printed.too_wide
    assert "passwd" not in re.sub(r"\s", "", printed.log)
    closed = re.sub(r"\s", "", printed.text)
    for word in ("alert(1)", "SUM(A1)", "cmd()", "documentclass", "漢"):
        assert (word in closed) == (word not in ("documentclass", "漢"))
    assert "All&moreofthem." in closed.replace("_", "").replace("\\", "").replace("“", "")
    assert printed.text.count(" 1\n") >= len(LABELS)


def test_every_letter_that_is_not_spelled_is_in_the_fonts(pages):
    """One by one over the planes of Latin, Greek and signs: none stops the printing."""
    letters = [
        chr(code) for code in (*range(33, 127), *range(161, 0x2300)) if chr(code).isprintable()
    ]
    kept = [one for one in letters if "textbackslash" not in escaped(one) or one == "\\"]
    printed = pages(
        as_latex(table_of([" ".join(kept[i : i + 12]) for i in range(0, len(kept), 12)]))
    )
    assert len(kept) > 250
    assert "Missing character" not in printed.log
    assert "⊗" in printed.text


def test_long_labels_may_break_behind_their_signs():
    labels = Column.of_texts("model", "model", ["logistic_regression (C=1)", "breast_cancer"])
    text = as_latex(Shown("scores", "", (labels, Column("n", "n", (Cell("1"), Cell("2")))), 1))
    assert r"logistic\_\allowbreak{}regression (C=1) & 1" in text
    assert r"breast\_cancer & 2" in text


def test_long_words_of_a_caption_break(quickstart, pages):
    shown = replace(quickstart, title=f"Scores of {'a_long_name_of_data' * 6} and others.")
    printed = pages(as_latex(shown.only(["accuracy"])))
    assert not printed.too_wide


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("50% & $x_1$", r"50\% \& \$x\_1\$"),
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("[x]", "{[}x]"),
        ("*", "{*}"),
        ("a--b", "a-{}-b"),
        ("漢", r"\textbackslash{}u6f22"),
        ("é", "é"),
        ("2²", r"2\ensuremath{^2}"),
    ],
)
def test_characters_are_escaped(text, latex):
    assert escaped(text) == latex


def test_a_table_says_what_it_needs_and_has_caption_and_label(quickstart):
    text = as_latex(quickstart)
    assert text.startswith(r"% \usepackage{booktabs,tabularx}" + "\n" + r"\begin{table}")
    assert r"\label{tab:quickstart}" in text
    assert r"\label{tab:quickstart-part2}" in text
    assert r"\textbf{1.000} [0.965, 1.000]\rlap{\textsuperscript{\ensuremath{\dagger}}}" in text
    assert "siunitx" in as_latex(quickstart, Layout(siunitx=True)).splitlines()[0]


def test_uncertainties_are_the_longer_side_of_an_interval():
    cells = (
        Cell("0.944", 0.944, 0.865, 1.0, "[0.865, 1.000]"),
        Cell("-0.50", -0.5, -0.6, -0.4, "[-0.6, -0.4]"),
        Cell("-"),
    )
    labels = Column.of_texts("model", "model", "abc")
    shown = Shown("scores", "", (labels, Column("accuracy", "accuracy", cells)), 1)
    text = as_latex(shown, Layout(siunitx=True))
    assert r"a & 0.944(79) \\" in text
    assert r"b & -0.50(10) \\" in text
    assert r"c & {--} \\" in text
    assert r"S[table-format=+1.3(2)]" in text
    assert "longer side" not in text.replace(r"\caption{In parentheses: the longer side", "")


def test_what_siunitx_cannot_read_keeps_a_plain_column():
    labels = Column.of_texts("model", "model", "ab")
    shares = Column("solved", "solved", (Cell("50%", 0.5), Cell("100%", 1.0)))
    text = as_latex(Shown("duel", "", (labels, shares), 1), Layout(siunitx=True))
    assert r"Xr@{}" in text
    assert r"a & 50\% \\" in text


def test_rows_that_do_not_fit_a_page_stand_in_tables_of_their_own(pages):
    groups = [f"data {i // 12}" for i in range(120)]
    columns = (
        Column.of_texts("dataset", "data set", groups),
        Column.of_texts("model", "model", [f"m{i}" for i in range(120)]),
        Column("accuracy", "accuracy", tuple(Cell("0.5", 0.5) for _ in range(120))),
    )
    shown = Shown("scores", "Many.", columns, 2, grouped=True, study="many")
    text = as_latex(shown)
    assert text.count(r"\begin{table}") == 4
    assert text.count(r"\textit{") == 10  # no data set is torn
    printed = pages(text)
    assert "too large" not in printed.log
    assert "m119" in printed.text
