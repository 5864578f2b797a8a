"""A variational model's shape: its circuit, what is read of it, and the head on top."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, islice

import numpy as np
from numpy.typing import NDArray

from qml.circuits import ModelCircuit
from qml.engine import outcomes
from qml.errors import SpecError
from qml.variational._heads import AnyHead

__all__ = ["Architecture", "z_observables"]

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Architecture:
    """What is trained and what is read.

    Parameters
    ----------
    model : ModelCircuit
        Circuit with its inputs and its weights.
    readout : ndarray of shape (2**n_qubits, n_outputs)
        Matrix that makes the circuit's outputs, ``probabilities @ readout``.
    head : Head, BiasedVote, or what does the same
        Map from the outputs to predictions.
    """

    model: ModelCircuit
    readout: Values
    head: AnyHead

    @property
    def n_circuit_weights(self) -> int:
        """Angles; the head's weights come after them."""
        return len(self.model.weights)

    @property
    def n_weights(self) -> int:
        """All that is trained."""
        return self.n_circuit_weights + self.head.n_weights

    def split(self, weights: Values) -> tuple[Values, Values]:
        """Return the circuit's weights and the head's."""
        return weights[: self.n_circuit_weights], weights[self.n_circuit_weights :]


def z_observables(n_qubits: int, n_classes: int, first: tuple[int, ...] = (0,)) -> Values:
    r"""Return one product of Pauli Z a class, as a readout.

    Two classes share one observable, :math:`\pm O/2`, so that a softmax of their difference is a
    sigmoid of :math:`O`. More get one each: `first`, then the products of fewest qubits.

    Parameters
    ----------
    n_qubits, n_classes : int
        Width of the circuit, and number of classes.
    first : tuple of int, default=(0,)
        Qubits of the first observable.

    Returns
    -------
    ndarray of shape (2**n_qubits, n_classes)
        Eigenvalues by outcome.

    Raises
    ------
    SpecError
        If there are more classes than products.

    Examples
    --------
    >>> z_observables(1, 2)
    array([[-0.5,  0.5],
           [ 0.5, -0.5]])
    """
    needed = 1 if n_classes == 2 else n_classes
    others = (
        chosen
        for size in range(1, n_qubits + 1)
        for chosen in combinations(range(n_qubits), size)
        if chosen != first
    )
    products = [first, *islice(others, needed - 1)]
    if len(products) < needed:
        raise SpecError(
            f"{n_qubits} qubits have {len(products)} products of Pauli Z, the data has "
            f"{n_classes} classes; use more qubits (features)"
        )
    masks = np.array([sum(1 << qubit for qubit in chosen) for chosen in products])
    bits = np.bitwise_count(outcomes(n_qubits)[:, None] & masks)
    signs = 1.0 - 2.0 * (bits & 1)
    return np.hstack([-signs / 2, signs / 2]) if n_classes == 2 else np.asarray(signs)
