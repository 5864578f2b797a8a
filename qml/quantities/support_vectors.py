"""Number of training points that the hyperplane hangs on."""

from __future__ import annotations

import numpy as np

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["support_vectors"]


@quantity(needs="hyperplane")
def support_vectors(examined: Examined) -> Finding | None:
    r"""Return the number of support vectors, :math:`\#\{i : \alpha_i > 0\}`, and which they are."""
    if examined.hyperplane is None:
        return None
    found = np.flatnonzero(examined.hyperplane.weights)
    return Finding(float(len(found)), tuple(found.tolist()))
