"""The fidelity kernel of Havlíček et al. and of Schuld and Killoran."""

from __future__ import annotations

from qiskit.circuit import QuantumCircuit

from qml.backends import Workload
from qml.kernels._contract import Matrix, QuantumKernel

__all__ = ["FidelityKernel"]


class FidelityKernel(QuantumKernel):
    r"""Fidelity of two encoded points.

    .. math:: K(x, y) = |\langle\Phi(\lambda y)|\Phi(\lambda x)\rangle|^2

    Parameters
    ----------
    feature_map, bandwidth, backend, random_state
        As for `qml.kernels.QuantumKernel`.

    Notes
    -----
    Circuits: exact, one a point; measured, one an entry, the symmetric entries once and the
    diagonal never.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.
    Shaydulin and Wild, Phys. Rev. A 106, 042407 (2022), doi:10.1103/PhysRevA.106.042407
    (bandwidth).

    Examples
    --------
    >>> import numpy as np
    >>> kernel = FidelityKernel("angle")
    >>> float(kernel([[0.0]], [[np.pi / 2]])[0, 0].round(12))
    0.5
    """

    def _evaluate(
        self, circuit: QuantumCircuit, X: Matrix, Y: Matrix | None, fitting: bool
    ) -> Matrix:
        return self.backend.gram(circuit, X, Y)

    def _workload(self, n_qubits: int, n_train: int, n_test: int) -> Workload:
        return Workload(n_qubits, grams=((n_train, 0), (n_test, n_train)))
