"""Chebyshev encoding: expectation values are polynomials of the features."""

from __future__ import annotations

from typing import Literal

from qiskit.circuit import ParameterVector, QuantumCircuit

__all__ = ["chebyshev"]


def chebyshev(
    n_features: int, degrees: Literal["constant", "tower"] = "constant"
) -> QuantumCircuit:
    r"""One rotation a qubit by a multiple of the feature's arc cosine.

    .. math:: U(x) = \bigotimes_i R_Y(2 d_i \arccos x_i),\qquad
        \langle Z_i\rangle = T_{2 d_i}(x_i)

    with the Chebyshev polynomial :math:`T` of degree :math:`2 d_i`. Features must lie in [-1, 1];
    outside, the angle is not real, which is an error.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    degrees : {"constant", "tower"}, default="constant"
        Degrees :math:`d_i = 1`, or :math:`d_i = i + 1`, growing with the qubit.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    References
    ----------
    Kyriienko, Paine and Elfving, Phys. Rev. A 103, 052416 (2021), doi:10.1103/PhysRevA.103.052416.

    Examples
    --------
    >>> chebyshev(2).num_parameters
    2
    """
    circuit = QuantumCircuit(n_features)
    for i, feature in enumerate(ParameterVector("x", n_features)):
        degree = i + 1 if degrees == "tower" else 1
        circuit.ry(2 * degree * feature.arccos(), i)
    return circuit
