"""Entangling capability: how much a circuit's states are entangled, on average."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.engine import statevectors
from qml.errors import SpecError

__all__ = ["entangling_capability", "meyer_wallach"]


def meyer_wallach(states: NDArray[np.complex128]) -> NDArray[np.float64]:
    r"""Return the Meyer-Wallach measure :math:`Q = 2(1 - \tfrac1n\sum_q\mathrm{Tr}\rho_q^2)`.

    0 for product states, 1 where every qubit is maximally entangled with the rest.

    Parameters
    ----------
    states : ndarray of shape (n_states, 2**n_qubits)
        Normalised states, one a row.

    Returns
    -------
    ndarray of shape (n_states,)

    References
    ----------
    Meyer and Wallach, J. Math. Phys. 43, 4273 (2002), doi:10.1063/1.1497700.

    Examples
    --------
    >>> bell, product = [1, 0, 0, 1] / np.sqrt(2), [1.0, 0, 0, 0]
    >>> meyer_wallach(np.array([bell, product])).round(12).tolist()
    [1.0, 0.0]
    """
    n_states, size = states.shape
    n_qubits = size.bit_length() - 1
    purity = np.zeros(n_states)
    for qubit in range(n_qubits):
        halves = states.reshape(n_states, -1, 2, 1 << qubit)
        rho = np.einsum("nabc,nadc->nbd", halves, halves.conj())
        purity += np.einsum("nbd,ndb->n", rho, rho).real
    return np.asarray(2 * (1 - purity / n_qubits))


def entangling_capability(
    circuit: QuantumCircuit, n_draws: int = 1000, random_state: int = 0
) -> float:
    """Return the mean Meyer-Wallach measure of the circuit's states at uniform angles.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of which all parameters are drawn.
    n_draws : int, default=1000
        Number of states.
    random_state : int, default=0
        Seed of the draws.

    Raises
    ------
    SpecError
        If the circuit has no parameters.

    References
    ----------
    Sim, Johnson and Aspuru-Guzik, Adv. Quantum Technol. 2, 1900070 (2019),
    doi:10.1002/qute.201900070.

    Examples
    --------
    >>> from qml.circuits import resolve_ansatz
    >>> round(entangling_capability(resolve_ansatz({"name": "efficient_su2", "reps": 0}, 3)), 9)
    0.0
    """
    if not circuit.num_parameters:
        raise SpecError("the circuit has no parameter to draw")
    rng = np.random.default_rng(random_state)
    angles = rng.uniform(0, 2 * np.pi, (n_draws, circuit.num_parameters))
    return float(meyer_wallach(statevectors(circuit, angles)).mean())
