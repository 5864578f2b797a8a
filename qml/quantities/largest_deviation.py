"""Largest deviation of the training matrix from that of ideal qubits, and where it is."""

from __future__ import annotations

import numpy as np

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["largest_deviation"]


@quantity(needs="matrix", ideal=True)
def largest_deviation(examined: Examined) -> Finding | None:
    r"""Return the entry that is furthest from the one of ideal qubits without shots.

    .. math:: \max_{i\le j} |\hat K_{ij} - K_{ij}|

    with the place (i, j) among the training points, i being the smaller.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2, figure 4.
    """
    if examined.matrix is None:
        return None
    apart = np.abs(np.triu(examined.matrix - examined.ideal))
    row, column = np.unravel_index(apart.argmax(), apart.shape)
    return Finding(float(apart[row, column]), (int(row), int(column)))
