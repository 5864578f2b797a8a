"""Sum of the dual variables."""

from __future__ import annotations

import numpy as np

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["alpha_sum"]


@quantity(needs="hyperplane")
def alpha_sum(examined: Examined) -> Finding | None:
    r"""Return :math:`\sum_i \alpha_i`, which is :math:`\lVert w\rVert^2` of a hard margin.

    Of the data of Havlíček et al., labelled by an observable with a gap :math:`\Delta`, it is at
    most :math:`2^n/\Delta^2` for n ideal qubits: the observable over the gap is a feasible w.
    """
    if examined.hyperplane is None:
        return None
    return Finding(float(np.abs(examined.hyperplane.weights).sum()))
