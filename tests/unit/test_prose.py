"""Docstrings that read: a description begins with a noun and stands without its neighbour."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from source_files import sources

ROOT = Path(__file__).parents[2]

PACKAGES = ["qml", "classical", "experiments", "qml_workbench"]

FRAGMENTS = frozenset(
    re.findall(
        r"\w+",
        """
    of in on for from to at by with without within under over after before between through until
    as like than since because if unless so then and or but not only also
    what which who whose whom where when whether how why
    this that these those such its their his her here there same likewise instead
    is are was be has may must can called see stop cut take none
    """,
    )
)
LEAST_WORDS = 3
RULE = (
    "a description begins with a noun and has three words or more, "
    'as in "Seed of the shots" for "Of the shots"; none of these begins one: '
    + ", ".join(sorted(FRAGMENTS))
)
UNDERLINE = re.compile(r"-{3,}")
DESCRIBED = ("Parameters", "Other Parameters", "Attributes")


def docstrings(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the name of everything that has a docstring, and the docstring."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "name", "module"), ast.get_docstring(node) or ""


def descriptions(docstring: str) -> Iterator[tuple[str, str, str]]:
    """Yield section, head and description of every entry of the numpydoc sections."""
    section, head, text = "", "", []
    lines = [*docstring.splitlines(), ""]
    for line, following in zip(lines, [*lines[1:], "---"], strict=True):
        if line[:1] not in ("", " "):  # a new head, or a section's title
            if head:
                yield section, head, " ".join(text)
            head, text = line, []
            if UNDERLINE.fullmatch(following.strip()):
                section, head = line, ""
            elif UNDERLINE.fullmatch(line) or not section:
                head = ""
        elif head and line.strip():
            text.append(line.strip())
    if head:
        yield section, head, " ".join(text)


def problems(docstring: str) -> Iterator[str]:
    for section, head, text in descriptions(docstring):
        words = text.split()
        described = section in DESCRIBED
        if not described and (section != "Returns" or not words):
            continue  # a type alone says what is returned
        first = words[0].strip(",.;:'").lower() if words else ""
        if first in FRAGMENTS or len(words) < LEAST_WORDS or words[0][:1] in "\"'0123456789":
            yield f"{section}, {head}: {text!r}"


@pytest.mark.parametrize("file", sources(*PACKAGES), ids=lambda file: str(file.relative_to(ROOT)))
def test_every_description_begins_with_a_noun_and_stands_alone(file):
    found = [f"{name}: {problem}" for name, text in docstrings(file) for problem in problems(text)]
    assert not found, f"{RULE}; {file.relative_to(ROOT)}:\n" + "\n".join(found)


BAD = """Return a number.

A paragraph
of two lines.

Parameters
----------
shots : int
    Of the measurement.
seed : int, default=0
    Seed.
bits : int
level : float
    Confidence of the interval,
    which is two-sided.

Returns
-------
ndarray of shape (n,)
low, high : float
    In the same order.

Raises
------
ValueError
    If it is wrong.
"""


def test_the_rule_sees_fragments_lone_words_and_nothing():
    assert list(problems(BAD)) == [
        "Parameters, shots : int: 'Of the measurement.'",
        "Parameters, seed : int, default=0: 'Seed.'",
        "Parameters, bits : int: ''",
        "Returns, low, high : float: 'In the same order.'",
    ]


def test_the_kinds_of_step_are_counted_right():
    from qml.engine import Kind

    assert len(Kind) == 10
    for page in ("docs/engine.md", "docs/design.md"):
        assert "ten kinds of step" in " ".join((ROOT / page).read_text().split())
