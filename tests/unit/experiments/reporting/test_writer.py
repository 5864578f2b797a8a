"""Nothing that a user names does anything where it is shown, and nothing passes the writer by."""

from __future__ import annotations

import ast
import csv
import io
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from markdown_it import MarkdownIt
from source_files import sources

from experiments.reporting import writer
from experiments.reporting.shown import Cell, Column, Shown

ROOT = Path(__file__).parents[4]
PAST = {"Workbook", "print", "tabulate", "open"}
PAST_METHODS = {
    "echo", "print", "savefig", "secho", "to_csv", "to_excel", "to_html", "to_latex",
    "to_markdown", "to_string", "write_bytes", "write_text", "writelines",
}  # fmt: skip
SHOWING = [
    file
    for file in sources("experiments")
    if {"reporting", "commands", "health"} & set(file.parts)
    and file.stem not in ("writer", "workbook")
]

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'><iframe src=javascript:alert(1)>",
    "</td></tr></table><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>@import 'evil'</style>",
    "<!--", "-->", "<![CDATA[", "]]>", "<?php", "<%= 1 %>", "{{7*7}}", "${7*7}", "#{7*7}",
    "&lt;script&gt;", "&#60;script&#62;", "&#x3c;b&#x3e;", "\\u003cscript>", "%3Cscript%3E",
    "<math><mi//xlink:href='data:x,<script>'>", "<details open ontoggle=alert(1)>",
    "<body onload=alert(1)>", "<input autofocus onfocus=alert(1)>", "<base href=//evil>",
    "<meta http-equiv=refresh content=0>", "<object data=x>", "<embed src=x>", "<form action=x>",
    "<template><b>", "<noscript><p title='</noscript><img src=x>'>", "<xmp><b>", "<plaintext>",
    "javascript:alert(1)", "[x](javascript:alert(1))", "![x](http://evil/p.png)", "[x]: http://e",
    "`code`", "```", "**bold**", "__bold__", "a|b", "| a | b |", "# title", "- item", "> quote",
    "$\\input{/etc/passwd}$", "\\write18{ls}",
]  # fmt: skip


class Elements(HTMLParser):
    """The elements of a page and what is written between them."""

    def __init__(self):
        super().__init__()
        self.found, self.texts = [], []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))

    def handle_comment(self, data):
        self.found.append(("comment", data))

    def handle_decl(self, decl):
        self.found.append(("declaration", decl))

    unknown_decl = handle_decl

    def handle_pi(self, data):
        self.found.append(("instruction", data))

    def handle_data(self, data):
        self.texts.append(data)


def table_of(labels):
    """A table with labels in two columns and a number beside them."""
    columns = (
        Column.of_texts("model", "model", labels),
        Column.of_texts("problem", "problem", labels),
        Column("accuracy", "accuracy", tuple(Cell("1", 1.0) for _ in labels)),
    )
    return Shown("scores", "", columns, 1)


def elements(page):
    parsed = Elements()
    parsed.feed(page)
    parsed.close()
    return parsed


@pytest.mark.reliability("S5", "N9")
def test_scripts_are_texts_in_html_and_in_markdown(record_property):
    """No element, attribute, comment or declaration comes of them, and they are all there."""
    found = elements(writer.as_html(table_of(SCRIPTS)))
    assert found.found == elements(writer.as_html(table_of(["a"] * len(SCRIPTS)))).found
    cells = [cell for script in SCRIPTS for cell in (script, script, "1")]
    assert [one for one in found.texts if one.strip()] == ["model", "problem", "accuracy", *cells]
    page = writer.as_markdown(table_of(SCRIPTS))
    assert not elements(page).found
    for line in page.splitlines():
        assert len(re.findall(r"(?<!\\)\|", line)) == 4  # what ends a cell
    for script in SCRIPTS:
        assert not elements(writer.inline(script)).found
    record_property("S5", f"{len(SCRIPTS)} injections, 0 elements, attributes or cells of theirs")


@pytest.mark.reliability("N9")
def test_markdown_is_a_table_with_every_text_as_it_is():
    """Rendered by another's code: GitHub's tables, with what else it reads as markup."""
    labels = [*SCRIPTS, "~~a~~", "a\\|b", "&amp;", "![", "<http://e>", "*", "1. a"]
    shown = replace(table_of(labels), title="Scores of *all* of them.")
    rendering = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = rendering.parse(writer.as_markdown(shown))
    texts = [one for one in tokens if one.type == "inline"]
    kinds = {child.type for one in texts for child in one.children}
    assert kinds <= {"text", "text_special"}
    said = ["".join(child.content for child in one.children) for one in texts]
    cells = [cell for label in labels for cell in (label, label, "1")]
    assert said == ["model", "problem", "accuracy", *cells, shown.title]
    assert sum(one.type == "tr_open" for one in tokens) == 1 + len(labels)


