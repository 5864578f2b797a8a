"""The risk of Havlíček et al.: how often R shots would misclassify, by a sigmoid."""

from __future__ import annotations

import numpy as np
from pydantic import PositiveFloat
from scipy.special import expit

from qml.errors import SpecError
from qml.losses._contract import Labels, Values

__all__ = ["binomial_sigmoid"]


def binomial_sigmoid(
    probabilities: Values, y: Labels, R: PositiveFloat = 200.0, bias: float = 0.0
) -> tuple[float, Values]:
    r"""Return the mean probability that a vote of R shots names another class.

    For two classes, with :math:`y=\pm1` and a bias b,

    .. math:: \mathrm{sig}\Big(\sqrt R\,\frac{(1 - yb)/2 - p_y}{\sqrt{2p_y(1-p_y)}}\Big),

    and for more, with the largest other probability :math:`p_o`,
    :math:`\mathrm{sig}\big(\sqrt R\,(p_o - p_y)/\sqrt{2(1-p_y)p_y}\big)`. It is 1 at :math:`p_y=0`
    and 0 at :math:`p_y=1`.

    Parameters
    ----------
    probabilities : ndarray of shape (n_samples, n_classes)
        Probabilities of the classes.
    y : ndarray of shape (n_samples,)
        True classes, from 0; the second of two is +1.
    R : float, default=200.0
        Number of shots that the formula supposes. The paper fixed 200 in the cost "to avoid
        gradient problems", with 2,000 shots taken.
    bias : float, default=0.0
        The b of the decision; the paper classified with 0. For two classes only.

    Returns
    -------
    value : float
    slopes : ndarray of shape (n_samples, n_classes)

    Notes
    -----
    The paper's supplement prints :math:`(1 + yb)/2`, which contradicts its own decision rule; at
    b = 0 they agree. The sigmoid is not matched to the normal distribution it stands for, so this
    is no true error probability.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2, supplement.

    Examples
    --------
    >>> [round(binomial_sigmoid(np.array([[1 - p, p]]), np.array([1]))[0], 4) for p in (0.6, 0.65)]
    [0.1149, 0.0413]
    """
    rows = np.arange(len(y))
    n_classes = probabilities.shape[1]
    if bias and n_classes != 2:
        raise SpecError(f"is for two classes, the data has {n_classes}", "bias")
    p = probabilities[rows, y]
    inside = (p > 0) & (p < 1)
    safe = np.where(inside, p, 0.5)
    spread = np.sqrt(2 * safe * (1 - safe))
    slopes = np.zeros_like(probabilities)
    if n_classes == 2:
        threshold = (1 - np.where(y == 1, 1.0, -1.0) * bias) / 2
    else:
        others = probabilities.copy()
        others[rows, y] = -np.inf
        rival = others.argmax(axis=1)
        threshold = probabilities[rows, rival]
    z = np.sqrt(R) * (threshold - safe) / spread
    risk = np.where(inside, expit(z), np.where(p <= 0, 1.0, 0.0))
    steep = np.where(inside, expit(z) * expit(-z), 0.0) / len(y)
    # d spread / dp = (1 - 2p) / spread
    slopes[rows, y] = steep * (-np.sqrt(R) / spread - z * (1 - 2 * safe) / spread**2)
    if n_classes > 2:
        slopes[rows, rival] += steep * np.sqrt(R) / spread
    return float(risk.mean()), slopes
