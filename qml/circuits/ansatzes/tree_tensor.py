"""Tree tensor network: pairs of qubits joined level by level, down to qubit 0."""

from __future__ import annotations

from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["tree_tensor"]


def tree_tensor(n_qubits: int) -> QuantumCircuit:
    r"""RY on both qubits of a pair and CX onto the first, which goes on to the next level.

    The last qubit that is left is qubit 0, and gets a last RY: measure it alone (the decision
    ``lowest``). A qubit without a partner goes on as it is.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit; the depth is its logarithm.

    Returns
    -------
    QuantumCircuit
        :math:`2n - 1` weights.

    References
    ----------
    Grant et al., npj Quantum Inf. 4, 65 (2018), doi:10.1038/s41534-018-0116-9.

    Examples
    --------
    >>> tree_tensor(4).num_parameters, tree_tensor(4).num_nonlocal_gates()
    (7, 3)
    """
    weights = iter(ParameterVector("θ", 2 * n_qubits - 1))
    circuit = QuantumCircuit(n_qubits)
    level = list(range(n_qubits))
    while len(level) > 1:
        for first, second in zip(level[::2], level[1::2], strict=False):
            circuit.ry(next(weights), first)
            circuit.ry(next(weights), second)
            circuit.cx(second, first)
        level = level[::2]
    circuit.ry(next(weights), 0)
    return circuit
