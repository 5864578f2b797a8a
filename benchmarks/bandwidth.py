"""The bandwidth "scale" beside 1, by the project's own protocol; written to ``bandwidth.md``.

Run as ``python -m benchmarks.bandwidth``; ``QML_DATA`` names a folder that has the reviews, where
they cannot be downloaded. The rule is one for all: nothing in it was chosen by these numbers.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments import Study
from experiments.evaluation.comparison import Verdict, verdicts
from experiments.records import Declared
from experiments.reporting.verdicts import rows_of
from experiments.running.environment import usable_cores

HERE = Path(__file__).parent
ROPE = 0.01
SEED = 17
BANDWIDTHS = {"1": 1.0, "scale": "scale"}

_ANGLES = {"name": "angle_scaler", "low": 0.0, "high": math.pi / 2}
_COMPONENTS = ["standard_scaler", {"name": "pca", "n_components": 4}, _ANGLES]
_WORDS = [
    {"name": "bag_of_words", "max_features": 1500},
    {"name": "pca", "n_components": 5, "svd_solver": "full"},
    "angle_scaler",
]
REAL: list[dict[str, Any]] = [
    {"name": "breast_cancer", "preprocessing": _COMPONENTS},
    {"name": "wine", "preprocessing": _COMPONENTS},
    {"name": "iris", "preprocessing": ["standard_scaler", _ANGLES]},
    {"name": "digits", "preprocessing": _COMPONENTS},
    {"name": "restaurant_reviews", "preprocessing": _WORDS},
]
MADE: list[dict[str, Any]] = [
    {"name": "ad_hoc", "n_samples": 80},
    {"name": "ad_hoc", "label": "ad_hoc, 3 features", "n_samples": 80, "n_features": 3},
    {"name": "hidden_manifold", "n_samples": 200, "n_features": 4, "preprocessing": [_ANGLES]},
    {"name": "two_curves", "n_samples": 200, "n_features": 4, "preprocessing": [_ANGLES]},
    {"name": "linearly_separable", "n_samples": 200, "n_features": 8, "preprocessing": [_ANGLES]},
]
MODELS: dict[str, dict[str, Any]] = {
    "QSVC, zz": {"name": "qsvc", "C": 10.0},
    "QSVC, iqp": {"name": "qsvc", "C": 10.0, "feature_map": "iqp"},
    "QSVC, zz, projected": {"name": "qsvc", "C": 10.0, "quantum_kernel": "projected"},
    "VQC, zz": {
        "name": "vqc",
        "ansatz": {"name": "efficient_su2", "reps": 2},
        "optimizer": {"name": "adam", "maxiter": 100},
    },
}


@dataclass(frozen=True)
class Line:
    """One model on one data set, at either bandwidth.

    Parameters
    ----------
    dataset, model : str
        Words for the two.
    at_one, at_scale : float
        Mean accuracy over the folds.
    verdict : Verdict
        "scale" against 1, as a study says it.
    """

    dataset: str
    model: str
    at_one: float
    at_scale: float
    verdict: Verdict


def lines(datasets: list[dict[str, Any]], models: Sequence[str], repeats: int) -> list[Line]:
    """Return every model at "scale" against itself at 1, on the same folds."""
    rows = [
        {**MODELS[model], "label": f"{model}, {word}", "bandwidth": value}
        for model in models
        for word, value in BANDWIDTHS.items()
    ]
    values = {
        "name": "bandwidth",
        "datasets": datasets,
        "models": rows,
        "protocol": {"folds": 5, "repeats": repeats, "seed": SEED},
        "metrics": ["accuracy"],
    }
    with tempfile.TemporaryDirectory() as folder:
        run = Study.from_dict(values).run(usable_cores(), folder)
        cells, rows_of_cell = run.cells(), rows_of(run.results(), "accuracy")
        means = cells.groupby(["dataset", "model"])["accuracy"].mean()
        found = []
        for model in models:  # each a question of its own: no family, so nothing to correct for
            one, scale = f"{model}, 1", f"{model}, scale"
            pair = Declared("pairs", pairs=((scale, one),))
            for verdict in verdicts(cells, "accuracy", ROPE, pair, rows=rows_of_cell):
                at = means[verdict.dataset]
                found.append(Line(verdict.dataset, model, at[one], at[scale], verdict))
    return found


def table(found: Sequence[Line]) -> str:
    """Return the lines as Markdown, a data set's together."""
    head = "| data set | model | at 1 | at scale | difference | 95 % | scale is |\n"
    head += "| --- | --- | ---: | ---: | ---: | --- | --- |\n"
    order = {dataset: place for place, dataset in enumerate(line.dataset for line in found)}
    told = [
        f"| {line.dataset} | {line.model} | {line.at_one:.3f} | {line.at_scale:.3f} | "
        f"{one.difference:+.3f} | [{one.low:+.3f}, {one.high:+.3f}] | {line.verdict.judgement} |\n"
        for line in sorted(found, key=lambda line: order[line.dataset])
        for one in (line.verdict.comparison,)
    ]
    return head + "".join(told)


def report(real: Sequence[Line], made: Sequence[Line], repeats: int) -> str:
    """Return the page."""
    worse = [line for line in [*real, *made] if line.verdict.comparison.difference < -ROPE]
    better = {line.dataset for line in real if line.verdict.judgement == "better"}
    said = "; ".join(f"{line.model} on {line.dataset} ({line.verdict.judgement})" for line in worse)
    return (
        "# The bandwidth that data decide, beside 1\n\n"
        "Made by `python -m benchmarks.bandwidth`: five folds, "
        f"{repeats} times, the same for both; accuracy, corrected intervals and verdicts as "
        "docs/evaluation.md says, each line a question of its own. The rule is that of "
        "`qml.bandwidth`, the same for every line.\n\n"
        f"Better, for a model or more, on {len(better)} of {len({x.dataset for x in real})} real "
        f"data sets: {', '.join(sorted(better))}. "
        f"Lower by more than {ROPE:g}: {said or 'nowhere'}.\n\n"
        f"## Real data\n\n{table(real)}\n## Data made by generators\n\n{table(made)}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=4)
    repeats = parser.parse_args().repeats
    real, made = (lines(datasets, list(MODELS), repeats) for datasets in (REAL, MADE))
    (HERE / "bandwidth.md").write_text(report(real, made, repeats), "utf-8")


if __name__ == "__main__":
    main()
