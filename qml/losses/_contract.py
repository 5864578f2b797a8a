"""The losses' contract: a value, and its slopes by every probability.

A loss is a function ``(probabilities, y, **parameters) -> (value, slopes)``: probabilities of shape
(n_samples, n_classes), true classes of shape (n_samples,), the mean over samples, and its partial
derivatives of the probabilities' shape, each probability by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from qml.errors import SpecError
from qml.registry import Room

__all__ = ["LOSSES", "Labels", "Loss", "LossSpec", "Values", "resolve_loss"]

Values = NDArray[np.float64]
Labels = NDArray[np.intp]
Loss: TypeAlias = Callable[[Values, Labels], tuple[float, Values]]
LossSpec: TypeAlias = str | Mapping[str, object]

LOSSES: Room[Callable[..., tuple[float, Values]]] = Room(
    "loss", "qml.losses", supplied=("probabilities", "y")
)


def resolve_loss(spec: LossSpec) -> Loss:
    """Return the loss that `spec` names, its parameters filled in.

    Parameters
    ----------
    spec : str or mapping
        Name of the loss, ``"cross_entropy"``, or with parameters, ``{"name": "binomial_sigmoid",
        "R": 200.0}``.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong.

    Examples
    --------
    >>> value, slopes = resolve_loss("squared")(np.array([[0.5, 0.5]]), np.array([0]))
    >>> value, slopes.tolist()
    (0.5, [[-1.0, 1.0]])
    """
    try:
        return LOSSES.bind(spec)
    except SpecError as error:
        raise error.under("loss") from None
