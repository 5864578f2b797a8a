"""Data re-uploading: the features again in every layer, between rotations that are trained."""

from __future__ import annotations

from itertools import count

from pydantic import PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit

from qml.circuits._entanglement import Entanglement, entangled_pairs
from qml.errors import SpecError

__all__ = ["data_reuploading"]


def data_reuploading(
    n_features: int,
    reps: PositiveInt = 3,
    n_qubits: PositiveInt | None = None,
    entanglement: Entanglement = "circular",
) -> QuantumCircuit:
    r"""Layers of :math:`H`, the next features, trained rotations and trained entanglers.

    .. math:: U_\theta(x) = \prod_l \prod_{(i,j)} CR_Z(\theta'_{lij})
        \bigotimes_q R_Y(\theta_{lq})\,R_Z(x_{k(l,q)})\,H

    where :math:`k` runs through the features again and again, qubit by qubit and layer by layer.
    The weights :math:`\theta` are trained by the kernel ``trainable``.

    Parameters
    ----------
    n_features : int
        Number of features.
    reps : int, default=3
        Number of layers.
    n_qubits : int or None, default=None
        Width of the circuit; None is one qubit a feature.
    entanglement : str or list of pairs, default="circular"
        Pairs that get a controlled rotation; see `qml.circuits.entangled_pairs`.

    Returns
    -------
    QuantumCircuit
        `n_features` parameters and, for each layer, a weight a qubit and a weight a pair.

    Raises
    ------
    SpecError
        If there are fewer places for features than features.

    References
    ----------
    Pérez-Salinas et al., Quantum 4, 226 (2020), doi:10.22331/q-2020-02-06-226. As a kernel:
    Hubregtsen et al., Phys. Rev. A 106, 042431 (2022), doi:10.1103/PhysRevA.106.042431.

    Examples
    --------
    >>> data_reuploading(2, reps=3).num_parameters  # 2 features, 3 layers of 2 + 1 weights
    11
    """
    width = n_features if n_qubits is None else n_qubits
    if width * reps < n_features:
        raise SpecError(
            f"{reps} layers of {width} qubits take {width * reps} features, the data has "
            f"{n_features}",
            "reps",
        )
    pairs = entangled_pairs(entanglement, width)
    x = ParameterVector("x", n_features)
    weights = iter(ParameterVector("θ", reps * (width + len(pairs))))
    place = count()
    circuit = QuantumCircuit(width)
    for _ in range(reps):
        for qubit in range(width):
            circuit.h(qubit)
            circuit.rz(x[next(place) % n_features], qubit)
            circuit.ry(next(weights), qubit)
        for first, second in pairs:
            circuit.crz(next(weights), first, second)
    return circuit
