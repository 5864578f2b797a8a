"""The duel of optimizers in a run: found in the store, told in one table and one figure page."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.cells import canonical_json, component_names
from experiments.evaluation.duel import (
    Course,
    Problem,
    Standing,
    data_profile,
    gaps,
    mean_ranks,
    performance_profile,
    solved_after,
    standings,
)
from experiments.evaluation.metrics import Predictions, score
from experiments.evaluation.statistics import paired_test
from experiments.store import Store
from qml.durable import write_durably

__all__ = ["Duel", "draw", "duels", "render", "table", "verdicts", "write"]

SHARES = (0.01, 0.1, 1.0)
TOLERANCES = (0.1, 0.01)
ITERATIONS = 100  # at which paper B compared
_FEWEST_PROBLEMS = 3


@dataclass(frozen=True)
class Duel:
    """All problems on which the same optimizers met under the same conditions.

    Parameters
    ----------
    condition : str
        The backend.
    problems : list of Problem
        On which every contender has finished.
    n_planned : int
        Problems that the study asks for.
    measured : bool
        Whether the losses are as measured with shots, because no stages were kept; the lowest of
        many measured losses flatters.
    """

    condition: str
    problems: list[Problem]
    n_planned: int
    measured: bool

    @property
    def contenders(self) -> list[str]:
        """Their names, in the study's order."""
        return list(self.problems[0].courses)

    @property
    def families(self) -> list[str]:
        """Data sets and models, in the study's order."""
        return list(dict.fromkeys(problem.family for problem in self.problems))


def duels(store: Store) -> list[Duel]:
    """Return the duels of a run: models that differ in their optimizer alone, met on one split.

    Runs without such models have none, and so have runs with fewer than three finished problems.
    """
    by_condition: dict[tuple[str, tuple[str, ...]], list[_Family]] = {}
    for family in _families(store):
        contenders = tuple(dict.fromkeys(c for m in family.meetings.values() for c in m))
        if len(contenders) > 1:
            by_condition.setdefault((family.backend, contenders), []).append(family)
    found = []
    for (backend, contenders), families in by_condition.items():
        specs = [json.loads(text) for text in contenders]
        names = dict(zip(contenders, component_names(specs), strict=True))
        met = [
            _problem(family.title, seed, meeting, names)
            for family in families
            for seed, meeting in enumerate(family.meetings.values())
        ]
        problems = [problem for problem, _ in met if problem is not None]
        if len(problems) >= _FEWEST_PROBLEMS:
            found.append(Duel(backend, problems, len(met), any(noisy for _, noisy in met)))
    return found


@dataclass(frozen=True)
class _Family:
    """One model on one data set: by split, what each optimizer's cell holds."""

    title: str
    backend: str
    meetings: dict[tuple[int, int], dict[str, Any]]


def _families(store: Store) -> list[_Family]:
    groups: dict[str, _Family] = {}
    titles: dict[str, int] = {}
    for planned in store.read_plan()["cells"]:
        if planned.get("control") or planned.get("train_size") is not None:
            continue
        content = store.get(planned["key"])
        parameters = {} if content is None else dict(content["cell"]["model"]["parameters"])
        optimizer = parameters.pop("optimizer", None)
        if content is None or optimizer is None:
            continue
        if isinstance(optimizer, str):
            optimizer = {"name": optimizer}
        name = content["cell"]["model"]["name"]
        rest = canonical_json([content["cell"]["dataset"], name, parameters])
        if rest not in groups:
            label = planned["model"].split(" [")[0]
            # a label that names the optimizer is not the family's
            named = name if optimizer_in(label, optimizer) else label
            title = f"{planned['dataset']} / {named}"
            titles[title] = titles.get(title, 0) + 1
            numbered = title if titles[title] == 1 else f"{title} ({titles[title]})"
            groups[rest] = _Family(numbered, str(parameters.get("backend", "")), {})
        meeting = groups[rest].meetings.setdefault((planned["repeat"], planned["fold"]), {})
        meeting.setdefault(canonical_json(optimizer), content)
    return list(groups.values())


