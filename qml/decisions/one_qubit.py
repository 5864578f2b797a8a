"""One qubit: its bit is the class."""

from __future__ import annotations

from pydantic import NonNegativeInt

from qml.decisions._contract import Decision, vote
from qml.engine import outcomes
from qml.errors import SpecError

__all__ = ["one_qubit"]


def one_qubit(n_qubits: int, n_classes: int, qubit: NonNegativeInt = 0) -> Decision:
    """Take one qubit's bit; for two classes.

    Parameters
    ----------
    n_qubits, n_classes : int
        Numbers of qubits and of classes.
    qubit : int, default=0
        Qubit that is read.

    Raises
    ------
    SpecError
        If there are more than two classes, or no such qubit.

    Examples
    --------
    >>> one_qubit(2, 2, qubit=1).readout[:, 1]
    array([0., 0., 1., 1.])
    """
    if n_classes != 2:
        raise SpecError(f"one qubit tells 2 classes apart, the data has {n_classes}")
    if qubit >= n_qubits:
        raise SpecError(f"{qubit}, the circuit has qubits 0 to {n_qubits - 1}", "qubit")
    return vote((outcomes(n_qubits) >> qubit) & 1, n_classes)
