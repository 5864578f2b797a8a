"""The report as a page: what it says, what it lets run, and that no text becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from experiments.commands import report as commands
from experiments.reporting.page import origin
from experiments.reporting.page.contents import contents_of
from experiments.reporting.page.document import document
from experiments.reporting.page.parts import Block, Cell, Chart, Contents, Head, Section, Table
from experiments.study import Run, Study

VALUES = {
    "name": "paged",
    "description": "Is it seen?",
    "datasets": [{"name": "moons", "n_samples": 40}],
    "models": ["qsvc", "svc", {"name": "random_forest", "n_estimators": 5}],
    "protocol": {"folds": 2, "repeats": 2, "seed": 1},
    "metrics": ["accuracy", "f1"],
    "controls": True,
}
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    '"><svg onload=alert(4)>',
    "' onmouseover='alert(5)",
    "javascript:alert(6)",
    "<!--<script>",
    "]]><b>",
    "&lt;b&gt;",
    "{{ 7 * 7 }}",
    "\x1b[2J\u202eevil",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("paged") / "run")


def page_of(*sections, **words):
    said = {"name": "n", "description": "d", "answer": "a", "state": "s", "made_by": "m", **words}
    return document(Contents(sections=sections, **said), "1.0")


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the text of its data."""

    def __init__(self, page):
        super().__init__()
        self.found, self.data, self._in_data = [], "", False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._in_data = dict(attrs).get("id") == "charts"

    def handle_endtag(self, tag):
        self._in_data = False

    def handle_data(self, data):
        self.data += data if self._in_data else ""


def test_the_page_answers_first_and_holds_every_part(run):
    said = contents_of(run.results(), "1.0")
    assert said.answer.startswith("The best quantum model against the best classical one: ")
    assert said.state == f"{len(run.results().fits)} of {len(run.results().fits)} cells are done."
    places = [section.place for section in said.sections]
    assert places == [
        *("scores", "verdicts", "controls", "costs", "confusion", "calibration"),
        *("data", "environment", "again", "cells"),
    ]
    page = document(said, "1.0")
    assert page.index("The best quantum model") < page.index('id="scores"')
    assert len(page) < 2_000_000


def test_numbers_are_those_of_the_table_and_lead_to_their_cells(run):
    said = contents_of(run.results(), "1.0")
    scores, cells = said.sections[0].tables[0], said.sections[-1].tables[0]
    table = run.table()
    for row, (_, expected) in zip(scores.rows, table.iterrows(), strict=True):
        assert row[2].text.startswith(f"{expected.accuracy:.3f} [{expected.accuracy_low:.3f}")
        dataset, model = row[2].cells.split(" | ")
        mine = [one for one in cells.rows if (one[1].text, one[2].text) == (dataset, model)]
        own = run.cells()
        assert len(mine) >= (own.model == model).sum() / 6
    assert len(cells.rows) == len(run.cells())


def test_confusions_count_every_answer_once(run):
    said = contents_of(run.results(), "1.0")
    [confusion] = [section for section in said.sections if section.place == "confusion"]
    for table in confusion.tables:
        assert sum(int(cell.text) for row in table.rows for cell in row[1:]) == 2 * 40


def test_a_run_under_way_and_one_without_anything_say_so(tmp_path):
    study = Study.from_dict(VALUES)
    run = study.run(jobs=1, out=tmp_path, part=(1, 50))
    said = contents_of(run.results(), "1.0")
    assert "have not run yet" in said.state
    assert "<script" in document(said, "1.0", refresh=10)
    assert 'http-equiv="refresh" content="10"' in document(said, "1.0", refresh=10)
    assert "refresh" not in document(said, "1.0")


def test_a_study_without_quantum_models_claims_nothing(tmp_path):
    values = {**VALUES, "models": ["svc", "dummy"], "controls": False}
    run = Study.from_dict(values).run(jobs=1, out=tmp_path)
    said = contents_of(run.results(), "1.0")
    assert said.answer.startswith("No quantum model was compared with a classical one")
    assert "circuits" not in [section.place for section in said.sections]


def test_failures_are_listed_with_their_reason(tmp_path):
    values = {**VALUES, "models": ["svc", {"name": "k_nearest_neighbours", "n_neighbors": 39}]}
    values["controls"] = False
    run = Study.from_dict(values).run(jobs=1, out=tmp_path)
    said = contents_of(run.results(), "1.0")
    [failures] = [section for section in said.sections if section.place == "failures"]
    assert failures.words == ("4 cells have no result.",)
    assert "n_neighbors" in failures.tables[0].rows[0][-1].text
    assert "4 failed" in said.state


def test_more_cells_than_a_page_lists_are_counted(run, monkeypatch):
    monkeypatch.setattr(origin, "MOST_CELLS", 5)
    said = contents_of(run.results(), "1.0")
    assert said.sections[-1].tables == ()
    assert "more than the 5 that a page lists" in said.sections[-1].words[0]


def test_scripts_run_by_their_hash_alone_and_nothing_is_asked_of_a_network(run):
    page = document(contents_of(run.results(), "1.0"), "1.0")
    elements = Elements(page).found
    [policy] = [a["content"] for tag, a in elements if a.get("http-equiv")]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-eval" not in policy
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 4
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    asked = [a[key] for _, a in elements for key in ("src", "href") if key in a]
    assert all(one.startswith(("#", "data:")) for one in asked)


@pytest.mark.reliability("S5", "N9")
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup_or_script(text):
    table = Table((Head(text), Head("b", True)), ((Cell(text, "better", text, text), Cell(text)),))
    chart = Chart(text, text, {"title": text, text: [text], "data": {"values": [{"model": text}]}})
    parts = ((text,), (chart,), (table,), (), (Block(text, text, True),))
    hostile = page_of(Section("a", text, *parts), name=text, description=text, answer=text)
    plain = hostile_as("x", parts)
    found, expected = Elements(hostile), Elements(plain)
    shape = [(tag, sorted(attrs)) for tag, attrs in found.found]
    assert shape == [(tag, sorted(attrs)) for tag, attrs in expected.found]
    inside = re.search(r'id="charts">(.*?)</script>', hostile, re.DOTALL)[1]
    assert not {"<", ">", "&"} & set(inside)
    assert json.loads(inside)["charts"]["a-1"]["title"]
    assert "\x1b" not in hostile
    assert "\u202e" not in hostile


def hostile_as(text, parts):
    table = Table((Head(text), Head("b", True)), ((Cell(text, "better", text, text), Cell(text)),))
    chart = Chart(text, text, {"title": text, "data": {"values": [{"model": text}]}})
    same = ((text,), (chart,), (table,), (), (Block(text, text, True),))
    return page_of(Section("a", text, *same), name=text, description=text, answer=text)


def test_the_command_writes_the_page_into_the_run_with_circuits(run, capsys):
    commands.report(str(run.folder))
    assert capsys.readouterr().out == f"Written: {run.folder / 'report.html'}\n"
    page = (run.folder / "report.html").read_text()
    assert "QSVC on moons" in page or "qsvc on moons" in page
    assert "┤" in page  # a gate as Qiskit draws it


def test_watching_ends_with_the_run(run, capsys):
    commands.watch(str(run.folder), every=1)
    assert capsys.readouterr().out.splitlines()[-1] == "The run is over."
    assert 'http-equiv="refresh"' not in (run.folder / "report.html").read_text()


def test_the_same_run_gives_the_same_page(run):
    pages = [document(contents_of(Run(run.folder).results(), "1.0"), "1.0") for _ in range(2)]
    assert pages[0] == pages[1]