def optimizer_in(label: str, optimizer: dict[str, Any]) -> bool:
    """Whether a label holds the optimizer's name, as "VQC (AQGD)" does.

    >>> optimizer_in("VQC (AQGD)", {"name": "aqgd", "maxiter": 100})
    True
    """
    name = str(optimizer["name"])
    return name.replace("_", " ") in label.lower().replace("-", " ").replace("_", " ")


def _problem(
    family: str, seed: int, meeting: dict[str, Any], names: dict[str, str]
) -> tuple[Problem | None, bool]:
    """Return the problem if all contenders have a course, and whether its losses are measured."""
    if set(meeting) != set(names) or any(
        content["predictions"] is None or "trace" not in content["predictions"]
        for content in meeting.values()
    ):
        return None, False
    courses, measured = {}, False
    for text, name in names.items():
        courses[name], as_measured = _course(meeting[text])
        measured |= as_measured
    first = next(iter(meeting.values()))
    record, training = first["record"], first["cell"]["model"]["parameters"].get("training") or {}
    budget = {
        cost: float(max(course.spent[cost][-1] for course in courses.values()))
        for cost in ("circuits", "shots")
    }
    totals = [content["record"]["fit_s"] for content in meeting.values()]
    budget["seconds"] = float(np.median(totals))
    budget["steps"] = float(ITERATIONS)
    for cost in ("circuits", "shots"):
        budget[cost] = float(training.get(f"max_{cost}") or budget[cost])
    unit = record["n_train"] * (record["training_parameters"] + 1.0)
    return Problem(family, seed, unit, budget, courses), measured


def _course(content: dict[str, Any]) -> tuple[Course, bool]:
    predictions, record = content["predictions"], content["record"]
    trace, stages = predictions["trace"], predictions.get("stages", [])
    noisy = record["shots"] > 0
    if noisy and stages:  # the loss on ideal qubits of the best point so far, as measured
        spent = {cost: [stage[cost] for stage in stages] for cost in _STAGED}
        losses = [stage["loss"] for stage in stages]
    else:
        spent = {cost: trace[cost] for cost in _STAGED}
        losses = trace["losses"]

    def accuracy(predicted: list[Any]) -> float:
        value = score("accuracy", Predictions.stored({**predictions, "predicted": predicted}))
        return float("nan") if value is None else value

    staged = {
        "circuits": np.array([stage["circuits"] for stage in stages], dtype=float),
        "accuracy": np.array([accuracy(stage["predicted"]) for stage in stages], dtype=float),
    }
    arrays = {cost: np.asarray(values, dtype=float) for cost, values in spent.items()}
    course = Course(
        arrays, np.asarray(losses, dtype=float), staged, accuracy(predictions["predicted"])
    )
    return course, noisy and not stages


_STAGED = ("circuits", "shots", "seconds", "steps")


def table(duel: Duel) -> pd.DataFrame:
    """Return one row an optimizer, by mean rank at the full budget of circuits.

    Ranks of the loss at shares of the budget in circuits, in shots where there are any, in seconds
    (the median of the contenders' fits), and at equal iterations; the median share of what could be
    gained that is still missing; shares of problems solved to 10 % and to 1 %, and the median
    circuits and seconds to 10 %; mean test accuracy; the adjusted p against the leader.
    """
    problems, names = duel.problems, duel.contenders
    at: dict[str, list[Standing]] = {
        f"rank_{share:g}": standings(problems, share) for share in SHARES
    }
    if any(problem.budget["shots"] for problem in problems):
        at["rank_shots"] = standings(problems, 1.0, "shots")
    at["rank_seconds"] = standings(problems, 1.0, "seconds")
    at["rank_iterations"] = standings(problems, 1.0, "steps")
    places = {key: {s.contender: s for s in ordered} for key, ordered in at.items()}
    spent = {tolerance: solved_after(problems, tolerance) for tolerance in TOLERANCES}
    seconds = solved_after(problems, 0.1, "seconds")
    rows = []
    for standing in at["rank_1"]:
        column = names.index(standing.contender)
        row: dict[str, Any] = {"optimizer": standing.contender}
        row |= {key: placed[standing.contender].rank for key, placed in places.items()}
        row["gap"], row["wins"] = standing.gap, standing.wins
        for tolerance, costs in spent.items():
            row[f"solved_{tolerance:g}"] = float(np.isfinite(costs[:, column]).mean())
        row["circuits_0.1"] = float(np.median(spent[0.1][:, column]))
        row["seconds_0.1"] = float(np.median(seconds[:, column]))
        course = [problem.courses[standing.contender] for problem in problems]
        row["accuracy"] = float(np.mean([each.accuracy for each in course]))
        row["p"] = standing.p
        rows.append(row)
    return pd.DataFrame(rows)


