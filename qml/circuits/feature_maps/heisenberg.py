"""Hamiltonian evolution: a chain of Heisenberg couplings as strong as the features."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import NonNegativeInt, PositiveFloat, PositiveInt
from qiskit.circuit import ParameterVector, QuantumCircuit
from scipy.stats import unitary_group

__all__ = ["heisenberg"]


def heisenberg(
    n_features: int,
    steps: PositiveInt = 20,
    time: PositiveFloat | None = None,
    seed: NonNegativeInt = 0,
    start: Literal["haar", "angles"] = "haar",
) -> QuantumCircuit:
    r"""Trotter steps of a Heisenberg chain, on a product of random states.

    .. math:: |\Phi(x)\rangle = \Big(\prod_j \exp\big(-i\tfrac tT x_j
        (X_jX_{j+1} + Y_jY_{j+1} + Z_jZ_{j+1})\big)\Big)^T \bigotimes_j|\psi_j\rangle

    Parameters
    ----------
    n_features : int
        Number of couplings; there is one qubit more.
    steps : int, default=20
        Number of steps, the paper's :math:`T`.
    time : float or None, default=None
        Time of the evolution, the paper's :math:`t`; None is `n_features` / 3, as there.
    seed : int, default=0
        Seed of the random single-qubit states :math:`\psi_j`.
    start : {"haar", "angles"}, default="haar"
        Distribution of these states: Haar-random, as published; or RZ, RY and RZ by three angles
        uniform in :math:`[0, 2\pi)`, as Bowles et al. have them, which favours the poles.

    Returns
    -------
    QuantumCircuit
        `n_features` + 1 qubits, `n_features` parameters.

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), doi:10.1038/s41467-021-22539-9. The code
    of Bowles, Ahmed and Schuld, arXiv:2403.07059 (2024), evolves for `time` = t n_features / 2 with
    their t.

    Examples
    --------
    >>> heisenberg(3).num_qubits
    4
    """
    x = ParameterVector("x", n_features)
    circuit = QuantumCircuit(n_features + 1)
    rng = np.random.default_rng(seed)
    for qubit in range(n_features + 1):
        if start == "haar":
            circuit.unitary(unitary_group.rvs(2, random_state=rng), [qubit])
            continue
        first, middle, last = rng.uniform(0, 2 * np.pi, 3)
        circuit.rz(first, qubit)
        circuit.ry(middle, qubit)
        circuit.rz(last, qubit)
    duration = n_features / 3 if time is None else time
    for _ in range(steps):
        for j in range(n_features):
            angle = 2 * duration / steps * x[j]  # the three couplings of a pair commute
            circuit.rxx(angle, j, j + 1)
            circuit.ryy(angle, j, j + 1)
            circuit.rzz(angle, j, j + 1)
    return circuit
