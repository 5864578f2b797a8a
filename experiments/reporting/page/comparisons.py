"""What was compared in a run, as parts of its report."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from experiments.evaluation.comparison import Verdict
from experiments.evaluation.metrics import METRICS
from experiments.reporting import controls as of_controls
from experiments.reporting import duel_text, multiverse
from experiments.reporting import verdicts as of_verdicts
from experiments.reporting.duel import duels
from experiments.reporting.page.gathered import Gathered
from experiments.reporting.page.parts import (
    Block,
    Cell,
    Head,
    Picture,
    Section,
    Table,
    Tone,
    table_of,
)
from experiments.reporting.specification_figure import drawn
from experiments.running.results import Results

__all__ = ["controls", "duel", "readings", "verdicts"]

_SIGNS: dict[str, tuple[str, Tone]] = {
    "better": ("+", "better"),
    "worse": ("-", "worse"),
    "practically equal": ("=", "equal"),
    "undecided": ("?", ""),
}
_OPPOSITE = {"better": "worse", "worse": "better"}


def verdicts(gathered: Gathered) -> Section:
    """Return matrices of verdicts, and every comparison."""
    made, words, over = [], [], []
    for found in gathered.found:
        metric = METRICS[found.metric].title or found.metric
        words.append(
            f"By {metric}, row against column: + better, - worse, = practically equal, ? "
            f"undecided; blank where nothing was compared. Compared is {found.compared}, "
            f"{found.test}; at most 5 % of errors for all that is compared on a data set."
        )
        for dataset in dict.fromkeys(one.dataset for one in found.verdicts):
            mine = [one for one in found.verdicts if one.dataset == dataset]
            made.append(_matrix(dataset, mine, found))
        if found.over is not None:
            over += of_verdicts.over_text(found.over)
        made.append(_comparisons(found, metric))
    return Section("verdicts", "Verdicts", (*words, *over), (), tuple(made))


def _matrix(dataset: str, mine: Sequence[Verdict], found: of_verdicts.Found) -> Table:
    order = of_verdicts.order(mine)
    signs: dict[tuple[str, str], Cell] = {}
    for one in mine:
        hint = of_verdicts.sentence(one, found.metric)
        seen: str = one.judgement
        for pair in (one.pair, one.pair[::-1]):
            sign, tone = _SIGNS[seen]
            signs[pair] = Cell(sign, tone, hint)
            seen = _OPPOSITE.get(one.judgement, one.judgement)
    numbers = range(1, len(order) + 1)
    heads = (Head(f"± {mine[0].comparison.rope:.3f}", text=True), *(Head(str(n)) for n in numbers))
    rows = [
        (Cell(f"{n} {model}"), *(signs.get((model, other), Cell("")) for other in order))
        for n, model in zip(numbers, order, strict=True)
    ]
    return Table(heads, tuple(rows), dataset, matrix=True)


def _comparisons(found: of_verdicts.Found, metric: str) -> Table:
    texts = ("data set", "first", "second", "first is")
    heads = [*texts, f"difference of {metric} [95 %]", "p, adjusted", "would be shown"]
    rows = [
        (
            one.dataset,
            one.first,
            one.second,
            one.judgement,
            f"{one.comparison.difference:+.3f} "
            f"[{one.comparison.low:+.3f}, {one.comparison.high:+.3f}]",
            f"{one.p:.3f}" if one.p >= 0.001 else f"{one.p:.1e}",
            f"{one.comparison.visible:.3f}",
        )
        for one in found.verdicts
    ]
    caption = "The last column is the difference that would be shown four times in five."
    title = f"Every comparison by {metric}"
    return table_of(heads, rows, texts, title=title, caption=caption, filtered=True)


def controls(gathered: Gathered) -> Section:
    """Return quantum models beside their controls."""
    found = of_controls.find(gathered.results, gathered.cells)
    if not found:
        return Section("controls", "Controls")
    kinds = list(dict.fromkeys(kind for one in found for kind in one.controls))
    metric = METRICS[found[0].metric].title or found[0].metric
    heads = (Head("data set", True), Head("model", True), Head(metric), *map(Head, kinds))
    rows = []
    for one in found:
        row = [Cell(one.dataset), Cell(one.model), Cell(f"{one.score:.3f}")]
        for kind in kinds:
            if kind not in one.controls:
                row.append(Cell(""))
                continue
            sign, tone = _SIGNS[one.verdicts[kind].judgement]
            row.append(Cell(f"{one.controls[kind]:.3f} {sign}", tone))
        rows.append(tuple(row))
    words = (
        "What would explain a quantum model's result: the same model without entanglement, a "
        "classical kernel of the same spectrum or width, labels that are shuffled. A sign says how "
        "the model stands to its control: + better, = practically equal, - worse, ? undecided.",
        *(one.text() for one in found),
    )
    return Section("controls", "Controls", words, (), (Table(heads, tuple(rows)),))


def duel(gathered: Gathered) -> Section:
    """Return the duels of optimizers; empty where there are none."""
    blocks = tuple(Block(duel_text.render(one)) for one in duels(gathered.results))
    return Section("duel", "Optimizers at equal budgets", blocks=blocks)


def readings(results: Results) -> Section:
    """Return what the readings of a study came to; empty where it has none."""
    found = multiverse.find(results)
    if found is None:
        return Section("multiverse", "Readings")
    pictures = tuple(
        Picture(
            f"{curve.model} on {curve.dataset}",
            f"Scores of all readings of {curve.model} on {curve.dataset}, sorted, with the options "
            "that each of them chose",
            base64.b64encode(drawn(curve, found.multiverse.choices, "svg")).decode(),
        )
        for curve in found.curves
    )
    words = ("What would have come out, had the study been written otherwise.",)
    text = Block(multiverse.render(found))
    return Section("multiverse", "Readings", words, (), (), pictures, (text,))
