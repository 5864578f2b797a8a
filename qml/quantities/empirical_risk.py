"""Risk of Havlíček et al. on the training points: how often 200 shots would misclassify them."""

from __future__ import annotations

from qml.losses.binomial_sigmoid import binomial_sigmoid
from qml.quantities._contract import Examined, Finding, quantity

__all__ = ["empirical_risk"]


@quantity(needs="probabilities")
def empirical_risk(examined: Examined) -> Finding | None:
    r"""Return the mean probability that a training point is misclassified by a vote of R shots.

    .. math:: R_\mathrm{emp} = \frac1{|T|}\sum_{x\in T}\Pr(\tilde m(x)\ne m(x)),\qquad
        \Pr \approx \mathrm{sig}\Big(\sqrt R\,\frac{1/2 - p_y}{\sqrt{2p_y(1-p_y)}}\Big),

    of the loss `binomial_sigmoid` with its R = 200, whatever loss the model was trained on. None
    where the training's probabilities are not known for nothing.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.
    """
    if examined.trained is None:
        return None
    return Finding(binomial_sigmoid(examined.trained, examined.y)[0])
