"""A figure as a record that holds its data: whoever draws it knows nothing else."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Axis", "Figure", "Line", "Panel", "Printed"]

Numbers = tuple[float | None, ...]


@dataclass(frozen=True)
class Axis:
    """One axis of a figure.

    Parameters
    ----------
    title : str
        Words beside the axis.
    unit : str, default=""
        Unit of its numbers; empty where they have none.
    log : bool, default=False
        True for a logarithmic axis.
    """

    title: str
    unit: str = ""
    log: bool = False

    @property
    def label(self) -> str:
        """Its words, with the unit."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title


@dataclass(frozen=True)
class Line:
    """Points that belong together.

    Parameters
    ----------
    name : str
        Words of the legend.
    x, y : tuple of float
        Places and values.
    low, high : tuple of float or None
        Ends of what is drawn around each value; None where there is nothing.
    n : tuple of int
        Number of fits behind each point.
    around : str
        Meaning of `low` and `high`; empty where no point has them.
    course : bool, default=False
        True for a course that keeps each value until the next point.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: Numbers
    high: Numbers
    n: tuple[int, ...]
    around: str = ""
    course: bool = False


@dataclass(frozen=True)
class Printed:
    """What others printed, in the place where it belongs.

    Parameters
    ----------
    source : str
        Publication that printed it.
    line : str
        Name of the line that it is of; empty where it is of several.
    x : tuple of float, default=()
        Places; none for what holds all along the axis.
    y : tuple of float or None, default=()
        Numbers as printed; None for a range or a bound.
    low, high : tuple of float or None, default=()
        Ends of a range; one alone is a bound.
    text : str, default=""
        Words that were printed in place of a number.
    joined : bool, default=False
        True for the points of one curve.
    """

    source: str
    line: str
    x: tuple[float, ...] = ()
    y: Numbers = ()
    low: Numbers = ()
    high: Numbers = ()
    text: str = ""
    joined: bool = False


@dataclass(frozen=True)
class Panel:
    """One pair of axes.

    Parameters
    ----------
    title : str
        Words above the panel.
    y : Axis
        Axis of the values.
    lines : tuple of Line
        Lines with at least one point each.
    printed : tuple of Printed, default=()
        Values that others printed.
    """

    title: str
    y: Axis
    lines: tuple[Line, ...]
    printed: tuple[Printed, ...] = ()


@dataclass(frozen=True)
class Figure:
    """A figure with its data.

    Parameters
    ----------
    name : str
        Name of its files.
    title : str
        Words above all panels; empty for none.
    x : Axis
        Axis that all panels share.
    panels : tuple of Panel
        Panels with at least one line each.
    left_out : tuple of str, default=()
        Words on what has no value or no place on the axis.
    """

    name: str
    title: str
    x: Axis
    panels: tuple[Panel, ...]
    left_out: tuple[str, ...] = ()
