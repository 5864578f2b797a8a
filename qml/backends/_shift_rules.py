r"""How expectation values depend on one angle of a gate, and the shifts that give their slopes.

A gate :math:`e^{-iaG}` makes an expectation value a short Fourier series in its angle,

.. math:: f(a) = c_0 + \sum_{r=1}^{R} \big[c_r\cos(r\omega a) + s_r\sin(r\omega a)\big],

whatever other gates, noise and measurements stand around it: the frequencies are differences of
eigenvalues of :math:`G`. Such a series has its slope from :math:`2R` of its own values. So a gate
is run as it is, with whatever errors a machine gives it, and nothing has to be rewritten.

References
----------
Wierichs, Izaac, Wang and Lin, Quantum 6, 677 (2022), doi:10.22331/q-2022-03-30-677.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from qiskit.circuit import ControlledGate, Operation
from qiskit.circuit.library import get_standard_gate_name_mapping

__all__ = ["PAULI", "Rule", "rules_of"]


@dataclass(frozen=True)
class Rule:
    r"""The frequencies of expectation values in one angle.

    Parameters
    ----------
    frequency : float
        Lowest frequency :math:`\omega`, in cycles of :math:`2\pi`.
    n_frequencies : int
        Number :math:`R` of frequencies, which are multiples of the lowest.
    turn : complex or None
        Factor of the state with the angle moved by :math:`\pi` that gives the state's derivative,
        up to a multiple of the state itself; None where there is no such factor.
    """

    frequency: float
    n_frequencies: int
    turn: complex | None

    @functools.cached_property
    def shifts(self) -> tuple[tuple[float, float], ...]:
        r"""The shifts with their weights: :math:`f'(a) = \sum_\mu w_\mu f(a + x_\mu)`.

        .. math:: x_\mu = \frac{(2\mu - 1)\pi}{2R\omega}, \qquad
            w_\mu = \frac{(-1)^{\mu-1}\,\omega}{4R\sin^2\big((2\mu - 1)\pi/4R\big)},
            \qquad \mu = 1 \dots 2R
        """
        R, found = self.n_frequencies, []
        for odd in range(1, 4 * R, 2):
            sign = 1 if odd % 4 == 1 else -1
            weight = sign * self.frequency / (4 * R * np.sin(odd * np.pi / (4 * R)) ** 2)
            shift = odd if odd < 2 * R else odd - 4 * R  # one period less
            found.append((shift * np.pi / (2 * R * self.frequency), float(weight)))
        return tuple(found)


PAULI = Rule(1.0, 1, 0.5)  # exp(-iaP/2), P a product of Paulis
_PHASE = Rule(1.0, 1, -0.5j)  # exp(iaQ), Q a projector
_CONTROLLED = Rule(0.5, 2, None)  # eigenvalues 0 and both signs of 1/2
_AXIS = Rule(1.0, 2, None)  # the angle turns the axis: the phase before a gate and against it after

# by the gate's parameters in order
_RULES: dict[str, tuple[Rule, ...]] = {
    **dict.fromkeys(("rx", "ry", "rz", "rxx", "ryy", "rzz", "rzx"), (PAULI,)),
    **dict.fromkeys(("p", "u1"), (_PHASE,)),
    "u2": (_PHASE, _PHASE),
    **dict.fromkeys(("u", "u3"), (PAULI, _PHASE, _PHASE)),
    "r": (PAULI, _AXIS),
    "cu": (_CONTROLLED, _PHASE, _PHASE, _PHASE),
    **dict.fromkeys(("xx_plus_yy", "xx_minus_yy"), (_CONTROLLED, _AXIS)),
}


def rules_of(operation: Operation) -> tuple[Rule, ...] | None:
    """Return the rule of each parameter of a gate, or None where the gate has to come apart.

    Parameters
    ----------
    operation : Operation
        Gate with parameters. A gate controlled by qubits has its own gate's rules with the
        eigenvalue 0 besides.
    """
    known = _rules_by_class(operation)
    if known is None and isinstance(operation, ControlledGate):
        known = _rules_by_class(operation.base_gate)
        if known is not None:
            known = tuple(_CONTROLLED if rule is PAULI else rule for rule in known)
    if known is None or len(known) != len(operation.params):
        return None
    return known


def _rules_by_class(operation: Operation) -> tuple[Rule, ...] | None:
    """Return the rules of Qiskit's own gate; what somebody else calls by its name is another."""
    own = get_standard_gate_name_mapping().get(operation.name)
    if own is None or operation.base_class is not own.base_class:
        return None
    return _RULES.get(operation.name)
