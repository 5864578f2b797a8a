"""Figures by name: each at every width, nothing cut off, struck through or without a word why."""

from __future__ import annotations

import itertools
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Text
from typer.testing import CliRunner

from experiments import Study
from experiments.commands.cli import app
from experiments.commands.figure import _room
from experiments.evaluation.ranks import over_datasets
from experiments.records import Declared
from experiments.reporting import critical_difference
from experiments.reporting.paper import SCREEN, paper_of
from qml.errors import SpecError

LONG = "a label of sixty letters with $dollars$ and _lines_ and <tags>"
VALUES = {
    "name": "drawn",
    "datasets": [
        {"name": "moons", "label": LONG, "n_samples": 40},
        {"name": "circles", "n_samples": 40},
        {"name": "spirals", "n_samples": 40},
    ],
    "models": [
        {"name": "qsvc", "label": f"{LONG} of a kernel", "feature_map": "zz"},
        {"name": "vqc", "label": "$\\nosuch$", "optimizer": {"name": "aqgd", "maxiter": 6}},
        {"name": "vqc", "label": "COBYLA", "optimizer": {"name": "cobyla", "maxiter": 30}},
        "svc",
        {"name": "dummy", "label": "=1+1"},
    ],
    "protocol": {"folds": 3, "repeats": 1},
    "compare": "all_pairs",
    "multiverse": {
        "choices": [{"name": LONG, "at": "protocol.seed", "values": [0, 1, 2]}],
    },
}
WIDTHS = [None, "column", "page", "60"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("drawn"))


def shown_texts(canvas):
    """Return the texts that are seen, with the box of each."""
    renderer = FigureCanvasAgg(canvas).get_renderer()
    canvas.draw_without_rendering()
    return [
        (text, text.get_window_extent(renderer))
        for text in canvas.findobj(Text)
        if text.get_visible() and text.get_text().strip() and text.get_figure() is not None
    ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", _room().names())
def test_every_figure_keeps_its_texts_on_the_paper(run, name, width):
    paper = paper_of(width)
    with mpl.rc_context({"text.parse_math": False, **paper.sizes}):
        drawn = list(_room().load(name)(run.results(), paper))
        assert drawn
        assert len({one.suffix for one in drawn}) == len(drawn)
        for one in drawn:
            assert one.canvas.axes or name == "circuits"
            assert all(axes.has_data() for axes in one.canvas.axes)
            if paper.width_in is not None and name != "circuits":
                assert one.canvas.get_figwidth() == pytest.approx(paper.width_in)
            if width == "60":
                continue  # so narrow that long labels have no room
            one.canvas.set_dpi(paper.dpi)
            renderer = FigureCanvasAgg(one.canvas).get_renderer()
            one.canvas.draw_without_rendering()
            used, (wide, high) = one.canvas.get_tightbbox(renderer), one.canvas.get_size_inches()
            assert used.x0 > -0.03, used
            assert used.y0 > -0.03, used
            assert used.x1 < wide + 0.03, (used, wide)
            assert used.y1 < high + 0.03, (used, high)


@pytest.mark.parametrize("k", [2, 3, 12, 30])
@pytest.mark.parametrize("width", ["column", "page"])
def test_no_name_of_a_critical_difference_diagram_is_struck_through(k, width):
    rng = np.random.default_rng(k)
    models = [f"model number {i} with a long name" for i in range(k)]
    cells = pd.DataFrame(
        [
            {"dataset": f"set {d}", "model": m, "repeat": 0, "fold": f, "status": "done",
             "control": "", "train_size": None, "n_train": 10, "n_test": 10,
             "accuracy": rng.uniform()}
            for d in range(8) for m in models for f in range(3)
        ]
    )  # fmt: skip
    families = {f"set {d}": f"set {d}" for d in range(8)}
    over = over_datasets(cells, "accuracy", families, Declared("all_pairs"), set())
    assert over is not None
    paper = paper_of(width)
    with mpl.rc_context(paper.sizes):
        canvas = critical_difference.canvas_of(over, paper)
        texts = [(text, box) for text, box in shown_texts(canvas) if "model" in text.get_text()]
        assert len(texts) == k
        for (_, one), (_, other) in itertools.combinations(texts, 2):
            assert not one.overlaps(other)
        [axes] = canvas.axes
        for line in axes.lines:
            for a, b in itertools.pairwise(axes.transData.transform(line.get_xydata())):
                points = np.linspace(a, b, 60)
                for text, box in texts:
                    inner = box.padded(-1.0)
                    assert not any(inner.contains(*point) for point in points), text.get_text()


def typed(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_names_are_listed_and_a_wrong_one_is_a_line(run):
    listed = typed("figure", run.folder).stdout
    assert all(name.replace("_", "-") in listed for name in _room().names())
    result = typed("figure", run.folder, "score")
    assert isinstance(result.exception, SpecError)
    assert "did you mean 'scores'" in str(result.exception)
    result = typed("figure", run.folder, "scores", "--width", "wide")
    assert "no width" in str(result.exception)
    result = typed("figure", run.folder, "scores", "--width", "5")
    assert "allowed are 50 to 500" in str(result.exception)


def test_a_figure_is_written_in_each_format(run):
    for form, start in (("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")):
        told = typed("figure", run.folder, "critical-differences", "--format", form, "--width",
                     "column")  # fmt: skip
        [line] = told.stdout.splitlines()
        assert Path(line.removeprefix("Written: ")).read_bytes().startswith(start)


def test_what_has_nothing_to_show_says_so(tmp_path):
    study = Study.from_dict({"name": "bare", "datasets": ["iris"], "models": ["dummy"],
                             "protocol": {"folds": 2, "repeats": 1}})  # fmt: skip
    run = study.run(jobs=1, out=tmp_path)
    for name in ("gram", "spectrum", "circuits", "duel-profiles", "specification",
                 "critical-differences", "decision-regions"):  # fmt: skip
        result = typed("figure", run.folder, name)
        assert "nothing to draw" in str(result.exception), name
    assert SCREEN.width_in is None
