"""Cosine between the machine's hyperplane and that of ideal qubits with a hard margin."""

from __future__ import annotations

import numpy as np

from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["hyperplane_overlap"]


@quantity(needs="hyperplane", ideal=True)
def hyperplane_overlap(examined: Examined) -> Finding | None:
    r"""Return how far the hyperplane points to where the ideal one does.

    .. math:: \frac{\langle w, w'\rangle}{\lVert w\rVert\,\lVert w'\rVert}
        = \frac{c^T K c'}{\sqrt{c^T K c\; c'^T K c'}},\qquad
        w = \sum_i c_i\,\Phi(x_i),\quad c_i = y_i\alpha_i,

    with the ideal points :math:`\Phi(x)` in both, K their matrix, c the machine's dual variables
    and c' those of a hard margin on K. None where K is not separable or there are more than two
    classes.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2, figure S8.
    """
    if examined.hyperplane is None or examined.ideal_weights is None:
        return None
    own, other, K = examined.hyperplane.weights, examined.ideal_weights, examined.ideal
    sizes = float(own @ K @ own) * float(other @ K @ other)
    return Finding(float(own @ K @ other) / float(np.sqrt(sizes))) if sizes > 0 else None