_TITLES = {
    "rank_0.01": "rank at 1 %",
    "rank_0.1": "10 %",
    "rank_1": "100 %",
    "rank_shots": "shots",
    "rank_seconds": "seconds",
    "rank_iterations": f"{ITERATIONS} iter.",
    "gap": "gap",
    "solved_0.1": "to 10 %",
    "solved_0.01": "to 1 %",
    "circuits_0.1": "circuits",
    "seconds_0.1": "time [s]",
    "accuracy": "accuracy",
    "p": "p (Holm)",
}


def render(duel: Duel) -> str:
    """Return the duel as text: what was compared, the table, and who wins."""
    from tabulate import tabulate

    found = table(duel)
    known = [key for key in _TITLES if key in found]
    parts = []
    for columns in (
        [key for key in known if key.startswith("rank") or key in ("gap", "p")],
        [key for key in known if not key.startswith("rank") and key not in ("gap", "p")],
    ):
        lines = [
            [row["optimizer"], *(_cell(key, row[key]) for key in columns)]
            for _, row in found.iterrows()
        ]
        headers = ["optimizer", *(_TITLES[key] for key in columns)]
        align = ["left", *["right"] * len(columns)]
        parts.append(tabulate(lines, headers=headers, colalign=align, disable_numparse=True))
    text = "\n\n".join(parts)
    title = f"Optimizers on {duel.condition}"
    count = len(duel.problems)
    incomplete = duel.n_planned - count
    told = f"{count} problems ({', '.join(duel.families)}), on each the same start and fold" + (
        f"; {incomplete} more are not finished by all" if incomplete else ""
    )
    notes = (
        "Mean rank of the loss at shares of the budget in circuits (a gradient counts the circuits "
        "of its\nshifts), at equal seconds, and after as many iterations, which are no equal "
        "budget (fewer where\nthe circuits were spent before). Gap: median share of the possible "
        "gain still missing at the full\nbudget. To 10 % and 1 %: problems solved to that gap; "
        "circuits and time: medians to 10 %.\np: against the leader at 100 %."
    )
    if duel.measured:
        notes += " Losses are as measured: the lowest of many flatters."
    said = "\n".join(verdicts(duel))
    return f"{title}\n{'=' * len(title)}\n{told}.\n\n{text}\n\n{notes}\n\n{said}\n"


def verdicts(duel: Duel) -> list[str]:
    """Return who wins at which budget, by how much, and whether that is more than luck."""
    said = []
    for share in SHARES:
        ordered = standings(duel.problems, share)
        leader, second = ordered[0], ordered[1]
        level = [s.contender for s in ordered[1:] if s.p >= 0.05]
        sentence = (
            f"At {share:.0%} of the circuits {leader.contender} leads with mean rank "
            f"{leader.rank:.1f} (next {second.contender}, {second.rank:.1f}; gaps {leader.gap:.3f} "
            f"and {second.gap:.3f}); "
        )
        sentence += (
            f"not significantly ahead of {', '.join(level)}."
            if level
            else "significantly ahead of every other (p < 0.05)."
        )
        said.append(sentence)
    pairs = [
        (one, other)
        for one in duel.contenders
        for other in duel.contenders
        if re.match(r"aqgd( |$)", one) and re.match(r"cobyla( |$)", other)
    ]
    alike = [pair for pair in pairs if len({name.partition(" ")[2] for name in pair}) == 1]
    for one, other in alike or pairs:
        said.extend(_between(duel, one, other))
    return said


