"""QAOA embedding: the features as X rotations, between trained ZZ couplings and fields."""

from __future__ import annotations

from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["qaoa"]


def qaoa(n_features: int, reps: PositiveInt = 2) -> QuantumCircuit:
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

    Returns
    -------
    QuantumCircuit
        `n_features` parameters ``x``, and 2n weights a layer (3 for two qubits, 1 for one).

    References
    ----------
    Lloyd, Schuld, Ijaz, Izaac and Killoran, arXiv:2001.03622 (2020).

    Examples
    --------
    >>> qaoa(3).num_parameters
    15
    """
    couplings = {1: 0, 2: 1}.get(n_features, n_features)
    x = ParameterVector("x", n_features)
    weights = iter(ParameterVector("θ", reps * (couplings + n_features)))
    circuit = QuantumCircuit(n_features)
    for _ in range(reps):
        for qubit in range(n_features):
            circuit.rx(x[qubit], qubit)
        for qubit in range(couplings):
            circuit.rzz(next(weights), qubit, (qubit + 1) % n_features)
        for qubit in range(n_features):
            circuit.ry(next(weights), qubit)
    for qubit in range(n_features):
        circuit.rx(x[qubit], qubit)
    return circuit
