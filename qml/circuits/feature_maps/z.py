"""The Z feature map: the ZZ map without its pairs."""

from __future__ import annotations

from pydantic import PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.circuit.library import z_feature_map

__all__ = ["z"]


def z(n_features: int, reps: PositiveInt = 2) -> QuantumCircuit:
    r"""First-order Pauli-Z evolution, which never entangles.

    .. math:: U(x) = \prod_{\mathrm{reps}} \exp\big(-i\sum_i x_i Z_i\big) H^{\otimes n}

    Parameters
    ----------
    n_features : int
        Number of features, and of qubits.
    reps : int, default=2
        Number of times that the layer is repeated.

    Returns
    -------
    QuantumCircuit
        `n_features` qubits and parameters.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> z(3).num_nonlocal_gates()
    0
    """
    return z_feature_map(n_features, reps=reps)
