"""Declared estimators: what a subclass may change, and how it is described."""

from __future__ import annotations

import inspect
from dataclasses import field

import pytest

from qml.classifiers.qsvc import QSVC
from qml.declared import Declared
from qml.docstrings import composed, sections


class Grouped(Declared):
    """A pair of numbers.

    Parameters
    ----------
    scale : float, default=1.0
        Factor of both numbers.

    Attributes
    ----------
    low_, high_ : int
        Bounds of what was seen.

    Notes
    -----
    Only of this class.
    """

    scale: float = 1.0
    low_: int = field(init=False)
    high_: int = field(init=False)


def test_default_that_is_overridden_without_its_annotation_is_refused():
    with pytest.raises(TypeError) as caught:
        type("My", (QSVC,), {"repair": "clip"})
    assert str(caught.value) == (
        "My.repair: a parameter without an annotation, expected 'repair: RepairMethod = ...'"
    )


def test_default_that_is_overridden_with_its_annotation_is_taken():
    class My(QSVC):
        repair: str = "clip"

    assert My().repair == "clip"


def test_attributes_that_are_described_together_are_described_once():
    assert sections(Grouped.__doc__)["Attributes"].count("low_, high_ : int") == 1
    assert composed("Mine.", [Grouped._written], {}).count("low_, high_ : int") == 1


def test_subclass_without_a_docstring_is_described_by_its_bases():
    class Doubled(Grouped):
        scale: float = 2.0

    found = sections(inspect.getdoc(Doubled))
    assert found[""] == "A pair of numbers."
    assert found["Parameters"].splitlines()[0] == "scale : float, default=2.0"
    assert "Attributes" in found
    assert "Notes" not in found
