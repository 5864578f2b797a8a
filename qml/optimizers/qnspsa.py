"""QNSPSA: SPSA in the states' metric, which is itself estimated from random directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import PositiveFloat, PositiveInt

from qml.optimizers._contract import Objective, Optimizer, Vector

__all__ = ["QNSPSA"]

SEARCH_SPACE = {"eta": {"low": 0.002, "high": 0.2, "log": True}}


@dataclass(frozen=True)
class QNSPSA(Optimizer):
    r"""Quantum natural SPSA: two evaluations and four fidelities a step, whatever the dimension.

    With random signs :math:`\Delta,\Delta'` and :math:`F` the mean fidelity with the states at
    :math:`\theta_k`,

    .. math:: \delta F = F(\theta_k+\epsilon\Delta+\epsilon\Delta') - F(\theta_k+\epsilon\Delta)
        - F(\theta_k-\epsilon\Delta+\epsilon\Delta') + F(\theta_k-\epsilon\Delta),\qquad
        \hat g = -\frac{\delta F}{8\epsilon^2}(\Delta\Delta'^T+\Delta'\Delta^T)

    The estimates are averaged over the steps, :math:`\bar g_k = \frac{k+1}{k+2}\bar g_{k-1} +
    \frac{1}{k+2}\hat g_k` from :math:`\bar g_{-1}=1`, and made positive,
    :math:`g_k = \sqrt{\bar g_k\bar g_k} + \beta 1`; the step is SPSA's slope times
    :math:`\eta g_k^{-1}`.

    Parameters
    ----------
    maxiter : int, default=100
        Number of steps.
    eta : float, default=0.01
        Step size, the factor on the preconditioned gradient.
    perturbation : float, default=0.01
        Size :math:`\epsilon` of a perturbation, in radians. With few shots take more, 0.1 say.
    regularization : float, default=0.01
        Number :math:`\beta` on the metric's diagonal.

    Notes
    -----
    Fidelities are counted in circuits and shots like everything else; `n_evaluations` counts values
    of the objective alone. A step that raises the value is taken back by no rule ("blocking" is
    left out: it would need a tolerance that depends on the shots).

    References
    ----------
    Gacon, Zoufal, Carleo and Woerner, Quantum 5, 567 (2021), doi:10.22331/q-2021-10-20-567.

    Examples
    --------
    >>> bowl = Objective(
    ...     lambda x: float(x @ x), fidelity=lambda x, y: float(np.exp(-np.sum((x - y) ** 2) / 4))
    ... )
    >>> QNSPSA(maxiter=200).minimize(bowl, np.ones(2)).fun < 0.1
    True
    """

    maxiter: PositiveInt = 100
    eta: PositiveFloat = 0.01
    perturbation: PositiveFloat = 0.01
    regularization: PositiveFloat = 0.01
    uses_fidelity: ClassVar[bool] = True
    stochastic: ClassVar[bool] = True

    @property
    def implementation(self) -> str:
        """Our own: the library's takes circuits of its own, without data, and counts nothing."""
        return "qml-workbench QNSPSA"

    def max_evaluations(self, n_parameters: int) -> int:
        """Return two a step, and one for the last point."""
        return 2 * self.maxiter + 1

    def _minimize(
        self, objective: Objective, x0: Vector, rng: np.random.Generator
    ) -> tuple[Vector, float | None, int]:
        x, width, size = x0, self.perturbation, len(x0)
        mean = np.eye(size)
        for k in range(self.maxiter):
            objective.step()
            signs, others = rng.choice([-1.0, 1.0], (2, size))
            slope = (objective(x + width * signs) - objective(x - width * signs)) / (2 * width)
            curvature = (
                objective.fidelity(x, x + width * (signs + others))
                - objective.fidelity(x, x + width * signs)
                - objective.fidelity(x, x + width * (others - signs))
                + objective.fidelity(x, x - width * signs)
            )
            estimate = np.outer(signs, others)
            estimate = -curvature / (8 * width**2) * (estimate + estimate.T)
            mean = ((k + 1) * mean + estimate) / (k + 2)
            values, vectors = np.linalg.eigh(mean)
            scaled = vectors @ ((vectors.T @ signs) / (np.abs(values) + self.regularization))
            x = x - self.eta * slope * scaled
        return x, None, self.maxiter