def _between(duel: Duel, one: str, other: str) -> list[str]:
    """Return what the two are to each other, at equal circuits and at equal iterations."""
    first, second = duel.contenders.index(one), duel.contenders.index(other)
    said = []
    for cost, share, what in (
        ("circuits", 1.0, "all circuits"),
        ("circuits", 0.1, "10 % of the circuits"),
        ("seconds", 1.0, "equal seconds"),
        ("steps", 1.0, f"{ITERATIONS} iterations each"),
    ):
        missing = gaps(duel.problems, share, cost)
        ahead = missing[:, first] < missing[:, second]
        behind = missing[:, first] > missing[:, second]
        with np.errstate(invalid="ignore"):
            difference = np.nan_to_num(missing[:, first] - missing[:, second], nan=0.0)
        p = paired_test(difference)
        said.append(
            f"{one} against {other} at {what}: lower loss on {ahead.sum()} of {len(missing)} "
            f"problems, higher on {behind.sum()}; median gaps {np.median(missing[:, first]):.3f} "
            f"and {np.median(missing[:, second]):.3f}; p = {p:.2g}."
        )
    accuracies = np.array(
        [[p.courses[one].accuracy, p.courses[other].accuracy] for p in duel.problems]
    )
    said.append(
        f"Their test accuracies at the end: {accuracies[:, 0].mean():.3f} and "
        f"{accuracies[:, 1].mean():.3f}; p = "
        f"{paired_test(accuracies[:, 0] - accuracies[:, 1]):.2g}."
    )
    return said


def _cell(key: str, value: float) -> str:
    if not np.isfinite(value):
        return "-" if key != "gap" else "none"
    if key.startswith("rank"):
        return f"{value:.1f}"
    if key.startswith("solved"):
        return f"{value:.0%}"
    if key.startswith("circuits"):
        return f"{value:,.0f}"
    return f"{value:.2g}" if key in ("p", "seconds_0.1") else f"{value:.3f}"


def write(found: list[Duel], folder: Path) -> list[Path]:
    """Write each duel's table as CSV and its page as PNG, and return the files."""
    files = []
    for number, duel in enumerate(found):
        name = "duel" if len(found) == 1 else f"duel-{number + 1}"
        text = table(duel).to_csv(index=False, lineterminator="\n")
        write_durably(folder / f"{name}.csv", text.encode())
        draw(duel, folder / f"{name}.png")
        files += [folder / f"{name}.csv", folder / f"{name}.png"]
    return files


