"""Mitigation of any backend that transpiles: wrong readouts inverted, noise extrapolated to zero.

All of it is linear in the outcomes, so expectation values and Gram entries stay unbiased where the
noise is what was assumed; a distribution that got negative entries is replaced by the nearest one
that is a distribution.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.errors import BackendError

__all__ = [
    "extrapolation_weights",
    "folded",
    "inverted",
    "nearest_distribution",
]

Values = NDArray[np.float64]


def folded(isa: QuantumCircuit, factor: float) -> tuple[QuantumCircuit, float]:
    r"""Return the circuit with two-qubit gates followed by their inverse and themselves again.

    Parameters
    ----------
    isa : QuantumCircuit
        Transpiled; nothing may optimise it afterwards.
    factor : float
        How many two-qubit gates there should be for one. Pairs :math:`G^{-1}G` are spread evenly
        over the gates.

    Returns
    -------
    circuit : QuantumCircuit
    reached : float
        The factor as whole pairs give it; 1 where there is no two-qubit gate.

    References
    ----------
    Giurgica-Tiron et al., IEEE QCE 306 (2020), doi:10.1109/QCE49297.2020.00045.
    """
    places = [i for i, step in enumerate(isa.data) if len(step.qubits) == 2 and not step.clbits]
    places = [i for i in places if isa.data[i].operation.name != "barrier"]
    n_pairs = round(len(places) * (factor - 1) / 2)
    if not n_pairs:
        return isa, 1.0
    # gate k gets its share of the pairs, as evenly as whole numbers allow
    shares = np.diff(np.floor(np.arange(len(places) + 1) * n_pairs / len(places) + 1e-9))
    pairs = dict(zip(places, shares.astype(int).tolist(), strict=True))
    result = isa.copy_empty_like()
    for i, step in enumerate(isa.data):
        result.append(step)
        for _ in range(pairs.get(i, 0)):
            result.append(step.replace(operation=step.operation.inverse()))
            result.append(step)
    return result, 1 + 2 * n_pairs / len(places)


def extrapolation_weights(factors: Sequence[float], extrapolator: str) -> Values:
    """Return the weights whose sum over results at these factors is the value at no noise.

    Parameters
    ----------
    factors : sequence of float
        All different.
    extrapolator : {"linear", "richardson"}
        A line of least squares, or the polynomial through all; with two factors the same. At 1 and
        1.5 the weights are 3 and -2.

    Examples
    --------
    >>> extrapolation_weights([1.0, 1.5], "linear").round(12).tolist()
    [3.0, -2.0]
    """
    degree = 1 if extrapolator == "linear" else len(factors) - 1
    powers = np.vander(np.asarray(factors, dtype=np.float64), min(degree, len(factors) - 1) + 1)
    return np.asarray(np.linalg.pinv(powers)[-1])


def inverted(assignments: Sequence[Values], frequencies: Values) -> Values:
    """Return the frequencies as they were before they were read wrongly.

    Parameters
    ----------
    assignments : sequence of ndarray
        One matrix ``[read, was]`` a bit, the first bit first; or a single one of all outcomes.
    frequencies : ndarray of shape (batch, 2**n_bits)
        As read.

    Raises
    ------
    BackendError
        If a readout says nothing of the state: its matrix has no inverse.
    """
    inverses = []
    for matrix in assignments:
        if np.linalg.cond(matrix) > 1e3:
            raise BackendError("readout cannot be inverted: outcomes do not depend on the state")
        inverses.append(np.linalg.inv(matrix))
    if len(inverses) == 1 and len(inverses[0]) == frequencies.shape[1]:
        return np.asarray(frequencies @ inverses[0].T)
    n_bits = len(inverses)
    tensor = frequencies.reshape((-1,) + (2,) * n_bits)
    for bit, inverse in enumerate(inverses):
        axis = n_bits - bit
        tensor = np.moveaxis(np.tensordot(inverse, tensor, axes=([1], [axis])), 0, axis)
    return np.ascontiguousarray(tensor.reshape(frequencies.shape))


def nearest_distribution(quasi: Values) -> Values:
    """Return for each row the distribution that is nearest in the sum of squares.

    References
    ----------
    Smolin, Gambetta, Smith, Phys. Rev. Lett. 108, 070502 (2012),
    doi:10.1103/PhysRevLett.108.070502.

    Examples
    --------
    >>> nearest_distribution(np.array([[1.1, -0.1], [0.4, 0.6]])).tolist()
    [[1.0, 0.0], [0.4, 0.6]]
    """
    descending = -np.sort(-quasi, axis=1)
    excess = (np.cumsum(descending, axis=1) - 1) / np.arange(1, quasi.shape[1] + 1)
    last = (descending > excess).sum(axis=1) - 1
    return np.asarray(np.maximum(quasi - np.take_along_axis(excess, last[:, None], axis=1), 0.0))
