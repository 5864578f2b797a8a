"""The decisions' contract: one number a class, linear in the outcome probabilities.

A decision is a function ``(n_qubits, n_classes, **parameters) -> Decision``. It reads the bit
string of all qubits as a number, qubit 0 its lowest bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.errors import SpecError
from qml.registry import Room

__all__ = ["DECISIONS", "Decision", "DecisionSpec", "measured_in", "resolve_decision", "vote"]

DECISIONS: Room[Callable[..., Decision]] = Room(
    "decision", "qml.decisions", supplied=("n_qubits", "n_classes")
)

DecisionSpec: TypeAlias = str | Mapping[str, object]


@dataclass(frozen=True)
class Decision:
    """What is read of a circuit.

    Parameters
    ----------
    readout : ndarray of shape (2**n_qubits, n_classes)
        Matrix of which ``probabilities @ readout`` are the class probabilities, or scores if
        `scale` is set.
    scale : float or None, default=None
        Factor on the scores, before the softmax that makes class probabilities of them; None if the
        readout gives probabilities itself.
    basis : str, default=""
        One of ``X``, ``Y``, ``Z`` a qubit, the last qubit first: the basis that each is measured
        in. Empty is Z for all.
    """

    readout: NDArray[np.float64]
    scale: float | None = None
    basis: str = ""


def resolve_decision(spec: DecisionSpec, n_qubits: int, n_classes: int) -> Decision:
    """Return the decision that `spec` names.

    Parameters
    ----------
    spec : str or mapping
        Name of the decision, ``"parity"``, or with parameters, ``{"name": "one_qubit", "qubit":
        1}``.
    n_qubits, n_classes : int
        Numbers of qubits and of classes.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong, or some class could never be predicted.

    Examples
    --------
    >>> resolve_decision("parity", 2, 2).readout[:, 1]
    array([0., 1., 1., 0.])
    """
    try:
        decision = DECISIONS.bind(spec)(n_qubits, n_classes)
    except SpecError as error:
        raise error.under("decision") from None
    if not np.ptp(decision.readout, axis=0).all():
        reachable = int(np.count_nonzero(np.ptp(decision.readout, axis=0)))
        name = spec if isinstance(spec, str) else spec["name"]
        raise SpecError(
            f"{name!r} on {n_qubits} qubits can tell {reachable} classes apart, the data has "
            f"{n_classes}; use more qubits (features) or another decision",
            "decision",
        )
    return decision


def vote(votes: NDArray[np.integer], n_classes: int) -> Decision:
    """Return the decision in which every outcome votes for one class."""
    readout = np.zeros((len(votes), n_classes))
    readout[np.arange(len(votes)), votes] = 1.0
    return Decision(readout)


def measured_in(circuit: QuantumCircuit, basis: str) -> QuantumCircuit:
    """Return the circuit followed by rotations after which Z is measured in place of `basis`."""
    if not basis.strip("Z"):
        return circuit
    rotated = circuit.copy()
    for qubit, pauli in enumerate(reversed(basis)):
        if pauli == "Y":
            rotated.sdg(qubit)
        if pauli in "XY":
            rotated.h(qubit)
    return rotated