def draw(duel: Duel, file: Path) -> None:
    """Draw the courses of each family, profiles and ranks on one page."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    names, families = duel.contenders, duel.families
    colors = {name: plt.get_cmap("tab20")(i % 20) for i, name in enumerate(names)}
    styles = {name: ("-", "--", ":")[i // 20 % 3] for i, name in enumerate(names)}
    n_rows = len(families) + 2
    figure, axes = plt.subplots(
        n_rows, 2, figsize=(13, 3.6 * n_rows), layout="constrained", squeeze=False
    )
    figure.suptitle(f"Optimizers on {duel.condition}: medians, bands from quartile to quartile")
    for row, family in enumerate(families):
        problems = [problem for problem in duel.problems if problem.family == family]
        full = problems[0].budget["circuits"]
        grid = np.geomspace(full / 1000, full, 120)
        for name in names:
            courses = [problem.courses[name] for problem in problems]
            losses = np.array([[course.after(budget) for budget in grid] for course in courses])
            _band(axes[row, 0], grid, losses, colors[name], styles[name], name)
            staged = [_staged(course, grid) for course in courses]
            _band(axes[row, 1], grid, np.array(staged), colors[name], styles[name], name)
        for axis, shown in zip(axes[row], ("training loss", "test accuracy"), strict=True):
            axis.set(xscale="log", xlabel="circuits", ylabel=shown, title=family)
            _add_shots(axis, problems)
    _draw_profiles(axes[-2], duel, colors, styles)
    _draw_ranks(axes[-1, 0], duel, colors, styles)
    axes[-1, 1].axis("off")
    handles, labels = axes[-2, 0].get_legend_handles_labels()
    axes[-1, 1].legend(handles, labels, ncols=2, loc="center", frameon=False)
    figure.savefig(file, dpi=110)
    plt.close(figure)


def _add_shots(axis: Any, problems: list[Problem]) -> None:
    """Show shots above the axis of circuits, where each circuit takes the same number."""
    course = next(iter(problems[0].courses.values()))
    each = course.spent["shots"][-1] / course.spent["circuits"][-1]
    if each:
        top = axis.secondary_xaxis("top", functions=(lambda c: c * each, lambda s: s / each))
        top.set_xlabel("shots")


def _staged(course: Course, grid: Any) -> Any:
    """Return the accuracy at each budget; NaN before the first stage, or where none were kept."""
    rows = np.searchsorted(course.staged["circuits"], grid, side="right")
    padded = np.concatenate([[np.nan], course.staged["accuracy"]])
    return padded[rows]


def _band(axis: Any, x: Any, values: Any, color: Any, style: str, label: str) -> None:
    known = np.isfinite(values).mean(axis=0) > 0.5  # a median needs half of the problems
    if not known.any():
        return
    finite = np.where(np.isfinite(values), values, np.nan)[:, known]
    low, middle, high = np.nanpercentile(finite, [25, 50, 75], axis=0)
    axis.plot(x[known], middle, color=color, ls=style, label=label, lw=1.5)
    axis.fill_between(x[known], low, high, color=color, alpha=0.12, lw=0)


def _draw_profiles(axes: Any, duel: Duel, colors: Any, styles: Any) -> None:
    ratios = np.geomspace(1, 1000, 200)
    spent = solved_after(duel.problems, 0.1)
    units = np.array([problem.unit for problem in duel.problems])
    gradients = np.geomspace(
        0.05, max(problem.budget["circuits"] / problem.unit for problem in duel.problems), 200
    )
    performance = performance_profile(spent, ratios)
    data = data_profile(spent, units, gradients)
    for column, name in enumerate(duel.contenders):
        look = {"color": colors[name], "ls": styles[name], "label": name}
        axes[0].step(ratios, performance[:, column], where="post", **look)
        axes[1].step(gradients, data[:, column], where="post", **look)
    axes[0].set(
        xscale="log",
        xlabel="circuits, as a multiple of the fastest",
        ylabel="problems solved to 10 %",
        title="Performance profile (Dolan-Moré)",
        ylim=(-0.02, 1.02),
    )
    axes[1].set(
        xscale="log",
        xlabel="circuits, in simplex gradients",
        ylabel="problems solved to 10 %",
        title="Data profile (Moré-Wild)",
        ylim=(-0.02, 1.02),
    )


def _draw_ranks(axis: Any, duel: Duel, colors: Any, styles: Any) -> None:
    shares = np.geomspace(0.003, 1, 25)
    ranks = {name: [] for name in duel.contenders}  # type: dict[str, list[float]]
    for share in shares:
        for name, rank in zip(ranks, mean_ranks(duel.problems, float(share)), strict=True):
            ranks[name].append(float(rank))
    for name, values in ranks.items():
        axis.plot(shares, values, color=colors[name], ls=styles[name])
    axis.invert_yaxis()
    axis.set(
        xscale="log",
        xlabel="share of the circuits",
        ylabel="mean rank",
        title="Mean rank (1 is best)",
    )
