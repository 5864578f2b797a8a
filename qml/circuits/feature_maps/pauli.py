"""The general Pauli feature map, of which Z and ZZ are the simplest cases."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveFloat, PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import pauli_feature_map

from qml.errors import SpecError

__all__ = ["pauli"]


def pauli(
    n_features: int,
    paulis: Annotated[str, Field(pattern=r"^[XYZ]+(,[XYZ]+)*$")] = "Z,ZZ",
    reps: PositiveInt = 2,
    entanglement: Literal[
        "full", "linear", "reverse_linear", "circular", "pairwise", "sca"
    ] = "full",
    alpha: PositiveFloat = 2.0,
) -> QuantumCircuit:
    r"""Evolution under Pauli strings whose strengths are products of the features.

    .. math:: U(x) = \prod_{\mathrm{reps}} \exp\Big(-\tfrac{i\alpha}{2}\sum_{S}\phi_S(x)
        \prod_{i\in S} P_i\Big) H^{\otimes n},\qquad \phi_i = x_i,\quad
        \phi_S = \prod_{i\in S}(\pi - x_i)

    up to a global phase, the strings of one layer one after the other. ``"Z,ZZ"`` is the ZZ map.

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    paulis : str, default="Z,ZZ"
        Pauli strings separated by commas, no longer than there are features.
    reps : int, default=2
        Number of times that the layer is repeated.
    entanglement : str, default="full"
        Groups of qubits that the longer strings act on, as Qiskit has them: "full", "linear",
        "reverse_linear", "circular", "pairwise" or "sca".
    alpha : float, default=2.0
        Factor on every angle.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    Raises
    ------
    SpecError
        If every string is longer than the number of features.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> pauli(3, paulis="Y,XX", reps=1).num_parameters
    3
    """
    strings = [string for string in paulis.split(",") if len(string) <= n_features]
    if not strings:
        raise SpecError(f"no string of {paulis!r} fits {n_features} features", "paulis")
    return pauli_feature_map(
        n_features, reps=reps, entanglement=entanglement, alpha=alpha, paulis=strings
    )
