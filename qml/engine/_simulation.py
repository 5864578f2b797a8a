"""Running a program on a batch: the compiled kernels on blocks of samples, in threads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit

from qml.engine import _kernels
from qml.engine._fusion import fuse
from qml.engine._lowering import lower
from qml.engine._memory import require_states
from qml.engine._program import Kind, Phases, Program
from qml.engine._rows import rows_of
from qml.engine._threads import in_threads, n_threads, own_threads, workspace

__all__ = ["Compiled", "compile_program", "statevectors"]

_BLOCK_AMPLITUDES = 1 << 16  # of a block: real and imaginary parts take 1 MiB of the cache
_WIDEST_BLOCK = 128
_NARROWEST_BLOCK = 8  # samples side by side fill the vector registers
_WORTH_A_THREAD = 1 << 17  # amplitudes times steps, below which a thread costs more than it brings

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]


def statevectors(
    circuit: QuantumCircuit, values: ArrayLike, dtype: type[np.complexfloating] = np.complex128
) -> Complex:
    r"""Return :math:`U(v)|0\rangle` for every row :math:`v`.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates; final measurements are left out.
    values : array-like of shape (batch, n_parameters)
        Parameter values in ``circuit.parameters`` order.
    dtype : {numpy.complex128, numpy.complex64}, default=numpy.complex128
        Precision, of the arithmetic too.

    Returns
    -------
    ndarray of shape (batch, 2**n_qubits)
        States in Qiskit's order: qubit 0 is the least significant bit.

    Raises
    ------
    SpecError
        If the circuit holds something that is no gate, or the values do not fit its parameters.
    ResourceError
        If the states do not fit the memory; nothing was allocated.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> statevectors(zz_feature_map(2), [[0.1, 0.2], [0.3, 0.4]]).shape
    (2, 4)
    """
    rows = rows_of(circuit, values)
    what = f"{len(rows)} states of {circuit.num_qubits} qubits"
    require_states(circuit.num_qubits, len(rows), 2, what)
    program = fuse(lower(circuit))
    with own_threads():
        table = program.table.evaluate(rows)
        return compile_program(program).states(table, len(rows), dtype=dtype)


@dataclass(frozen=True)
class Compiled:
    """A program as the arrays that the kernels read.

    Parameters
    ----------
    n_qubits : int
        Width of the circuit.
    steps : ndarray of shape (n_steps, 5)
        Kind, first place in `wires`, number of wires, row of the angles, place in `matrices`.
    wires : ndarray of int
        The steps' qubits, flat.
    matrices : ndarray of complex
        The steps' matrices, flat.
    angles : ndarray of shape (n_expressions, n_angles)
        Matrix by which the expression table is multiplied to get what the kernels take sine and
        cosine of.
    phase : ndarray of shape (n_expressions,)
        Vector by which the expression table is multiplied to get the global phase.
    columns, scales : ndarrays of shape (n_steps,)
        Columns and factors of the rotations' angles, for the derivatives.
    leading_hadamards : int
        Number of first steps that only make the uniform superposition of the all-zeros state.
    has_phases : bool
        True where a diagonal needs scratch space.
    """

    n_qubits: int
    steps: NDArray[np.int64]
    wires: NDArray[np.int64]
    matrices: Complex
    angles: Real
    phase: Real
    columns: NDArray[np.intp]
    scales: Real
    leading_hadamards: int
    has_phases: bool

    def states(
        self,
        table: Real,
        batch: int,
        start: Complex | None = None,
        dtype: type[np.complexfloating] = np.complex128,
    ) -> Complex:
        """Return the program applied to `start`, or to the all-zeros state.

        Parameters
        ----------
        table : ndarray of shape (batch or 1, n_expressions)
            The expression table; one row serves all samples.
        batch : int
            Number of samples.
        start : ndarray of shape (batch, 2**n_qubits) or None, default=None
            States to start from, left as they are; None is all zeros.
        dtype : complex type, default=numpy.complex128
            Precision of the result.
        """
        out = np.empty((batch, 1 << self.n_qubits), dtype=dtype)
        blocks = self.blocks(batch)
        real = out.real.dtype
        cos, sin = self.trigonometry(table, real)

        def work(block: int) -> None:
            first, last = blocks[block]
            width = last - first
            re, im = self._block("ket", width, real, None if start is None else start[first:last])
            steps = self.steps if start is not None else self.steps[self.leading_hadamards :]
            length = len(re) if self.has_phases else 0
            scratch = workspace("scratch", 4 * length, real).reshape(4, length)
            _kernels.run_block(
                re, im, self.n_qubits, width, steps, self.wires, self.matrices,
                _columns(cos, first, last, self.has_phases),
                _columns(sin, first, last, self.has_phases), scratch,
            )  # fmt: skip
            _kernels.store_block(re, im, width, out[first:last])

        in_threads(work, len(blocks), self.threads(batch))
        phase = table @ self.phase
        if np.any(phase):
            out *= np.exp(1j * phase).astype(dtype)[:, None]
        return out

    def gradient(self, table: Real, kets: Complex, bras: Complex) -> Real:
        r"""Return the derivative of :math:`2\,\mathrm{Re}\langle b|U|\cdot\rangle` by expression.

        Parameters
        ----------
        table : ndarray of shape (batch or 1, n_expressions)
            Expression table; one row serves all samples.
        kets : ndarray of shape (batch, 2**n_qubits)
            The states after the program.
        bras : ndarray of shape (batch, 2**n_qubits)
            The fixed sides of the inner products.

        Returns
        -------
        ndarray of shape (batch, n_expressions) or (1, n_expressions)
            Derivatives by sample, or their sum if they share the table's one row; global phases
            included.
        """
        batch = len(kets)
        shared = len(table) == 1
        blocks = self.blocks(batch)
        by_step = np.zeros((len(self.steps), len(blocks) if shared else batch))
        cos, sin = self.trigonometry(table, np.dtype(np.float64))

        def work(block: int) -> None:
            first, last = blocks[block]
            width = last - first
            ket = self._block("ket", width, cos.dtype, kets[first:last])
            bra = self._block("bra", width, cos.dtype, bras[first:last])
            gradient = np.zeros((len(self.steps), 1 if shared else width))
            _kernels.adjoint_block(
                *ket, *bra, self.n_qubits, width, self.steps, self.wires, self.matrices,
                _columns(cos, first, last, False), _columns(sin, first, last, False), gradient,
            )  # fmt: skip
            (by_step[:, block : block + 1] if shared else by_step[:, first:last])[...] = gradient

        in_threads(work, len(blocks), self.threads(batch))
        if shared:
            by_step = by_step.sum(axis=1, keepdims=True)
        result = np.zeros((by_step.shape[1], self.angles.shape[0]))
        rotations = np.flatnonzero(self.scales)
        scaled = by_step[rotations] * self.scales[rotations, None]
        np.add.at(result.T, self.columns[rotations], scaled)
        if self.phase.any():  # d(2 Re <b|e^{i phase}...>) = -2 Im <b|ket> d(phase)
            overlap = np.einsum("bi,bi->b", bras.conj(), kets).imag
            if shared:
                overlap = overlap.sum(keepdims=True)
            result -= 2 * overlap[:, None] * self.phase
        return result

    def blocks(self, batch: int) -> list[tuple[int, int]]:
        """Return the first and last sample of blocks that fit the cache, whatever the threads."""
        width = min(_WIDEST_BLOCK, _BLOCK_AMPLITUDES >> self.n_qubits)
        width = min(max(width, _NARROWEST_BLOCK), batch)
        return [(first, min(first + width, batch)) for first in range(0, batch, max(width, 1))]

    def threads(self, batch: int) -> int:
        """Return how many threads the work is worth."""
        amount = (batch << self.n_qubits) * max(1, len(self.steps))
        return n_threads() if amount > _WORTH_A_THREAD else 1

    def trigonometry(self, table: Real, dtype: np.dtype[np.floating]) -> tuple[Real, Real]:
        """Return cosine and sine of every angle, shape (n_angles, batch or 1)."""
        angles = (table @ self.angles).T
        return np.cos(angles).astype(dtype, copy=False), np.sin(angles).astype(dtype, copy=False)

    def _block(
        self, name: str, width: int, dtype: np.dtype[np.floating], states: Complex | None
    ) -> tuple[Real, Real]:
        size = width << self.n_qubits
        re = workspace(f"{name} real", size, dtype)
        im = workspace(f"{name} imaginary", size, dtype)
        if states is not None:
            _kernels.load_block(re, im, width, states)
            return re, im
        re[:] = im[:] = 0.0
        if self.leading_hadamards:
            re[:] = 2.0 ** (-self.n_qubits / 2)
        else:
            re[:width] = 1.0
        return re, im


def _columns(values: Real, first: int, last: int, spread: bool) -> Real:
    """Return the samples' columns side by side in memory.

    One column that serves all samples stays one, unless `spread` asks for one a sample.
    """
    if values.shape[1] == 1:
        return np.repeat(values, last - first, axis=1) if spread else values
    return np.ascontiguousarray(values[:, first:last])


def compile_program(program: Program) -> Compiled:
    """Return the program as arrays; microseconds a step, nothing is compiled."""
    steps = np.zeros((len(program.steps), 5), dtype=np.int64)
    wires: list[int] = []
    matrices: list[Complex] = [np.zeros(1, dtype=complex)]
    n_entries = 1
    angle_columns: list[Real] = []
    n_angles = 0
    known: dict[tuple[int, float] | Phases, int] = {}
    n_expressions = len(program.table.expressions)
    for t, step in enumerate(program.steps):
        steps[t, 0], steps[t, 1], steps[t, 2] = step.kind, len(wires), len(step.qubits)
        wires.extend(step.qubits)
        if step.matrix is not None:
            steps[t, 4] = n_entries
            matrices.append(step.matrix.ravel())
            n_entries += step.matrix.size
        angle: tuple[int, float] | Phases = step.phases or (step.column, step.scale)
        if step.kind not in _WITH_ANGLES:
            continue
        if angle not in known:
            known[angle] = n_angles
            if step.phases is not None:
                angle_columns.append(step.phases.coefficients[:, 1:])
            else:
                half = np.zeros((n_expressions, 1))
                half[step.column, 0] = step.scale / 2
                angle_columns.append(half)
            n_angles += angle_columns[-1].shape[1]
        steps[t, 3] = known[angle]
    phase = np.zeros(n_expressions)
    for column, factor in program.phase:
        phase[column] += factor
    return Compiled(
        n_qubits=program.n_qubits,
        steps=steps,
        wires=np.array(wires, dtype=np.int64),
        matrices=np.concatenate(matrices),
        angles=np.hstack(angle_columns) if angle_columns else np.zeros((n_expressions, 1)),
        phase=phase,
        columns=np.array([step.column for step in program.steps], dtype=np.intp),
        scales=np.array([step.scale if step.kind in _ROTATIONS else 0.0 for step in program.steps]),
        leading_hadamards=_leading_hadamards(program),
        has_phases=any(step.kind is Kind.PHASES for step in program.steps),
    )


_ROTATIONS = (Kind.RX, Kind.RY, Kind.PARITY)
_WITH_ANGLES = (*_ROTATIONS, Kind.PHASES)


def _leading_hadamards(program: Program) -> int:
    """Return n if the first n steps are a Hadamard on each qubit, else 0."""
    first = program.steps[: program.n_qubits]
    on = {step.qubits[0] for step in first if step.kind is Kind.H}
    return program.n_qubits if len(on) == program.n_qubits else 0
