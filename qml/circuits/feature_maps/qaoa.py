"""QAOA embedding: the features as X rotations, between trained ZZ couplings and fields."""

from __future__ import annotations

from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["qaoa"]


def qaoa(n_features: int, reps: PositiveInt = 2, constant: bool = False) -> QuantumCircuit:
    r"""Layers of RX by the features, trained RZZ round a ring and RY; then the features again.

    .. math:: U_\theta(x) = \bigotimes_q R_X(x_q)\prod_l\bigotimes_q R_Y(\theta'_{lq})
        \prod_q R_{ZZ}(\theta_{lq})_{q,q+1}\bigotimes_q R_X(x_q)

    PennyLane's ``QAOAEmbedding`` with its field Y.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=2
        Number of trained layers.
    constant : bool, default=False
        Presence of one qubit more, whose feature is a constant: H takes the place of its RX.

    Returns
    -------
    QuantumCircuit
        `n_features` parameters ``x``, and 2n weights a layer for n qubits (3 for two, 1 for one).

    References
    ----------
    Lloyd, Schuld, Ijaz, Izaac and Killoran, arXiv:2001.03622 (2020).

    Examples
    --------
    >>> qaoa(3).num_parameters
    15
    """
    width = n_features + constant
    couplings = {1: 0, 2: 1}.get(width, width)
    x = ParameterVector("x", n_features)
    weights = iter(ParameterVector("θ", reps * (couplings + width)))
    circuit = QuantumCircuit(width)

    def encode() -> None:
        for qubit in range(n_features):
            circuit.rx(x[qubit], qubit)
        if constant:
            circuit.h(n_features)

    for _ in range(reps):
        encode()
        for qubit in range(couplings):
            circuit.rzz(next(weights), qubit, (qubit + 1) % width)
        for qubit in range(width):
            circuit.ry(next(weights), qubit)
    encode()
    return circuit
