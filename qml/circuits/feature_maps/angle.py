"""Angle encoding: one rotation a feature."""

from __future__ import annotations

from typing import Literal

from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["angle"]


def angle(n_features: int, rotation: Literal["x", "y"] = "y") -> QuantumCircuit:
    r"""One rotation a qubit, :math:`\bigotimes_i R(x_i)|0\rangle`.

    Its fidelity kernel is :math:`\prod_i \cos^2((x_i - x'_i)/2)`, known in closed form.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    rotation : {"x", "y"}, default="y"
        The axis; a rotation about z would leave :math:`|0\rangle` where it is.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    References
    ----------
    Schuld and Killoran, Phys. Rev. Lett. 122, 040504 (2019), doi:10.1103/PhysRevLett.122.040504.

    Examples
    --------
    >>> dict(angle(2).count_ops())
    {'ry': 2}
    """
    circuit = QuantumCircuit(n_features)
    for qubit, parameter in enumerate(ParameterVector("x", n_features)):
        (circuit.rx if rotation == "x" else circuit.ry)(parameter, qubit)
    return circuit
