"""The ZZ feature map of Havlíček et al. (2019)."""

from __future__ import annotations

from typing import Literal

from pydantic import PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import z_feature_map, zz_feature_map

__all__ = ["zz"]


def zz(
    n_features: int,
    reps: PositiveInt = 2,
    entanglement: Literal[
        "full", "linear", "reverse_linear", "circular", "pairwise", "sca"
    ] = "full",
) -> QuantumCircuit:
    r"""Second-order Pauli-Z evolution, the feature map of Havlíček et al.

    .. math:: U(x) = \prod_{\mathrm{reps}} \exp\Big(-i\big[\sum_i x_i Z_i
        + \sum_{ij} (\pi - x_i)(\pi - x_j) Z_i Z_j\big]\Big) H^{\otimes n}

    up to a global phase. This is Qiskit's sign; the paper's own map is the complex conjugate,
    which has the same kernel. One feature has no pair, and its map is the Z map.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=2
        Number of times that the layer is repeated; the paper's map is 2.
    entanglement : str, default="full"
        Pairs of qubits that interact, as Qiskit has them: "full", "linear", "reverse_linear",
        "circular", "pairwise" or "sca".

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> zz(2, reps=1).count_ops()["cx"]
    2
    """
    if n_features == 1:
        return z_feature_map(1, reps=reps)
    return zz_feature_map(n_features, reps=reps, entanglement=entanglement)
