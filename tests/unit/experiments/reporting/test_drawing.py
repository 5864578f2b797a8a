"""Figures as pictures: what is told apart without colour, what stands where, and nothing empty."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from experiments.records import Axis, Figure, Line, Panel, Printed
from experiments.reporting.drawing import FORMATS, drawn

STARTS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def line(name, x=(1.0, 2.0, 4.0), seed=0, **others):
    y = tuple(np.random.default_rng(seed).uniform(0.5, 0.9, len(x)).tolist())
    low, high = (tuple(v - 0.1 for v in y), tuple(v + 0.1 for v in y))
    return Line(name, x, y, low, high, (5,) * len(x), "95 % interval", **others)


def panel(title, n=3, **others):
    lines = tuple(line(f"model {number}", seed=number) for number in range(n))
    return Panel(title, Axis("accuracy"), lines, **others)


def figure(*panels):
    return Figure("own", "A title", Axis("strength", "dB"), panels)


def models(axes):
    return [own for own in axes.lines if own.get_label().startswith("model")]


@pytest.fixture
def canvas(monkeypatch):
    """Return a function that draws a record and gives the picture as it was when it was saved."""
    import matplotlib.figure

    save = matplotlib.figure.Figure.savefig
    seen = []
    monkeypatch.setattr(
        matplotlib.figure.Figure,
        "savefig",
        lambda self, *a, **k: (seen.append(self), save(self, *a, **k)),
    )

    def draw(record):
        drawn(record)
        return seen[-1]

    return draw


@pytest.mark.parametrize("form", FORMATS)
def test_one_record_gives_one_picture(form):
    record = figure(panel("a"))
    assert drawn(record, form).startswith(STARTS[form])
    assert drawn(record, form) == drawn(record, form)


@pytest.mark.parametrize("n_panels", [1, 2, 3, 4, 5, 10])
def test_every_panel_is_one_of_the_records_and_none_is_empty(canvas, n_panels):
    record = figure(*(panel(f"set {number}") for number in range(n_panels)))
    axes = canvas(record).axes
    assert [one.get_title() for one in axes] == [f"set {number}" for number in range(n_panels)]
    assert all(len(one.lines) >= 3 for one in axes)
    assert {one.get_xlabel() for one in axes} == {"strength [dB]"}


def test_lines_differ_without_colour_and_keep_their_look_in_every_panel(canvas):
    first, second = panel("a", n=12), panel("b", n=12)
    picture = canvas(figure(first, replace(second, lines=second.lines[5:])))
    looks = [
        {own.get_label(): (own.get_marker(), str(own._dash_pattern)) for own in models(axes)}
        for axes in picture.axes
    ]
    assert len(set(looks[0].values())) == 12
    assert all(looks[0][name] == look for name, look in looks[1].items())
    [legend] = picture.legends
    assert [text.get_text() for text in legend.get_texts()] == [f"model {i}" for i in range(12)]
    assert legend.get_title().get_text() == "around: 95 % interval"


def test_colours_are_told_apart_in_grey():
    from matplotlib.colors import to_rgb

    from experiments.reporting.paper import _COLOURS

    grey = sorted(np.dot(to_rgb(colour), [0.2126, 0.7152, 0.0722]) for colour in _COLOURS)
    assert grey[-1] < 0.72  # seen on white
    assert grey[-1] - grey[0] > 0.5


def test_bars_of_several_lines_stand_beside_each_other(canvas):
    [axes] = canvas(figure(panel("a"))).axes
    places = [own.get_xdata() for own in models(axes)]
    for one, other in itertools.combinations(places, 2):
        assert not np.isclose(one, other, rtol=1e-4).any()
    assert np.allclose(np.mean(places, axis=0), [1, 2, 4])


def test_a_course_is_a_stair_with_a_band(canvas):
    course = line("vqc", x=tuple(map(float, range(50))), course=True)
    record = replace(figure(Panel("a", Axis("loss"), (course,))), x=Axis("iterations", log=True))
    [axes] = canvas(record).axes
    assert axes.lines[0].get_drawstyle() == "steps-post"
    assert axes.lines[0].get_xdata().tolist() == list(range(50))
    assert len(axes.collections) == 1
    assert axes.get_xlim()[0] == 0  # a logarithmic axis with a place for none


def test_labels_with_dollars_are_texts(canvas):
    cost = line("cost in $ and $\\alpha$")
    assert drawn(figure(Panel("$x_", Axis("y"), (cost,))))


def test_what_was_printed_is_drawn_in_each_form(canvas):
    nothing = (None,)
    printed = (
        Printed("A", "model 0", (1.0,), (0.8,), nothing, nothing),
        Printed("B", "model 1", (2.0,), nothing, (0.6,), (0.7,)),
        Printed("C", "", (4.0,), nothing, (0.6,), nothing),
        Printed("D", "", (1.0, 2.0), (0.8, 0.9), nothing * 2, nothing * 2, joined=True),
        Printed("E", "", (), (0.55,), nothing, nothing),
        Printed("F", "", (), nothing, (0.5,), (0.6,)),
        Printed("G", "model 2", text="close to 100 %"),
    )
    [axes] = (picture := canvas(figure(panel("a", printed=printed)))).axes
    labels = [text.get_text() for text in picture.legends[0].get_texts()]
    assert set("ABCDEF") <= set(labels)
    assert axes.get_title() == "a\nmodel 2: “close to 100 %” (G)"
    by_label = {own.get_label(): own for own in axes.lines}
    assert by_label["A"].get_ydata()[0] == 0.8
    assert by_label["B"].get_ydata().tolist() == [0.6, 0.7]
    for look in ("color", "marker"):
        assert by_label["A"].properties()[look] == by_label["model 0"].properties()[look]
    assert by_label["C"].get_marker() != by_label["A"].get_marker()


def test_places_that_were_printed_are_marked_too(canvas):
    few = Printed("a paper", "model 0", (1.0, 8.0), (0.7, 0.8), (None,) * 2, (None,) * 2)
    [axes] = canvas(figure(panel("a", printed=(few,)))).axes
    assert axes.get_xticks().tolist() == [1.0, 2.0, 4.0, 8.0]
    many = replace(few, x=tuple(map(float, range(2, 21))), y=(0.7,) * 19)
    many = replace(many, low=(None,) * 19, high=(None,) * 19)
    [axes] = canvas(figure(panel("a", printed=(many,)))).axes
    ticks = axes.get_xticks()
    assert (ticks == ticks.round()).all()
    assert (ticks > 4).any()


def test_a_thousand_panels_fit_a_picture():
    from experiments.reporting.drawing import _grid
    from experiments.reporting.paper import SCREEN

    down, across = _grid([panel(str(number), n=1) for number in range(1000)], SCREEN)
    assert down * across >= 1000
    assert max(down, across) * 4.6 * 120 < 2**16
