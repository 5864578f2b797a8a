"""What a line may show of texts from outside."""

from __future__ import annotations

import pytest

from qml.errors import DataError, SpecError, StoreError
from qml.texts import shortened, shown, visible


@pytest.mark.reliability("N10")
@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("plain Ä 漢字 μ", "plain Ä 漢字 μ"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("zero\u200bwidth\ufeff", "zero\\u200bwidth\\ufeff"),
        ("line\u2028feed\x85\r\n\t", "line\\u2028feed\\x85\\r\\n\\t"),
        ("half \ud800", "half \\ud800"),
    ],
)
def test_what_cannot_be_seen_is_spelled(text, spelled):
    assert visible(text) == spelled
    assert visible(text).isprintable()


def test_the_middle_of_a_long_text_is_left_out():
    assert shortened("abc", 3) == "abc"
    assert shortened("a" * 600 + "z" * 600, 100) == "a" * 47 + " ... " + "z" * 48


class Silent:
    """An object that cannot say what it is."""

    def __repr__(self):
        raise OSError("no")


def test_any_value_is_shown_on_one_line():
    assert shown("two\nlines") == "two lines"
    assert shown(Silent()) == "<Silent that cannot be shown: OSError>"
    deep: list = []
    for _ in range(100_000):
        deep = [deep]
    assert "RecursionError" in shown(deep)
    assert len(shown(list(range(10**5)))) == 60


@pytest.mark.reliability("N10")
@pytest.mark.parametrize("kind", [SpecError, DataError, StoreError])
def test_what_an_error_says_is_visible_short_and_few(kind):
    error = kind("a" * 900_000 + "\x1b[2J\u202e")
    assert len(str(error)) == 500
    assert str(error).isprintable()
    lines = str(kind("\n".join(f"problem {i}" for i in range(1000)))).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 980 more"
    assert str(SpecError("b\x07", "a\x07")) == "a\\x07: b\\x07"
