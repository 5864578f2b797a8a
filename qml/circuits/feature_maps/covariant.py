"""The covariant map of Glick et al.: data as elements of a group, acting on a fiducial state."""

from __future__ import annotations

from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.circuits._entanglement import Entanglement, entangled_pairs

__all__ = ["covariant"]


def covariant(
    n_features: int, entanglement: Entanglement = "linear", fiducial: float | None = None
) -> QuantumCircuit:
    r"""One-qubit rotations by pairs of features, on a fiducial state that may be trained.

    .. math:: |\Phi(x)\rangle = D(x)\,V_\theta|0\rangle,\quad
        D(x) = \bigotimes_q R_X(-2x_{2q})\,R_Z(-2x_{2q+1}),\quad
        V_\theta = \prod_{(i,j)} CZ_{ij} \bigotimes_q R_Y(\theta)

    The kernel :math:`|\langle0|V^\dagger D(x)^\dagger D(x')V|0\rangle|^2` sees data only up to the
    symmetries of the fiducial state. At :math:`\theta=\pi/2` that is the graph state of the
    pairs, and cosets of its stabilizer group become points: the data set `graph_covariant`. Its
    features are a group's elements, which a bandwidth other than 1 would take out of the group.

    Parameters
    ----------
    n_features : int
        Number of features, two a qubit; the last of an odd number turns about X alone.
    entanglement : str or list of pairs, default="linear"
        The graph of the CZ gates; see `qml.circuits.entangled_pairs`.
    fiducial : float or None, default=None
        The angle :math:`\theta` in radians; None leaves it to be trained, by the kernel
        ``trainable``.

    Returns
    -------
    QuantumCircuit
        Half as many qubits as features; `n_features` parameters, and one weight if `fiducial` is
        None.

    References
    ----------
    Glick et al., Nat. Phys. 20, 479 (2024), doi:10.1038/s41567-023-02340-9, arXiv:2105.03406.

    Examples
    --------
    >>> covariant(6, fiducial=1.57).num_qubits
    3
    """
    n_qubits = (n_features + 1) // 2
    x = ParameterVector("x", n_features)
    theta = ParameterVector("θ", 1)[0] if fiducial is None else fiducial
    circuit = QuantumCircuit(n_qubits)
    circuit.ry(theta, range(n_qubits))
    for first, second in entangled_pairs(entanglement, n_qubits):
        circuit.cz(first, second)
    for qubit in range(n_qubits):
        if 2 * qubit + 1 < n_features:
            circuit.rz(-2 * x[2 * qubit + 1], qubit)
        circuit.rx(-2 * x[2 * qubit], qubit)
    return circuit
