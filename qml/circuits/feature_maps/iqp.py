"""IQP embedding in PennyLane's convention, which is not the ZZ map."""

from __future__ import annotations

from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.circuits._entanglement import Entanglement, entangled_pairs

__all__ = ["iqp"]


def iqp(
    n_features: int,
    reps: PositiveInt = 1,
    entanglement: Entanglement = "full",
    interacting_reps: PositiveInt | None = None,
) -> QuantumCircuit:
    r"""Hadamards, one rotation a feature and one a product of two features, all about Z.

    .. math:: U(x) = \prod_{\mathrm{reps}} \exp\Big(-\tfrac i2\big[\sum_i x_i Z_i
        + \sum_{i<j} x_i x_j Z_i Z_j\big]\Big) H^{\otimes n}

    Half of the ZZ map's angles, and products :math:`x_i x_j` in place of
    :math:`(\pi-x_i)(\pi-x_j)`: papers that say "IQP" with PennyLane mean this one.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=1
        Number of times that the layer is repeated.
    entanglement : str or list of pairs, default="full"
        Pairs of features that interact; see `qml.circuits.entangled_pairs`.
    interacting_reps : int or None, default=None
        Number of layers, from the first, that have the products of two features; None is all. The
        rows that Bowles, Ahmed and Schuld printed are those of 1, see ``docs/training.md``.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2; the convention is that
    of PennyLane's ``IQPEmbedding``; the
    rows of one interacting layer: Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024).

    Examples
    --------
    >>> iqp(3).count_ops()["rzz"]
    3
    """
    x = ParameterVector("x", n_features)
    circuit = QuantumCircuit(n_features)
    for layer in range(reps):
        circuit.h(range(n_features))
        for i in range(n_features):
            circuit.rz(x[i], i)
        if interacting_reps is not None and layer >= interacting_reps:
            continue
        for i, j in entangled_pairs(entanglement, n_features):
            circuit.rzz(x[i] * x[j], i, j)
    return circuit
