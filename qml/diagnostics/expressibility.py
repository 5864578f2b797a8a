"""Expressibility: how far a circuit's states are from uniformly random ones."""

from __future__ import annotations

import numpy as np
from qiskit.circuit import QuantumCircuit

from qml.engine import statevectors
from qml.errors import SpecError

__all__ = ["expressibility"]


def expressibility(
    circuit: QuantumCircuit, n_pairs: int = 2000, n_bins: int = 75, random_state: int = 0
) -> float:
    r"""Return the divergence of the states' fidelities from those of Haar-random states.

    .. math:: D_\mathrm{KL}\big(\hat P(F)\,\|\,P_\mathrm{Haar}(F)\big),\qquad
        P_\mathrm{Haar}(F) = (d-1)(1-F)^{d-2}

    over a histogram of the fidelities of pairs of states at uniform angles. 0 is as random as can
    be; a circuit that stays put has :math:`(d-1)\ln n_\mathrm{bins}`. A small value promises reach,
    and with it flat gradients: see `gradient_variance`.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of which all parameters are drawn from :math:`[0, 2\pi)`.
    n_pairs : int, default=2000
        Number of pairs of states. With few the histogram's own noise is seen, about
        :math:`n_\mathrm{bins}/2n_\mathrm{pairs}`.
    n_bins : int, default=75
        Number of the histogram's bins, as in the paper.
    random_state : int, default=0
        Seed of the draws.

    Returns
    -------
    float
        The divergence in nats.

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
    >>> deep, shallow = ({"name": "efficient_su2", "reps": reps} for reps in (3, 0))
    >>> expressibility(resolve_ansatz(deep, 2)) < expressibility(resolve_ansatz(shallow, 2))
    True
    """
    if not circuit.num_parameters:
        raise SpecError("the circuit has no parameter to draw")
    rng = np.random.default_rng(random_state)
    angles = rng.uniform(0, 2 * np.pi, (2 * n_pairs, circuit.num_parameters))
    first, second = np.split(statevectors(circuit, angles), 2)
    fidelities = np.abs((first.conj() * second).sum(axis=1)) ** 2
    edges = np.linspace(0, 1, n_bins + 1)
    counts, _ = np.histogram(np.clip(fidelities, 0, 1), edges)
    d = 1 << circuit.num_qubits
    survival = (d - 1) * np.log1p(-edges[:-1])  # of the fidelity beyond each edge, its logarithm
    width = np.log1p(-1 / (n_bins - np.arange(n_bins - 1)))  # (1 - right) / (1 - left)
    log_haar = survival.copy()
    log_haar[:-1] += np.log(-np.expm1((d - 1) * width))
    seen = counts > 0
    shares = counts[seen] / counts.sum()
    return float((shares * (np.log(shares) - log_haar[seen])).sum())
