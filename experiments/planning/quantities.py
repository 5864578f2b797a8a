"""Which of the quantities that a study reports are asked of which model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from experiments.planning.rows import model_rows
from experiments.planning.spec import StudySpec
from experiments.records import ModelRow
from experiments.registry import MODELS, QUANTITIES, build_estimator
from qml.errors import SpecError, did_you_mean

__all__ = ["quantities_of", "report_problems"]

_NEARLY = 0.8  # alike: other names are those of what a training may report


def quantities_of(report: Sequence[str], model: ModelRow) -> tuple[str, ...]:
    """Return the quantities that a study asks of a model, sorted; what others have is not asked."""
    asked = sorted(set(report) & set(QUANTITIES.names()))
    if not asked:
        return ()
    estimator = build_estimator(MODELS, model.name, model.parameters)
    return tuple(name for name in asked if QUANTITIES.load(name).applies_to(estimator))


def report_problems(spec: StudySpec) -> Iterator[SpecError]:
    """Yield quantities that no model of the study has, and names that are nearly one.

    Any other name may be of what a training reports, which only the training knows.
    """
    known, models = QUANTITIES.names(), model_rows(spec)
    for i, name in enumerate(spec.report):
        if name not in known and get_close_matches(name, known, cutoff=_NEARLY):
            yield SpecError(f"unknown quantity {name!r}{did_you_mean(name, known)}", f"report[{i}]")
        elif name in known and not any(quantities_of([name], model) for model in models):
            needs = QUANTITIES.load(name).needs
            yield SpecError(f"no model of this study has a {needs} for {name!r}", f"report[{i}]")
