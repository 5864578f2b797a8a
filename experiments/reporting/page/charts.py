"""Charts of a report in Vega-Lite's language: data first, then how they are shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from experiments.records import Axis, Figure, Line, Panel, Printed
from experiments.reporting.page.parts import Chart

__all__ = ["COLOURS", "Bin", "Point", "figure_charts", "forest", "reliability", "trade_off"]

Spec: TypeAlias = dict[str, Any]

COLOURS: Mapping[str, Sequence[str]] = {  # of Okabe and Ito, darker on paper, lighter on black
    "light": ["#0072b2", "#b04a00", "#00785a", "#a6447e", "#6b5b00", "#1b7fb5", "#555555"],
    "dark": ["#56b4e9", "#f0a050", "#2fd0a0", "#e6a0cc", "#f0e442", "#9ad0ff", "#bbbbbb"],
}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
_ROW = 22  # pixels of a model in a forest


@dataclass(frozen=True)
class Point:
    """A model's score, for charts that compare models.

    Parameters
    ----------
    model, kind : str
        Label of the row, and "quantum" or "classical".
    score, low, high : float
        Mean, and the ends of its interval; NaN where there are none.
    cost : float, default=nan
        Cost of a fold, whichever is shown.
    """

    model: str
    kind: str
    score: float
    low: float
    high: float
    cost: float = math.nan


@dataclass(frozen=True)
class Bin:
    """Answers of a model that it gave about the same probability.

    Parameters
    ----------
    model : str
        Label of the row.
    said : float
        Mean probability of the class that was called.
    right : float
        Share of the answers that are right.
    rows : int
        Number of the answers.
    """

    model: str
    said: float
    right: float
    rows: int


def forest(dataset: str, metric: str, points: Sequence[Point]) -> Chart | None:
    """Return scores with their intervals, a line a model; None where there is no score."""
    known = [point for point in points if not math.isnan(point.score)]
    if not known:
        return None
    order = [point.model for point in known]
    y = {"field": "model", "type": "nominal", "sort": order, "title": None}
    hint = _hints({"model": "model", metric: "score", "from": "low", "to": "high"})
    bars = {
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "rule", "strokeWidth": 2},
        "encoding": {"y": y, "x": _scored("low", metric), "x2": {"field": "high"}, "color": _KIND},
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 75},
        "encoding": {
            "y": y,
            "x": _scored("score", metric),
            "color": _KIND,
            "shape": {"field": "kind", "type": "nominal", "title": None},
            "tooltip": hint,
        },
    }
    spec = _spec([_plain(point) for point in known], layer=[bars, dots])
    spec["height"] = max(3, len(known)) * _ROW
    best = max(known, key=lambda point: point.score)
    words = f"{metric} of {len(known)} models on {dataset}; highest {best.model}, {best.score:.3f}"
    return Chart(dataset, words, spec)


def trade_off(
    dataset: str, metric: str, cost: str, points: Sequence[Point], models: Sequence[str]
) -> Chart | None:
    """Return scores against costs; None where fewer than two models have both.

    A model looks the same in every chart of a study, whose models are all named.
    """
    known = [p for p in points if not math.isnan(p.score) and p.cost > 0]
    if len(known) < 2:
        return None
    axes = {
        "x": {
            "field": "cost",
            "type": "quantitative",
            "title": cost,
            "scale": {"type": "log"},
            "axis": {"tickCount": 5, "format": "~s"},
        },
        "y": _scored("score", metric),
    }
    model = {
        "field": "model",
        "type": "nominal",
        "title": None,
        "scale": {"domain": list(models)},
        "legend": {"values": [point.model for point in known]},
    }
    dots = {
        "mark": {"type": "point", "filled": True, "size": 80},
        "encoding": {
            **axes,
            "color": model,
            "shape": model,
            "tooltip": _hints({"model": "model", metric: "score", cost: "cost"}),
        },
    }
    spec = _spec([_plain(point) for point in known], layer=[dots])
    spec["height"] = 260
    return Chart(dataset, f"{metric} against {cost} of {len(known)} models on {dataset}", spec)


def reliability(dataset: str, bins: Sequence[Bin]) -> Chart:
    """Return how often models are right that say so with a probability."""
    x = {
        "field": "said",
        "type": "quantitative",
        "title": "probability said of the class that is called",
        "scale": {"domain": [0, 1]},
    }
    y = {"field": "right", "type": "quantitative", "title": "share of these that are right"}
    ideal = {
        "data": {"values": [{"said": 0, "right": 0}, {"said": 1, "right": 1}]},
        "mark": {"type": "line", "strokeDash": [3, 3], "strokeWidth": 1},
        "encoding": {"x": x, "y": y},
    }
    model = {"field": "model", "type": "nominal", "title": None}
    courses = {
        "mark": {"type": "line", "point": {"size": 45}},
        "encoding": {
            "x": x,
            "y": y,
            "color": model,
            "strokeDash": model,
            "tooltip": _hints({"model": "model", "said": "said", "right": "right", "rows": "rows"}),
        },
    }
    spec = _spec([asdict(one) for one in bins], layer=[ideal, courses])
    spec["height"] = 260
    names = list(dict.fromkeys(one.model for one in bins))
    return Chart(dataset, f"Calibration of {', '.join(names)} on {dataset}", spec)


def figure_charts(figure: Figure) -> Iterator[Chart]:
    """Yield a chart for each panel of one of the study's figures."""
    for panel in figure.panels:
        title = " / ".join(filter(None, (figure.title, panel.title)))
        lines = ", ".join(line.name for line in panel.lines)
        words = f"{panel.y.label} over {figure.x.label}: {lines}"
        yield Chart(title, words, _lines(figure.x, panel))


