"""Gram matrices of fidelities: one state a point, then matrix products block by block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit

from qml.engine._fusion import fuse
from qml.engine._kernels import split_into, square_into
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

# An entry is the same number in every matrix, and (i, j) that of (j, i). Products of complex
# numbers would round it by its place among the others; those of real parts do not, where their
# sides are whole numbers of the libraries' own tiles and not so small that other code does them.
_TILE = 40
_BLOCK_ROWS = 3 * _TILE  # of a product; half of the symmetric matrix is saved
_BLOCK_COLUMNS = 12 * _TILE
_DEPTH = 1024  # amplitudes that are multiplied at a time
_TOGETHER = (
    8  # points that are simulated in step, as many as a register takes: the rest of a division
)
_FEW_QUBITS = 22  # by it would be rounded otherwise, but here 8 states take half a gibibyte
_PASSING_BYTES = 1 << 26  # of states before their parts are taken
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
    block = _states_that_fit(feature_map.num_qubits, points, max_bytes, itemsize, what)
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
    passing = memory_needed(n_qubits, min(_at_a_time(n_qubits, 16), n + m + _TOGETHER))
    products = _products_bytes(16, n_qubits) + passing
    return memory_needed(n_qubits, n + m) + products + 8 * n * (m or n)


class _States(NamedTuple):
    """Real and imaginary parts of states, a row each."""

    real: Real
    imaginary: Real

    def part(self, start: int, n: int) -> _States:
        return _States(self.real[start : start + n], self.imaginary[start : start + n])

    def tiles(self, start: int) -> list[Real]:
        """Return some amplitudes of all rows, with rows of zeros up to a whole number of tiles."""
        n, parts = len(self.real), [part[:, start : start + _DEPTH] for part in self]
        if n % _TILE == 0:
            return parts
        padded = np.zeros((2, n + -n % _TILE, parts[0].shape[1]), self.real.dtype)
        padded[0, :n], padded[1, :n] = parts
        return list(padded)


class _Encoder:
    """States of a feature map, batch after batch."""

    def __init__(self, feature_map: QuantumCircuit, dtype: type[np.complexfloating]) -> None:
        program = fuse(lower(feature_map))
        self._table = program.table
        self._compiled = compile_program(program)
        self._dtype = dtype
        self._one = 1 << feature_map.num_qubits
        self._together = _together(feature_map.num_qubits)
        self._at_a_time = _at_a_time(feature_map.num_qubits, np.dtype(dtype).itemsize)

    def states(self, rows: Real) -> _States:
        n, real = len(rows), np.dtype(self._dtype).type(0).real.dtype
        found = _States(np.empty((n, self._one), real), np.empty((n, self._one), real))
        for start in range(0, n, self._at_a_time):
            few = rows[start : start + self._at_a_time]
            more = np.repeat(few[-1:], -len(few) % self._together, axis=0)
            values = self._table.evaluate(np.concatenate([few, more]))
            states = self._compiled.states(values, len(few) + len(more), dtype=self._dtype)
            split_into(states[: len(few)], *found.part(start, len(few)))
        return found


def _together(n_qubits: int) -> int:
    """Return how many points are simulated in step."""
    return _TOGETHER if n_qubits <= _FEW_QUBITS else 1


def _at_a_time(n_qubits: int, itemsize: int) -> int:
    """Return the points whose states are whole before their parts are taken."""
    together = _together(n_qubits)
    fit = _PASSING_BYTES // (itemsize << min(n_qubits, 256))
    return max(fit - fit % together, together)


def _products_bytes(itemsize: int, n_qubits: int) -> int:
    """Return what one thread's products take, with padded parts and what passes to them."""
    parts = min(_DEPTH, 1 << min(n_qubits, 256)) * (_BLOCK_ROWS + _BLOCK_COLUMNS)
    return itemsize * parts + 3 * itemsize // 2 * _BLOCK_ROWS * _BLOCK_COLUMNS


def _states_that_fit(
    n_qubits: int, points: int, max_bytes: int | None, itemsize: int, what: str
) -> int:
    """Return how many points' states to hold at a time; all of them if they fit."""
    one = itemsize << min(n_qubits, 256)
    passing = one * min(_at_a_time(n_qubits, itemsize), points + _TOGETHER)
    products = _products_bytes(itemsize, n_qubits) + passing
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
    K: Real, left: _States, right: _States, first_row: int, first_column: int, symmetric: bool
) -> None:
    """Fill the block of K that two batches of states meet in, a few rows to a thread."""
    same = symmetric and first_row == first_column

    def work(item: int) -> None:
        top = item * _BLOCK_ROWS
        rows = left.part(top, _BLOCK_ROWS)
        for start in range(top if same else 0, len(right.real), _BLOCK_COLUMNS):
            columns = right.part(start, _BLOCK_COLUMNS)
            sizes = len(rows.real), len(columns.real)
            places = first_row + top, first_column + start
            square_into(*_products(rows, columns), K, *sizes, *places, symmetric)

    amount = left.real.size * len(right.real)
    threads = n_threads() if amount > _WORTH_A_THREAD else 1
    in_threads(work, -(-len(left.real) // _BLOCK_ROWS), threads)


def _products(left: _States, right: _States) -> tuple[Real, Real]:
    """Return the real and imaginary parts of all inner products, in whole tiles."""
    real, imaginary = _product_of_tiles(left, right, 0)
    for start in range(_DEPTH, left.real.shape[1], _DEPTH):
        more = _product_of_tiles(left, right, start)  # added at once: (j, i) adds the same numbers
        real += more[0]
        imaginary += more[1]
    return real, imaginary


def _product_of_tiles(left: _States, right: _States, start: int) -> tuple[Real, Real]:
    a, b = left.tiles(start)
    c, d = (part.T for part in right.tiles(start))
    real, imaginary = a @ c, a @ d
    real += (more := b @ d)
    imaginary -= np.matmul(b, c, out=more)
    return real, imaginary
