"""Gram matrices of fidelities: one state a point, then matrix products block by block."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit

from qml.engine._fusion import fuse
from qml.engine._kernels import square_into
from qml.engine._lowering import lower
from qml.engine._memory import (
    SMALL_BYTES,
    memory_allowed,
    memory_needed,
    require_memory,
)
from qml.engine._rows import rows_of
from qml.engine._simulation import compile_program
from qml.engine._threads import in_threads, n_threads, own_threads
from qml.errors import ResourceError

__all__ = ["gram", "gram_bytes"]

_BLOCK_ROWS = 128  # of a product; its memory stays small and half of the symmetric matrix is saved
_WORTH_A_THREAD = 1 << 20  # multiplications, below which a thread costs more than it brings

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


def gram(
    feature_map: QuantumCircuit,
    X: ArrayLike,
    Y: ArrayLike | None = None,
    max_bytes: int | None = None,
    dtype: type[np.complexfloating] = np.complex128,
) -> Real:
    r"""Return :math:`K_{ij} = |\langle\Phi(y_j)|\Phi(x_i)\rangle|^2`.

    Parameters
    ----------
    feature_map : QuantumCircuit
        Circuit whose parameters take the features in order.
    X : array-like of shape (n, n_features)
        Points of the rows.
    Y : array-like of shape (m, n_features) or None, default=None
        Points of the columns; None means X.
    max_bytes : int or None, default=None
        Bound on the memory for states and products, without K itself; None takes half of what is
        free. Where the states of all points do not fit, they are computed again block by block.
    dtype : complex type, default=numpy.complex128
        Precision of states and products; K is float64 either way.

    Returns
    -------
    ndarray of shape (n, m) or (n, n)
        Matrix of the fidelities, symmetric with unit diagonal, to rounding, where `Y` is None.

    Raises
    ------
    ResourceError
        If one block of states does not fit; nothing was allocated.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> gram(zz_feature_map(2), [[0.1, 0.2], [0.3, 0.4]]).shape
    (2, 2)
    """
    rows = rows_of(feature_map, X, "X")
    columns = None if Y is None else rows_of(feature_map, Y, "Y")
    n, m = len(rows), len(rows if columns is None else columns)
    what = f"a Gram matrix of {n} x {m} points on {feature_map.num_qubits} qubits"
    require_memory(8 * n * m, what)
    points = n if columns is None else n + m
    itemsize = np.dtype(dtype).itemsize
    encoder = _Encoder(feature_map, dtype)
    K = np.empty((n, m))
    if not K.size:
        return K
    block = _states_that_fit(feature_map.num_qubits, points, m, max_bytes, itemsize, what)
    with own_threads():
        for first in range(0, n, block):
            left = encoder.states(rows[first : first + block])
            if columns is None:
                _fill(K, left, left, first, first, symmetric=True)
            others = range(first + block, n, block) if columns is None else range(0, m, block)
            for other in others:
                right = encoder.states(
                    (rows if columns is None else columns)[other : other + block]
                )
                _fill(K, left, right, first, other, symmetric=columns is None)
    return K


def gram_bytes(n_qubits: int, n: int, m: int = 0) -> int:
    """Return the most memory that `gram` takes if all states are kept.

    >>> gram_bytes(14, 5000) < 2 * 2**30
    True
    """
    columns = m or n
    products = 16 * _BLOCK_ROWS * columns
    return memory_needed(n_qubits, n + m) + products + 8 * n * columns


class _Encoder:
    """States of a feature map, batch after batch."""

    def __init__(self, feature_map: QuantumCircuit, dtype: type[np.complexfloating]) -> None:
        program = fuse(lower(feature_map))
        self._table = program.table
        self._compiled = compile_program(program)
        self._dtype = dtype

    def states(self, rows: Real) -> Complex:
        return self._compiled.states(self._table.evaluate(rows), len(rows), dtype=self._dtype)


def _states_that_fit(
    n_qubits: int, points: int, columns: int, max_bytes: int | None, itemsize: int, what: str
) -> int:
    """Return how many points' states to hold at a time; all of them if they fit."""
    products = itemsize * _BLOCK_ROWS * columns
    one = itemsize << min(n_qubits, 256)
    needed = one * points + products
    if max_bytes is None and needed <= SMALL_BYTES:
        return points
    free = memory_allowed() if max_bytes is None else max_bytes
    if needed <= free:
        return points
    held = (free - products) // (2 * one)  # a block of rows and one of columns
    if held < 1:
        raise ResourceError(
            f"{what} needs {2 * one + products:.3g} bytes at least, {max(free, 0):.3g} may be used"
        )
    return int(held)


def _fill(
    K: Real, left: Complex, right: Complex, first_row: int, first_column: int, symmetric: bool
) -> None:
    """Fill the block of K that two batches of states meet in, a few rows to a thread."""
    same = symmetric and first_row == first_column

    def work(item: int) -> None:
        top = item * _BLOCK_ROWS
        start = top if same else 0
        # conjugated on the smaller side: the squared magnitude does not see which
        product = left[top : top + _BLOCK_ROWS].conj() @ right[start:].T
        square_into(product, K, first_row + top, first_column + start, symmetric)

    amount = len(left) * len(right) * left.shape[1]
    threads = n_threads() if amount > _WORTH_A_THREAD else 1
    in_threads(work, -(-len(left) // _BLOCK_ROWS), threads)
