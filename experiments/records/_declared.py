"""What a study declares of its report before it is run: comparisons, a duel, figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Declared", "DuelSettings", "FigureSettings"]


@dataclass(frozen=True)
class Declared:
    """Which comparisons of models a study asks for, before it sees any: all are adjusted for.

    Parameters
    ----------
    family : str, default="classical"
        Rule that names the pairs: each quantum model beside each classical one ("classical") or
        beside the best of them ("best_classical"), all pairs of models ("all_pairs"), each model
        beside one ("reference"), pairs by name ("pairs"), or models and their controls alone
        ("controls"), or nothing ("none").
    reference : str, default=""
        Label of the model that the others are compared with, of "reference".
    pairs : tuple of (str, str), default=()
        Labels of the models, of "pairs".
    """

    family: Literal[
        "classical", "best_classical", "all_pairs", "reference", "pairs", "controls", "none"
    ] = "classical"
    reference: str = ""
    pairs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class DuelSettings:
    """What the duel of a study's optimizers tells apart.

    Parameters
    ----------
    pairs : tuple of (str, str)
        Optimizers, by plug-in, that are set against each other in words.
    iterations : int
        Number of iterations after which losses are compared.
    settings : {"apart", "chosen"}, default="apart"
        Role of several settings of one optimizer: contenders each, or one, chosen elsewhere.
    """

    pairs: tuple[tuple[str, str], ...]
    iterations: int
    settings: Literal["apart", "chosen"] = "apart"


@dataclass(frozen=True)
class FigureSettings:
    """A figure that a study asks for: quantities over an axis.

    Parameters
    ----------
    name : str
        Name of its files.
    over : str
        Axis: path of a setting, the number of training rows, or a count along trainings.
    quantities : tuple of str
        Quantities, a panel each.
    title : str, default=""
        Words above all panels.
    by, panels : tuple of str
        Keys that tell lines apart, and panels: model, data set, training rows, paths of settings.
    controls : bool, default=False
        True where the models' controls have lines of their own.
    log : tuple of {"x", "y"}, default=()
        Logarithmic axes among the two.
    datasets, models : tuple of str or None, default=None
        Rows or entries that are drawn; None is all.
    levels : tuple of str, default=()
        Models, rows or entries, that have no place on the axis and are drawn all along it.
    """

    name: str
    over: str
    quantities: tuple[str, ...]
    title: str = ""
    by: tuple[str, ...] = ("model",)
    panels: tuple[str, ...] = ("dataset",)
    controls: bool = False
    log: tuple[Literal["x", "y"], ...] = ()
    datasets: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    levels: tuple[str, ...] = ()