def _lines(x: Axis, panel: Panel) -> Spec:
    where = {
        "field": "x",
        "type": "quantitative",
        "title": x.label,
        "scale": {"type": "log"} if x.log else {"zero": False},
    }
    value = {
        "field": "y",
        "type": "quantitative",
        "title": panel.y.label,
        "scale": {"type": "log"} if panel.y.log else {"zero": False},
    }
    several = len(panel.lines) > 1
    line: Spec = {"field": "line", "type": "nominal", "title": None}
    line |= {} if several else {"legend": None}
    bars = {
        "transform": [{"filter": "isValid(datum.low) && isValid(datum.high)"}],
        "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.6},
        "encoding": {
            "x": where,
            "y": {**value, "field": "low"},
            "y2": {"field": "high"},
            "color": line,
        },
    }
    courses = {
        "mark": {
            "type": "line",
            "interpolate": "step-after" if panel.lines[0].course else "linear",
            "point": False if panel.lines[0].course else {"size": 45},
        },
        "encoding": {
            "x": where,
            "y": value,
            "color": line,
            "strokeDash": line,
            "tooltip": _hints({"": "line", x.label: "x", panel.y.label: "y", "fits": "n"}),
        },
    }
    data = [row for each in panel.lines for row in _rows(each)]
    spec = _spec(data, layer=[bars, courses, *_printed(panel.printed, value)])
    spec["height"] = 260
    return spec


def _rows(line: Line) -> Iterator[Mapping[str, Any]]:
    for x, y, low, high, n in zip(line.x, line.y, line.low, line.high, line.n, strict=True):
        if math.isfinite(y):
            yield {"line": line.name, "x": x, "y": y, "low": low, "high": high, "n": n}


def _printed(printed: Sequence[Printed], value: Spec) -> Iterator[Spec]:
    """Yield what was printed elsewhere: values all along the axis as dashed lines."""
    found = [
        {"y": y, "source": f"{one.source}: {one.line}".rstrip(": ")}
        for one in printed
        if not one.x
        for y in (*one.y, *one.low, *one.high)
        if y is not None
    ]
    if found:
        yield {
            "data": {"values": found},
            "mark": {"type": "rule", "strokeDash": [6, 3], "strokeWidth": 1},
            "encoding": {"y": value, "tooltip": _hints({"printed in": "source", "value": "y"})},
        }


_KIND: Spec = {"field": "kind", "type": "nominal", "title": None}


def _scored(field: str, metric: str) -> Spec:
    axis = {"tickCount": 8}
    scale = {"zero": False}
    return {
        "field": field,
        "type": "quantitative",
        "title": metric,
        "scale": scale,
        "axis": axis,
    }


def _hints(fields: Mapping[str, str]) -> list[Spec]:
    return [{"field": field, "title": title or field} for title, field in fields.items()]


def _plain(point: Point) -> Spec:
    values = {name: getattr(point, name) for name in ("score", "low", "high", "cost")}
    shown = {k: None if math.isnan(v) else round(v, 6) for k, v in values.items()}
    return {"model": point.model, "kind": point.kind, **shown}


def _spec(values: Sequence[Mapping[str, Any]], **others: Any) -> Spec:
    return {
        "$schema": _SCHEMA,
        "data": {"values": list(values)},
        "width": "container",
        "autosize": {"type": "fit-x", "contains": "padding"},
        **others,
    }
