"""Hardware-efficient encoding: rotations by the features between layers of CZ."""

from __future__ import annotations

from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.circuits._entanglement import Entanglement, entangled_pairs

__all__ = ["hardware_efficient"]


def hardware_efficient(
    n_features: int, reps: PositiveInt = 2, entanglement: Entanglement = "linear"
) -> QuantumCircuit:
    r"""Layers of rotations about X by the features, each followed by CZ on pairs of qubits.

    .. math:: U(x) = \prod_{\mathrm{reps}} \prod_i CZ_{i,i+1} \bigotimes_i R_X(x_i)

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=2
        Number of layers. One layer is no more than `angle`: the CZ gates cancel in every overlap.
    entanglement : str or list of pairs, default="linear"
        Pairs that the CZ gates join; see `qml.circuits.entangled_pairs`.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    References
    ----------
    Thanasilp et al., Nat. Commun. 15, 5200 (2024), doi:10.1038/s41467-024-49287-w.

    Examples
    --------
    >>> hardware_efficient(4, reps=3).count_ops()["cz"]
    9
    """
    x = ParameterVector("x", n_features)
    circuit = QuantumCircuit(n_features)
    for _ in range(reps):
        for qubit in range(n_features):
            circuit.rx(x[qubit], qubit)
        for first, second in entangled_pairs(entanglement, n_features):
            circuit.cz(first, second)
    return circuit
