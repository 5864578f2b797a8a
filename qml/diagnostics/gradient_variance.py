"""Gradient variance: whether a circuit can be trained from a random start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.circuits import CircuitSpec, resolve_ansatz
from qml.engine import gradients
from qml.errors import DataError, SpecError

__all__ = ["GradientVariance", "decay_per_qubit", "gradient_variance", "variance_over_widths"]


@dataclass(frozen=True)
class GradientVariance:
    """How far the slopes of a random start spread.

    Parameters
    ----------
    n_qubits, n_weights : int
        Numbers of qubits and of weights.
    variance : float
        Variance over draws, averaged over the weights that move the observable at all.
    largest : float
        Largest variance of any weight.
    n_dead : int
        Weights whose slope is 0 at every draw: they commute with all that comes after.
    """

    n_qubits: int
    n_weights: int
    variance: float
    largest: float
    n_dead: int


def gradient_variance(
    circuit: QuantumCircuit, observable: SparsePauliOp, n_draws: int = 200, random_state: int = 0
) -> GradientVariance:
    r"""Return the variance of :math:`\partial_k\langle O\rangle` over uniform angles.

    On a barren plateau it falls exponentially with the qubits: then about :math:`1/\mathrm{Var}`
    shots are needed to see which way is down.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of which all parameters are drawn from :math:`[0, 2\pi)`.
    observable : SparsePauliOp
        Observable on the circuit's qubits.
    n_draws : int, default=200
        Number of random starts.
    random_state : int, default=0
        Seed of the draws.

    Raises
    ------
    SpecError
        If the circuit has no parameters.
    DataError
        If there are fewer than two draws.

    References
    ----------
    McClean, Boixo, Smelyanskiy, Babbush and Neven, Nat. Commun. 9, 4812 (2018),
    doi:10.1038/s41467-018-07090-4.

    Examples
    --------
    >>> found = gradient_variance(resolve_ansatz("real_amplitudes", 2), SparsePauliOp("ZZ"))
    >>> bool(found.variance > 0.05)
    True
    """
    if not circuit.num_parameters:
        raise SpecError("the circuit has no parameter to draw")
    if n_draws < 2:
        raise DataError(f"a variance needs two draws or more, got {n_draws}")
    rng = np.random.default_rng(random_state)
    angles = rng.uniform(0, 2 * np.pi, (n_draws, circuit.num_parameters))
    slopes = gradients(circuit, [observable], angles)[:, 0]
    dead = np.abs(slopes).max(axis=0) < 1e-12
    variances = slopes.var(axis=0)
    alive = variances[~dead]
    return GradientVariance(
        n_qubits=circuit.num_qubits,
        n_weights=circuit.num_parameters,
        variance=float(alive.mean()) if alive.size else 0.0,
        largest=float(variances.max()),
        n_dead=int(dead.sum()),
    )


def variance_over_widths(
    ansatz: CircuitSpec,
    qubits: Sequence[int] = (2, 4, 6, 8),
    n_draws: int = 200,
    random_state: int = 0,
) -> list[dict[str, float]]:
    r"""Return the gradient variance by width, for a global and for a local observable.

    The global one is :math:`Z^{\otimes n}`, the parity of all qubits; the local one
    :math:`\tfrac1n\sum_q Z_q`.

    Parameters
    ----------
    ansatz : str, mapping or callable
        Ansatz as `qml.circuits.resolve_ansatz` takes it, made for each width.
    qubits : sequence of int, default=(2, 4, 6, 8)
        Widths of the ansatz.
    n_draws, random_state : int
        Parameters of `gradient_variance`.

    Returns
    -------
    list of dict
        ``qubits``, ``weights``, ``global_variance``, ``local_variance``, ``dead_weights``.

    References
    ----------
    Cerezo, Sone, Volkoff, Cincio and Coles, Nat. Commun. 12, 1791 (2021),
    doi:10.1038/s41467-021-21728-w.

    Examples
    --------
    >>> rows = variance_over_widths("real_amplitudes", (2, 6))
    >>> rows[1]["global_variance"] < rows[0]["global_variance"]
    True
    """
    rows = []
    for width in qubits:
        circuit = resolve_ansatz(ansatz, width)
        whole = SparsePauliOp("Z" * width)
        single = ["I" * (width - q - 1) + "Z" + "I" * q for q in range(width)]
        local = SparsePauliOp(single, np.full(width, 1 / width))
        of_all = gradient_variance(circuit, whole, n_draws, random_state)
        of_each = gradient_variance(circuit, local, n_draws, random_state)
        rows.append(
            {
                "qubits": width,
                "weights": of_all.n_weights,
                "global_variance": of_all.variance,
                "local_variance": of_each.variance,
                "dead_weights": of_all.n_dead,
            }
        )
    return rows


def decay_per_qubit(rows: Sequence[dict[str, float]], key: str) -> float:
    r"""Return the slope of :math:`\log_2` of a variance by qubit: -1 halves it with each.

    Parameters
    ----------
    rows : sequence of dict
        Rows of `variance_over_widths`, two or more.
    key : {"global_variance", "local_variance"}
        Variance that is looked at.

    Examples
    --------
    >>> rows = [{"qubits": 2, "global_variance": 0.25}, {"qubits": 4, "global_variance": 0.0625}]
    >>> decay_per_qubit(rows, "global_variance")
    -1.0
    """
    if len(rows) < 2:
        raise DataError("a decay needs two widths or more")
    widths = [row["qubits"] for row in rows]
    return round(float(np.polyfit(widths, np.log2([row[key] for row in rows]), 1)[0]), 12)
