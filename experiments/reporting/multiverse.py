"""A multiverse as text and files: curves, shares of readings, and which choices matter."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.evaluation.metrics import METRICS
from experiments.records import Multiverse, plain, pretty_json
from experiments.reporting.above import Above, AboveAll, above, above_all
from experiments.reporting.specification_curve import SpecificationCurve, curves
from experiments.reporting.specification_figure import draw
from experiments.reporting.writer import as_text, save_csv, save_page
from experiments.running.results import Results

__all__ = ["MultiverseReport", "find", "render", "write"]

_FOLDER = "multiverse"


@dataclass(frozen=True)
class MultiverseReport:
    """What the readings of a study came to.

    Parameters
    ----------
    multiverse : Multiverse
        Choices and readings, as they stood in the plan.
    curves : tuple of SpecificationCurve
        Curves of the models, data set by data set.
    above : tuple of Above
        Comparisons of models, reading by reading.
    above_all : tuple of AboveAll
        Models beside all that they are compared with.
    """

    multiverse: Multiverse
    curves: tuple[SpecificationCurve, ...]
    above: tuple[Above, ...]
    above_all: tuple[AboveAll, ...]


def find(results: Results, metrics: Sequence[str] | None = None) -> MultiverseReport | None:
    """Return what the readings of a run came to; None for a study without readings.

    Parameters
    ----------
    results : Results
        Run as it was read.
    metrics : sequence of str or None, default=None
        Metrics; None is the study's first, and of each model those that were printed elsewhere.
    """
    multiverse = results.plan.multiverse
    if multiverse is None:
        return None
    found = curves(results, metrics)
    plan = results.plan
    pairs, orders = above(found, plan), above_all(found, plan)
    return MultiverseReport(multiverse, tuple(found), tuple(pairs), tuple(orders))


def render(found: MultiverseReport) -> str:
    """Return the report as text."""
    multiverse = found.multiverse
    drawn = (
        "all" if multiverse.sample is None else f"{multiverse.sample:,} (seed {multiverse.seed})"
    )
    parts = [
        f"Multiverse: {len(multiverse.choices)} choices, {drawn} of {multiverse.possible:,} "
        "readings. The study as it is written is in no share."
    ]
    parts += [_of_curve(curve, multiverse) for curve in found.curves]
    if found.above:
        parts.append(_of_pairs(found))
    return "\n\n".join(parts)


def _titled(metric: str) -> str:
    return METRICS[metric].title or metric


def _of_curve(curve: SpecificationCurve, multiverse: Multiverse) -> str:
    title = f"{curve.dataset} / {curve.model}, {_titled(curve.metric)}"
    return "\n".join(
        [title, *_lines(curve), *_choices(curve, multiverse), *_reach(curve, multiverse)]
    )


def _lines(curve: SpecificationCurve) -> Iterator[str]:
    done, n = curve.done, len(curve.readings)
    missing = sum(one.status == "missing" for one in curve.readings)
    for count, what in ((curve.failed, "without a score"), (missing, "not run yet")):
        if count:
            yield f"  {count} of {n} readings {what}"
    if not done:
        return
    scores = np.array([one.score for one in done], dtype=np.float64)
    lengths = [one.high - one.low for one in done if one.high is not None and one.low is not None]
    low, median, high = np.quantile(scores, [0.05, 0.5, 0.95])
    written = curve.written.score if curve.written is not None else None
    own = "" if written is None else f"; the study as written {written:.3f}"
    yield (
        f"  {len(done)} readings: {scores[0]:.3f} to {scores[-1]:.3f}, nine in ten {low:.3f} to "
        f"{high:.3f}, median {median:.3f}{own}"
    )
    yield (
        f"  standard deviation over readings {scores.std():.3f}; 95 % intervals over test rows are "
        f"± {np.median(lengths) / 2:.3f}"
    )
    if curve.published is not None:
        better = METRICS[curve.metric].higher_is_better
        yield (
            f"  {curve.reached} of {n} readings ({curve.reached / n:.1%}) reach "
            f"{curve.published:g} ({curve.source}): their interval over test rows "
            + ("ends no lower" if better else "begins no higher")
        )


def _choices(curve: SpecificationCurve, multiverse: Multiverse) -> Iterator[str]:
    """Yield a table of what each choice does to the score, the largest share first."""
    shares = curve.shares
    if shares is None:
        yield "  which choices matter: not known, too few readings or all scores equal"
        return
    rows = []
    for number, (choice, share) in enumerate(zip(multiverse.choices, shares.shares, strict=True)):
        means = _means(curve, number, len(choice.options))
        best = max(
            means, key=lambda k: means[k] if METRICS[curve.metric].higher_is_better else -means[k]
        )
        spread = max(means.values()) - min(means.values())
        alone = _interval(share.first, share.first_low, share.first_high)
        with_others = _interval(share.total, share.total_low, share.total_high)
        row = [f"  {choice.name}", alone, with_others, f"{spread:.3f}", choice.options[best].text]
        rows.append((-(share.total if share.total is not None else share.first), row))
    headers = ["  choice", "share alone", "with others", "means apart by", "best option"]
    lines = [row for _, row in sorted(rows, key=lambda row: row[0])]
    yield as_text(lines, headers, [headers[0], headers[-1]])
    if shares.predicted is not None:
        by_pairs = shares.predicted_by_pairs
        more = "" if by_pairs is None else f", in pairs {by_pairs:.0%}"
        yield (
            "  of the variance of a reading that is left out, choices one by one predict "
            f"{shares.predicted:.0%}{more}"
        )


def _reach(curve: SpecificationCurve, multiverse: Multiverse) -> Iterator[str]:
    """Yield a table of how many readings of each option reach the printed value."""
    if curve.published is None or not curve.done:
        return
    rows = []
    for number, choice in enumerate(multiverse.choices):
        for k, option in enumerate(choice.options):
            mine = [one for one in curve.done if one.options[number] == k]
            mean = f"{np.mean([one.score for one in mine]):.3f}" if mine else "-"
            reach = f"{np.mean([one.reaches is True for one in mine]):.0%}" if mine else "-"
            rows.append([f"  {choice.name}: {option.text}", len(mine), mean, reach])
    headers = ["  option", "readings", "mean", f"reach {curve.published:g}"]
    yield as_text(rows, headers, headers[:1])


def _means(curve: SpecificationCurve, choice: int, n_options: int) -> dict[int, float]:
    done = [(one.options[choice], one.score) for one in curve.done if one.score is not None]
    every = {k: [score for option, score in done if option == k] for k in range(n_options)}
    return {k: float(np.mean(scores)) for k, scores in every.items() if scores}


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" if low is None else f"{value:.2f} [{low:.2f}, {high:.2f}]"


def _of_pairs(found: MultiverseReport) -> str:
    rows = [
        [
            f"  {one.dataset}: {one.first} - {one.second}, {_titled(one.metric)}",
            one.readings,
            f"{one.above:.0%}",
            f"{one.equal:.0%}",
            f"{one.mean:+.3f}",
            f"{one.low:+.3f} to {one.high:+.3f}",
            "-" if math.isnan(one.effect) else f"{one.effect:+.2f}",
        ]
        for one in found.above
    ]
    headers = ["  first - second", "readings", "above", "equal", "mean", "nine in ten", "mean / sd"]
    table = as_text(rows, headers, headers[:1])
    orders = "".join(
        f"  {one.dataset}: {one.model} is above {'; '.join(one.others)} at once, "
        f"{_titled(one.metric)}, in {one.above:.1%} of {one.readings} readings\n"
        for one in found.above_all
    )
    return (
        f"Model by model\n{table}\n{orders}  Readings share one set of rows: these are shares of "
        "readings, no probabilities, and nothing is tested over them."
    )


def write(found: MultiverseReport, folder: Path) -> list[Path]:
    """Write ``readings.csv``, ``multiverse.json`` and a figure for each curve, and return them.

    Parameters
    ----------
    found : MultiverseReport
        Report of the run.
    folder : Path
        Folder of the run; the files are in ``multiverse/`` there.
    """
    place = folder / _FOLDER
    files = [
        save_csv(place / "readings.csv", _table(found)),
        save_page(place / "multiverse.json", pretty_json(plain(found))),
    ]
    for number, curve in enumerate(found.curves, 1):
        if curve.done:
            words = f"{number} {curve.dataset} {curve.model} {curve.metric}"
            name = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
            files.append(draw(curve, found.multiverse.choices, place / f"{name[:80]}.png"))
    return files


def _table(found: MultiverseReport) -> pd.DataFrame:
    """Return a row a reading, model and metric, with the options in words."""
    by_number = {one.number: one for one in found.multiverse.readings}
    return pd.DataFrame(
        [
            {
                "reading": one.number,
                **found.multiverse.words(by_number[one.number]),
                "dataset": curve.dataset,
                "model": curve.model,
                "metric": curve.metric,
                "status": one.status,
                "score": one.score,
                "low": one.low,
                "high": one.high,
                "published": curve.published,
                "reaches": one.reaches,
                "problem": one.problem,
            }
            for curve in found.curves
            for one in curve.readings
        ]
    )
