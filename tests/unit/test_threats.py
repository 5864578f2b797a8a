"""The table of what the workbench survives: every row has its tests, and says what they came to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tests.threats import BEGIN, END, THREATS, evidence, rewrite, table

ROOT = Path(__file__).parents[2]
MARK = re.compile(r"mark\.reliability\(([^)]*)\)")


@dataclass
class Report:
    """A test's report as pytest makes it."""

    user_properties: list[tuple[str, str]]


def test_every_row_has_a_test_and_every_test_names_a_row():
    named = {
        name
        for file in (ROOT / "tests").rglob("*.py")
        for marked in MARK.findall(file.read_text())
        for name in re.findall(r'"([A-Z]\d+)"', marked)
    }
    assert named == {threat.name for threat in THREATS}


def test_a_row_says_what_was_measured_and_what_failed(tmp_path):
    kills = Report([("threat", "R1"), ("R1", "20 kills")])
    both = Report([("threat", "R1"), ("threat", "N1"), ("N1", "9 trials")])
    lines = list(table(evidence([("passed", kills), ("failed", both)])))
    assert len(lines) == 2 + len(THREATS)
    [first] = [line for line in lines if line.startswith("| R1 |")]
    assert first.endswith("| 20 kills; tests: 1 passed, 1 **failed** |")
    [second] = [line for line in lines if line.startswith("| N1 |")]
    assert second.endswith("| 9 trials; tests: 1 **failed** |")
    [other] = [line for line in lines if line.startswith("| S1 |")]
    assert other.endswith("| no test was run |")
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    rewrite(page, ["new"])
    assert page.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_the_page_has_every_row():
    page = (ROOT / "docs" / "reliability.md").read_text().partition(BEGIN)[2].partition(END)[0]
    for threat in THREATS:
        [line] = [line for line in page.splitlines() if line.startswith(f"| {threat.name} |")]
        assert "failed" not in line
        assert "no test was run" not in line
