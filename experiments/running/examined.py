"""The quantities of a fitted model that a study asks for, after all that is timed and counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from experiments.evaluation.protocol import Outcome, TrainingPart
from experiments.records import StoredPredictions
from experiments.registry import QUANTITIES
from qml.quantities import Examined, Finding

__all__ = ["found_quantities"]


def found_quantities(
    names: Sequence[str],
    pipeline: Pipeline,
    X: NDArray[np.float64],
    part: TrainingPart,
    outcome: Outcome,
    said: StoredPredictions,
) -> dict[str, Finding]:
    """Return the quantities that are there, by name.

    Parameters
    ----------
    names : sequence of str
        Quantities that are asked for.
    pipeline : Pipeline
        Fitted preprocessing and model.
    X : ndarray
        Features of the whole data set.
    part : TrainingPart
        Part of the data that the pipeline was fitted to.
    outcome : Outcome
        Outcome of the fit.
    said : StoredPredictions
        Answers on the test rows.
    """
    if not names:
        return {}
    points = X[part.rows]
    if len(pipeline) > 1:
        points = pipeline[:-1].transform(points)
    trained, answers = outcome.trained, outcome.predictions
    probable = trained is not None and trained.scores_kind == "probabilities"
    decided = answers.scores if answers.scores_kind == "decision" else None
    examined = Examined(
        model=pipeline[-1],
        X=np.asarray(points, dtype=np.float64),
        y=np.unique(part.labels, return_inverse=True)[1],
        trained=trained.scores if trained is not None and probable else None,
        rows=np.asarray(said.row, dtype=np.intp),
        wrong=answers.true != answers.predicted,
        decided=decided if decided is not None and decided.ndim == 1 else None,
    )
    found = {name: QUANTITIES.load(name)(examined) for name in names}
    return {name: one for name, one in found.items() if one is not None}
