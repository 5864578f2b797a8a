"""How often a study repeats its splits where it does not say: by its models and sizes, no clock."""

from __future__ import annotations

from collections.abc import Iterable

from experiments.planning.spec import Protocol
from experiments.records import ModelRow
from experiments.registry import MODELS
from qml.kernels import KernelMachine
from qml.offers import Quantum

__all__ = ["repeats_by_rule"]

_HOLD_OUTS = 5  # a repeat of k folds is as many


def repeats_by_rule(protocol: Protocol, models: Iterable[ModelRow], n_rows: int) -> int:
    """Return how often the splits of one data set are repeated, the same for all models.

    Repeats show differences that one pass over the rows does not (``python -m
    benchmarks.statistics``: 21 to 43 % from one to ten repeats of five folds of 178 rows), and they
    cost as many fits.

    ======================================================  =======================
    models                                                  repeats
    ======================================================  =======================
    any on another backend than ``exact``                   1
    any that is trained by circuits (variational)           2 up to 200 rows, else 1
    kernel machines, simulated exactly, and classical ones  10 up to 200 rows, 5 up to 1,000,
                                                            2 up to 5,000, else 1
    ======================================================  =======================

    Half as often where the study tunes, and five times as often for hold-outs, of which each is
    one split; on another backend than ``exact`` once all the same. A predefined split has no
    repeats.

    Parameters
    ----------
    protocol : Protocol
        Splits that the study asks for.
    models : iterable of ModelRow
        Models on the data set.
    n_rows : int
        Rows of the data set.
    """
    if protocol.split == "predefined":
        return 1
    asked = list(models)
    if any(model.backend is not None and model.backend.kind != "exact" for model in asked):
        return 1
    repeats = min((_of_model(model, n_rows) for model in asked), default=1)
    if protocol.tuning is not None:
        repeats = max(1, repeats // 2)
    return repeats * (_HOLD_OUTS if protocol.split == "hold_out" else 1)


def _of_model(model: ModelRow, n_rows: int) -> int:
    known = MODELS.load(model.name)
    machine = isinstance(known, type) and issubclass(known, KernelMachine)
    if not machine and isinstance(known(), Quantum):
        return 2 if n_rows <= 200 else 1
    steps = ((200, 10), (1000, 5), (5000, 2))
    return next((repeats for rows, repeats in steps if n_rows <= rows), 1)
