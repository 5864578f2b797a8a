"""Trace of the training matrix."""

from __future__ import annotations

from qml.quantities import Examined, Finding, quantity

__all__ = ["trace"]


@quantity(needs="matrix")
def trace(examined: Examined) -> Finding | None:
    """Return the sum over the diagonal of the matrix that a machine was trained on.

    Examples
    --------
    >>> trace.needs
    'matrix'
    """
    return None if examined.matrix is None else Finding(float(examined.matrix.trace()))
