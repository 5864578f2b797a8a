"""Figures as files of a run: the picture, and its data as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from experiments.records import Figure, Panel, plain, pretty_json
from experiments.reporting.drawing import Format, drawn
from experiments.reporting.paper import SCREEN, Paper
from experiments.reporting.writer import save_csv, save_page, save_picture

__all__ = ["FOLDER", "write"]

FOLDER = "figures"


@dataclass(frozen=True)
class _Row:
    """One point as a line of CSV."""

    panel: str
    quantity: str
    line: str
    x: float | None
    y: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    around: str = ""
    printed_in: str = ""
    text: str = ""


def write(
    figures: Iterable[Figure], folder: Path, form: Format = "png", paper: Paper = SCREEN
) -> list[Path]:
    """Write figures and their data into the folder ``figures`` of a run.

    Parameters
    ----------
    figures : iterable of Figure
        Records to draw.
    folder : Path
        Folder of the run.
    form : {"png", "svg", "pdf"}, default="png"
        Format of the pictures.
    paper : Paper, default=SCREEN
        Width that the pictures have to have.

    Returns
    -------
    list of Path
        Pictures; beside each lie the ``.json`` of its record and a ``.csv``, a line a point.
    """
    pictures = []
    for figure in figures:
        (folder / FOLDER).mkdir(exist_ok=True)
        base = folder / FOLDER / figure.name
        save_page(base.with_suffix(".json"), pretty_json(plain(figure)))
        save_csv(base.with_suffix(".csv"), (asdict(row) for row in _rows(figure)))
        pictures.append(save_picture(base.with_suffix(f".{form}"), drawn(figure, form, paper)))
    return pictures


def _rows(figure: Figure) -> Iterator[_Row]:
    for panel in figure.panels:
        for line in panel.lines:
            points = zip(line.x, line.y, line.low, line.high, line.n, strict=True)
            for point in points:
                yield _Row(panel.title, panel.y.title, line.name, *point, line.around)
        yield from _printed(panel)


def _printed(panel: Panel) -> Iterator[_Row]:
    for one in panel.printed:
        where = panel.title, panel.y.title, one.line
        if one.text:
            yield _Row(*where, None, None, printed_in=one.source, text=one.text)
        for i, point in enumerate(zip(one.y, one.low, one.high, strict=True)):
            yield _Row(*where, one.x[i] if one.x else None, *point, printed_in=one.source)
