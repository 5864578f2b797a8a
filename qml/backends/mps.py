"""The matrix product state backend: a hundred qubits and more, where entanglement is low."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import Field, PositiveFloat, PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.backends._contract import Values
from qml.backends._drawn import DrawnBackend, Pairs
from qml.costs import Workload
from qml.engine import MPSStates, encode_mps, mps_bytes, require_states, rows_of

__all__ = ["MPSBackend"]

EXAMPLES: tuple[dict[str, object], ...] = ({}, {"shots": 4000})

_NARROW = 4  # a chain of two layers


@dataclass
class MPSBackend(DrawnBackend):
    r"""Ideal qubits as matrix product states; with `shots`, drawn from their exact distribution.

    One state a point, made by Aer; the Gram matrix contracts the stored states and runs no circuit
    a pair. Time grows linearly in the qubits and with the cube of the bond dimension, which a chain
    of neighbours keeps low and entanglement of all with all does not: such a circuit is refused
    while its first point is encoded.

    Parameters
    ----------
    shots : int or None, default=None
        Measurements of each circuit; None gives exact results.
    bond_dimension : int, default=32
        Largest dimension that a bond may grow to.
    truncation : float, default=1e-16
        Sum of squares up to which singular values are dropped; Aer's threshold.
    truncate : bool, default=False
        True cuts bonds at `bond_dimension` in place of refusing the circuit. The record says that
        the limit was met; how far the kernel is off, it cannot say.
    random_state : int or None, default=None
        Root of the shots' seeds.

    Notes
    -----
    Kernels and expectation values of any number of qubits; outcome distributions, which have
    :math:`2^n` entries, as far as they fit the memory.

    References
    ----------
    Vidal, Phys. Rev. Lett. 91, 147902 (2003), doi:10.1103/PhysRevLett.91.147902. As kernels:
    Metcalf et al., arXiv:2411.09336 (2024); Chen et al., arXiv:2405.02630 (2024).

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> chain = zz_feature_map(100, reps=1, entanglement="linear")
    >>> X = np.random.default_rng(0).uniform(0, 0.1, (3, 100))
    >>> MPSBackend().gram(chain, X).shape
    (3, 3)
    """

    shots: PositiveInt | None = None
    bond_dimension: Annotated[int, Field(ge=2)] = 32
    truncation: PositiveFloat = 1e-16
    truncate: bool = False
    random_state: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self._widest, self._norm_error = 1, 0.0

    @property
    def report(self) -> dict[str, Any]:
        """The widest bond met, its limit, and what truncation took of a state's norm."""
        return {
            "bond_dimension": self._widest,
            "bond_dimension_limit": self.bond_dimension,
            "truncation": self.truncation,
            "truncated": self._widest >= self.bond_dimension and self.truncate,
            "norm_error": self._norm_error,
        }

    def n_metric_circuits(self, circuit: QuantumCircuit, wrt: Sequence[int], diagonal: bool) -> int:
        """Return the states that the fidelities are taken of, the unmoved one among them."""
        return super().n_metric_circuits(circuit, wrt, diagonal) + (self.shots is None)

    def _encode(self, circuit: QuantumCircuit, values: Values) -> MPSStates:
        states = encode_mps(circuit, values, self.bond_dimension, self.truncation, self.truncate)
        self._widest = max(self._widest, states.bond_dimension)
        self._norm_error = max(self._norm_error, states.norm_error)
        return states

    def _probabilities(self, circuit: QuantumCircuit, values: Values) -> Values:
        values = rows_of(circuit, values)
        what = f"the distributions of {circuit.num_qubits} qubits"
        require_states(circuit.num_qubits, len(values), 3, what)
        return np.asarray(np.abs(self._encode(circuit, values).statevectors()) ** 2)

    def _expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> Values:
        return self._encode(circuit, values).expectations(observables)

    def _gram(self, feature_map: QuantumCircuit, X: Values, Y: Values | None) -> Values:
        left = self._encode(feature_map, X)
        return left.gram(None if Y is None else self._encode(feature_map, Y))

    def _fidelities(self, feature_map: QuantumCircuit, points: Values, pairs: Pairs) -> Values:
        states = self._encode(feature_map, points)
        return states.taken(pairs[:, 0]).fidelities(states.taken(pairs[:, 1]))

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of a state whose bonds are as wide as they may be."""
        return mps_bytes(n_qubits, 1, self.bond_dimension)

    def _memory(self, workload: Workload) -> int:
        """Return the memory with narrow bonds; what wide ones need is checked as they are met."""
        points = max([workload.batch, *(sum(shape) for shape in workload.grams)])
        matrix = max([0, *(8 * rows * (columns or rows) for rows, columns in workload.grams)])
        return mps_bytes(workload.n_qubits, points, _NARROW) + matrix