def test_the_best_is_bold_and_marks_are_raised_where_a_page_can_show_it():
    cells = (Cell("0.9", 0.9, 0.8, 1.0, "[0.8, 1.0]", best=True), Cell("0.7", 0.7, mark="<"))
    shown = Shown("scores", "", (Column("accuracy", "accuracy", cells),), 0)
    page = MarkdownIt("commonmark").enable("table").render(writer.as_markdown(shown))
    assert "<strong>0.9</strong> [0.8, 1.0]" in page
    assert "0.7 &lt;" in page
    assert "<strong>0.9</strong> [0.8, 1.0]<" in writer.as_html(shown)
    assert "0.7<sup>&lt;</sup>" in writer.as_html(shown)


@pytest.mark.reliability("N9")
def test_markdown_marks_nothing_up_but_leaves_words_alone():
    assert writer.inline("logistic_regression [reps=2]") == "logistic_regression [reps=2]"
    assert writer.inline("a [depth=4]: b") == "a [depth=4]: b"
    assert writer.inline("[x]: http://e") == r"\[x]: http://e"  # else a link's definition
    assert writer.inline("_a_ `b` *c* [x](y)") == r"\_a\_ \`b\` \*c\* [x\](y)"
    assert writer.fenced("a\n````\nb") == "`````text\na\n````\nb\n`````"


@pytest.mark.reliability("S6", "N9")
@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x1b=1", "\u202e=1"),
        *('=HYPERLINK("x")', "=cmd|'/C'!A0", "-2+3+cmd|' /C calc'!A0"),
    ],
)
def test_no_text_is_a_formula_wherever_it_stands(text):
    [head, row] = csv.reader(io.StringIO(writer.as_csv([{text: text, "number": -1.5}])))
    assert head[1] == "number"
    assert row[1] == "-1.5"
    for cell in (head[0], row[0]):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
        assert cell.isprintable()


@pytest.mark.reliability("N9")
def test_a_terminal_gets_no_escape_codes(capsys):
    writer.say("a\x1b[2Jb\x07\u202ec\nnext")
    writer.say("\x1b]0;title\x07", error=True)
    told = capsys.readouterr()
    assert told.out == "a\\x1b[2Jb\\x07\\u202ec\nnext\n"
    assert told.err == "\\x1b]0;title\\x07\n"
    assert "\x1b" not in writer.as_text([["\x1b[31m"]], ["\x1b[0m"])


def test_columns_stand_under_their_titles():
    text = writer.as_text([["a", 1], ["long", 22]], ["model", "n"], ["model"])
    assert text.splitlines() == ["model      n", "-------  ---", "a          1", "long      22"]
    assert writer.as_text([["points", 3]]) == "points  3"
    assert writer.as_text([], ["model", "n"]).splitlines()[0].split() == ["model", "n"]


def test_a_label_with_dollars_is_no_mathematics(tmp_path):
    """``$\\frac{$`` ends the drawing with an error of the mathematics' own."""
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.loglog([1, 10], [1, 100], label=r"$\frac{$")
    axes.set_title("$\\nosuch$ \x1b")
    axes.legend()
    file = writer.save_figure(tmp_path / "figure.png", figure)
    assert file.read_bytes().startswith(b"\x89PNG")


def past(tree):
    """Yield what a module writes past the writer."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in PAST:
            yield called.id
        if isinstance(called, ast.Attribute):
            owner = called.value.attr if isinstance(called.value, ast.Attribute) else ""
            if called.attr in PAST_METHODS or (called.attr == "write" and owner == "stdout"):
                yield called.attr


@pytest.mark.reliability("N9")
@pytest.mark.parametrize("file", SHOWING, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_is_written_past_the_writer(file):
    assert not list(past(ast.parse(file.read_text())))


def test_what_is_written_past_the_writer_is_found():
    source = "print(x)\nfrom tabulate import tabulate\ntabulate(x)\nframe.to_csv()\n"
    source += "sys.stdout.write(x)\nfile.write_text(x)\nfigure.savefig(x)\n"
    assert len(list(past(ast.parse(source)))) == 6
    assert writer.as_csv(pd.DataFrame({"a": [1]})) == "a\n1\n"


def test_numbers_of_a_logarithmic_axis_are_mathematics_and_labels_are_not():
    from matplotlib.figure import Figure

    figure = Figure()
    axis = figure.subplots()
    axis.semilogy([1, 2, 3], [1e-4, 1.0, 1e4], label="$a_1$")
    axis.set_title("$x^2$")
    writer.picture(figure)
    ticks = [text for text in axis.get_yticklabels() if text.get_text()]
    assert ticks
    assert all(text.get_text().startswith(writer.OF_AXES) for text in ticks)
    assert all(text.get_parse_math() for text in ticks)
    assert not axis.title.get_parse_math()


def test_a_reader_that_goes_away_ends_nothing():
    """The command behind the pipe does its work, and its exit code says how that went."""
    code = (
        "from experiments.reporting.writer import say\n"
        "for _ in range(20000): say('a line of some length, again and again')\n"
        "say('done', error=True)\n"
        "raise SystemExit(3)\n"
    )
    run = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    run.stdout.readline()
    run.stdout.close()
    assert run.wait(timeout=60) == 3
    assert run.stderr is not None
    assert run.stderr.read() == "done\n"
    run.stderr.close()
