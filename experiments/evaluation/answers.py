"""What a model answers, looked at before anybody counts with it.

A model of somebody's may return anything. An answer that is none of a class, of another length or
no number fails the cell, with the row where it stands; it is never scored as if it were one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from experiments.records import ScoresKind
from qml.errors import WorkbenchError
from qml.texts import shown

__all__ = ["AnswerError", "labels_of", "scores_of", "targets_of"]

_SUM_TOLERANCE = 1e-3  # of probabilities in single precision, and of those that were rounded


class AnswerError(WorkbenchError, ValueError):
    """A model answered what is no answer."""


def labels_of(said: Any, n_rows: int, classes: NDArray[Any]) -> NDArray[Any]:
    """Return predicted labels, one a row.

    Raises
    ------
    AnswerError
        If there are more or fewer than rows, or one of them is no class of the data.
    """
    labels = _one_a_row("predict", said, n_rows)
    known = set(classes.tolist())
    for row, label in enumerate(labels.tolist()):
        if not _is_among(label, known):
            raise AnswerError(f"predict: {shown(label)} for row {row} is no class of the data")
    return labels


def targets_of(said: Any, n_rows: int) -> NDArray[np.float64]:
    """Return predicted targets, one a row.

    Raises
    ------
    AnswerError
        If there are more or fewer than rows, or one of them is no finite number.
    """
    return _finite("predict", _one_a_row("predict", said, n_rows))


def scores_of(
    said: Any, n_rows: int, classes: NDArray[Any], own: NDArray[Any], kind: ScoresKind
) -> NDArray[np.float64] | None:
    """Return scores as they are stored: probabilities of every class, or decision values.

    Parameters
    ----------
    said : object
        Answer of the model's ``predict_proba`` or ``decision_function``.
    n_rows : int
        Number of rows that were asked.
    classes : ndarray
        All classes of the data, sorted.
    own : ndarray
        Classes that the model has seen, sorted: a small training part may lack one, whose
        probability is then 0, and whose decision value nobody knows.
    kind : {"probabilities", "decision"}
        Meaning of the scores.

    Returns
    -------
    ndarray of shape (n_rows,) or (n_rows, n_classes), or None
        Scores by row; None where a class has no decision value, as in one-against-one votes.

    Raises
    ------
    AnswerError
        If they are of another shape, no numbers, or no probabilities.
    """
    what = "predict_proba" if kind == "probabilities" else "decision_function"
    try:
        given = np.asarray(said)
        scores = given.astype(np.float64) if given.dtype.kind in "biufO" else None
    except Exception:  # whatever somebody's object does when it is asked for numbers
        scores = None
    if scores is None:
        raise AnswerError(f"{what}: {shown(said)} are no numbers") from None
    k = len(own)
    one_a_row = kind == "decision" and k <= 2
    expected = (n_rows,) if one_a_row else (n_rows, k)
    if kind == "decision" and k > 3 and scores.shape == (n_rows, k * (k - 1) // 2):
        return None  # a value a pair of classes, none a class
    if scores.shape != expected:
        raise AnswerError(f"{what}: got the shape {scores.shape}, expected {expected}")
    if np.isnan(scores).any():
        row = int(np.argwhere(np.isnan(scores))[0, 0])
        raise AnswerError(f"{what}: NaN for row {row}")
    if kind == "probabilities":
        _check_probabilities(scores)
    if len(own) == len(classes):
        return scores
    if kind == "decision":
        return None
    whole = np.zeros((n_rows, len(classes)))
    whole[:, np.searchsorted(classes, own)] = scores
    return whole


def _check_probabilities(scores: NDArray[np.float64]) -> None:
    outside = (scores < 0) | (scores > 1 + _SUM_TOLERANCE)
    if outside.any():
        row, column = map(int, np.argwhere(outside)[0])
        raise AnswerError(f"predict_proba: {scores[row, column]:g} for row {row}, allowed 0 to 1")
    wrong = np.abs(scores.sum(axis=1) - 1) > _SUM_TOLERANCE
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise AnswerError(f"predict_proba: row {row} adds up to {scores[row].sum():g}, not to 1")


def _one_a_row(what: str, said: Any, n_rows: int) -> NDArray[Any]:
    try:
        answers = np.asarray(said)
    except Exception:  # whatever somebody's object does when it is asked for its items
        raise AnswerError(f"{what}: {shown(said)} is no array") from None
    if answers.shape == (n_rows, 1):  # a column, as some models of several outputs give it
        answers = answers[:, 0]
    if answers.shape != (n_rows,):
        raise AnswerError(f"{what}: got the shape {answers.shape}, expected ({n_rows},)")
    return answers


def _finite(what: str, answers: NDArray[Any]) -> NDArray[np.float64]:
    try:
        numbers = answers.astype(np.float64) if answers.dtype.kind in "biuf" else None
    except (TypeError, ValueError):
        numbers = None
    if numbers is None:
        raise AnswerError(f"{what}: {shown(answers.tolist())} are no numbers")
    if not np.isfinite(numbers).all():
        row = int(np.flatnonzero(~np.isfinite(numbers))[0])
        raise AnswerError(f"{what}: {numbers[row]} for row {row} is no finite number")
    return numbers


def _is_among(label: Any, known: set[Any]) -> bool:
    try:
        return label in known
    except TypeError:  # nothing that can be a label
        return False
