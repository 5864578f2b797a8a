r"""Matrix product states: encodings of a hundred features and more, where entanglement is low.

A state of n qubits is kept as n tensors :math:`A_q` with bonds of dimension :math:`\chi`,

.. math:: |\psi\rangle = \sum_{s} A_1^{s_1} A_2^{s_2}\cdots A_n^{s_n}\,|s_1\ldots s_n\rangle,

:math:`n\cdot 2\chi^2` numbers in place of :math:`2^n`. Aer makes one for every point; the Gram
matrix is then contractions of the stored tensors, :math:`O(n\chi^3)` a pair, and no circuit a pair.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.engine._emission import append_step, rotates
from qml.engine._gradients import check_observables
from qml.engine._kernels import mps_overlaps
from qml.engine._lowering import lower
from qml.engine._memory import memory_allowed, require_memory
from qml.engine._program import Kind, Program
from qml.engine._rows import rows_of
from qml.engine._threads import in_threads, n_threads
from qml.errors import BackendError, ResourceError

__all__ = ["MPSStates", "encode_mps", "mps_bytes"]

_COLUMNS = 64  # points side by side in the contraction
_ROWS = 16
_WIDE = 12  # bonds from which matrix products are quicker than loops over points
_BATCH = 64  # points of one call of Aer
_PROBED_SHARES = tuple(2.0 ** (-k / 2) for k in range(14, -1, -1))  # of the circuit: 1/128 to 1
_LOOKS = 4  # at the bonds, in each of them
_FINAL = "final"
_PAULIS = {
    "I": np.eye(2, dtype=complex),
    "X": np.array([[0, 1], [1, 0]], dtype=complex),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1.0, -1.0]).astype(complex),
}

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]
Site = Complex  # (n_points, left bond, 2, right bond)


def encode_mps(
    circuit: QuantumCircuit,
    values: ArrayLike,
    max_bond_dimension: int = 32,
    truncation: float = 1e-16,
    truncate: bool = False,
) -> MPSStates:
    r"""Return the circuit's state for every row of values, as matrix product states.

    Parameters
    ----------
    circuit : QuantumCircuit
        Circuit of gates alone; cheap where they act on neighbours.
    values : array-like of shape (batch, n_parameters)
        Parameter values in ``circuit.parameters`` order.
    max_bond_dimension : int, default=32
        Limit that no bond may outgrow.
    truncation : float, default=1e-16
        Singular values are dropped as long as their squares sum to less; Aer's threshold.
    truncate : bool, default=False
        Permission to cut bonds at the limit instead of refusing the circuit; the states are then
        approximate.

    Returns
    -------
    MPSStates

    Raises
    ------
    ResourceError
        If a bond wants to grow beyond the limit, mostly found while the first point is encoded, or
        if the tensors of all points do not fit the memory.

    References
    ----------
    Vidal, Phys. Rev. Lett. 91, 147902 (2003), doi:10.1103/PhysRevLett.91.147902.

    Examples
    --------
    >>> from qiskit.circuit.library import zz_feature_map
    >>> chain = zz_feature_map(100, reps=1, entanglement="linear")
    >>> encode_mps(chain, np.full((2, 100), 0.1)).bond_dimension
    2
    """
    rows = rows_of(circuit, values)
    program = lower(circuit)
    n = program.n_qubits
    what = f"{len(rows)} matrix product states of {n} qubits"
    # one state at the limit must fit, or the simulator would be the one to find out
    one = mps_bytes(n, 1, max_bond_dimension)
    require_memory(one, f"a matrix product state of {n} qubits, bonds of {max_bond_dimension},")
    encoder = _Encoder(program, max_bond_dimension, truncation)
    watched = not truncate and encoder.may_saturate()
    if watched and len(rows):
        encoder.probe(rows[np.abs(rows).sum(axis=1).argmax()], what)
    if not len(rows):
        return MPSStates([np.zeros((0, 1, 2, 1), complex)] * n, max_bond_dimension)
    size = max(1, min(_BATCH, memory_allowed() // (2 * _LOOKS * one)))
    batches: list[list[Site]] = []
    for first in range(0, len(rows), size):
        batch = encoder.run(rows[first : first + size], what, truncate, watched)
        if not batches:
            widest = max((len(bond) for _, bonds in batch for bond in bonds), default=1)
            fitting = memory_allowed() // mps_bytes(n, 1, widest)
            needed = mps_bytes(n, len(rows), widest)
            require_memory(needed, f"{what}, bonds of {widest},", f"; {fitting:,} at a time fit")
        batches.append(_tensors(batch))
    return MPSStates.from_tensors(_joined(batches), max_bond_dimension)


def mps_bytes(n_qubits: int, n_states: int, bond_dimension: int) -> int:
    """Return the memory of such states with every bond at its largest, twice: Aer's and ours.

    >>> mps_bytes(100, 1000, 4)
    102400000
    """
    return 2 * 16 * n_states * n_qubits * 2 * bond_dimension**2


@dataclass(frozen=True)
class MPSStates:
    """Normalised matrix product states of many points.

    Parameters
    ----------
    sites : list of ndarray of shape (n_points, left bond, 2, right bond)
        A tensor a qubit, qubit 0 first; bonds are as wide as the widest point needs.
    max_bond_dimension : int
        Limit under which the states were made.
    norm_error : float
        Largest distance of a state's norm from 1 before it was normalised.
    """

    sites: list[Site]
    max_bond_dimension: int
    norm_error: float = 0.0

    @classmethod
    def from_tensors(cls, sites: list[Site], max_bond_dimension: int) -> Self:
        """Return the states of these tensors, normalised."""
        norms = np.sqrt(_left_environments(sites)[-1][:, 0, 0].real)
        error = float(np.abs(norms - 1).max(initial=0.0))
        return cls([sites[0] / norms[:, None, None, None], *sites[1:]], max_bond_dimension, error)

    def __len__(self) -> int:
        return len(self.sites[0])

    @property
    def bonds(self) -> list[int]:
        """Dimensions of the bonds, the two ends of dimension 1 among them."""
        return [1, *(site.shape[3] for site in self.sites)]

    @property
    def bond_dimension(self) -> int:
        """The widest bond."""
        return max(self.bonds)

    def gram(self, other: MPSStates | None = None) -> Real:
        r"""Return :math:`|\langle\psi_j|\psi_i\rangle|^2`.

        Parameters
        ----------
        other : MPSStates or None, default=None
            The states of the columns; None means these, and each pair is contracted once.

        Returns
        -------
        ndarray of shape (n_points, n_other)
        """
        right = self if other is None else other
        require_memory(8 * len(self) * len(right), "a Gram matrix of matrix product states")
        K = np.empty((len(self), len(right)))
        if not K.size:
            return K
        wide = max(self.bond_dimension, right.bond_dimension) >= _WIDE
        overlaps = (_by_products if wide else _by_loops)(self, right)
        tiles = [
            (slice(top, top + _ROWS), slice(first, first + _COLUMNS))
            for first in range(0, len(right), _COLUMNS)
            for top in range(0, len(self), _ROWS)
            if other is not None or first + _COLUMNS > top + 1  # something above the diagonal
        ]

        def work(item: int) -> None:
            rows, columns = tiles[item]
            overlaps(rows, columns, K[rows, columns])

        in_threads(work, len(tiles), n_threads())
        if other is None:
            upper = np.triu_indices(len(K), k=1)
            K.T[upper] = K[upper]
            np.fill_diagonal(K, 1.0)
        return K

    def taken(self, points: NDArray[np.intp]) -> Self:
        """Return the states of these points."""
        return replace(self, sites=[site[points] for site in self.sites])

    def fidelities(self, other: MPSStates) -> Real:
        """Return the squared overlaps row by row, shape (n_points,)."""
        environment = np.ones((len(self), 1, 1), dtype=complex)
        for left, right in zip(self.sites, other.sites, strict=True):
            environment = _passed(environment, left, right)
        return np.asarray(np.abs(environment[:, 0, 0]) ** 2)

    def expectations(self, observables: Sequence[SparsePauliOp]) -> Real:
        """Return expectation values, shape (n_points, n_observables).

        Every Pauli term costs the sites between its first and its last qubit.
        """
        check_observables(observables, len(self.sites))
        lefts, rights = _left_environments(self.sites), _right_environments(self.sites)
        result = np.zeros((len(self), len(observables)))
        for column, observable in enumerate(observables):
            for label, coefficient in observable.to_list():
                letters = label[::-1]
                touched = [q for q, letter in enumerate(letters) if letter != "I"]
                first, last = (touched[0], touched[-1]) if touched else (0, 0)
                environment = lefts[first]
                for q in range(first, last + 1):
                    site = self.sites[q]
                    turned = np.einsum("st,natb->nasb", _PAULIS[letters[q]], site)
                    environment = _passed(environment, site, turned)
                value = np.einsum("ncd,ncd->n", environment, rights[last + 1])
                result[:, column] += (coefficient * value).real
        return result

    def statevectors(self) -> Complex:
        """Return the states written out, shape (n_points, 2**n_qubits)."""
        states = self.sites[0][:, 0]  # (n_points, outcomes so far, bond); later qubits weigh more
        for q, site in enumerate(self.sites[1:], 1):
            states = np.einsum("nxa,nasb->nsxb", states, site)
            states = states.reshape(len(self), 2 << q, site.shape[3])
        return np.asarray(states[:, :, 0])


class _Encoder:
    """A program as a circuit of Aer's, run on batches of points."""

    def __init__(self, program: Program, limit: int, truncation: float) -> None:
        self._program = program
        self._limit = limit
        # one more than the limit may be asked for: so it shows whether the limit was enough
        self._options = {
            "method": "matrix_product_state",
            "matrix_product_state_max_bond_dimension": limit + 1,
            "matrix_product_state_truncation_threshold": truncation,
            "max_parallel_experiments": n_threads(),
            "max_parallel_threads": n_threads(),
        }

    def may_saturate(self) -> bool:
        """Whether a cut may need more than the limit: a gate on neighbours at most doubles it."""
        n = self._program.n_qubits
        doublings = np.zeros(max(n - 1, 1), dtype=int)
        for step in self._program.steps:
            if len(step.qubits) < 2:
                continue
            low, high = min(step.qubits), max(step.qubits)
            if len(step.qubits) > 2 or high - low > 1:
                return True
            doublings[low] += 1 if step.kind in (Kind.PARITY, Kind.CX) else 2
        ends = np.minimum(np.arange(1, n), np.arange(n - 1, 0, -1))
        return bool((np.minimum(doublings[: n - 1], ends) > np.log2(self._limit)).any())

    def probe(self, values: Real, what: str) -> None:
        """Encode one point bit by bit, and refuse the circuit as soon as a bond is too wide."""
        for share in _PROBED_SHARES:
            n_steps = max(1, int(share * len(self._program.steps)))
            self._refuse_wide(self._run(values[None], n_steps, _moments(n_steps)), what)

    def _refuse_wide(self, points: list[dict[str, Any]], what: str) -> None:
        looks = (bonds for data in points for _, bonds in data.values())
        if max((len(bond) for bonds in looks for bond in bonds), default=1) > self._limit:
            raise ResourceError(
                f"{what}: the circuit entangles more than bonds of {self._limit} hold; entangle "
                "neighbours only, use fewer layers or a smaller bandwidth, or raise the limit "
                f"(a state then takes {mps_bytes(self._program.n_qubits, 1, 2 * self._limit):.2g} "
                f"bytes at {2 * self._limit})"
            )

    def run(self, rows: Real, what: str, truncate: bool, watched: bool) -> list[Any]:
        """Return Aer's tensors of every point, after a look at their bonds on the way."""
        n_steps = len(self._program.steps)
        if truncate:
            self._options["matrix_product_state_max_bond_dimension"] = self._limit
        points = self._run(rows, n_steps, _moments(n_steps) if watched else {n_steps})
        if not truncate:
            self._refuse_wide(points, what)
        return [data[_FINAL] for data in points]

    def _run(self, rows: Real, n_steps: int, moments: set[int]) -> list[dict[str, Any]]:
        from qiskit_aer import AerSimulator

        circuit = QuantumCircuit(self._program.n_qubits)
        angles: dict[tuple[int, float], Parameter] = {}
        for number, step in enumerate(self._program.steps[:n_steps], start=1):
            angle: Parameter | float = step.scale
            if rotates(step):
                key = (step.column, step.scale)
                angle = angles.setdefault(key, Parameter(f"a{len(angles)}"))
            append_step(circuit, step, angle)
            if number in moments:
                label = _FINAL if number == n_steps else f"after {number}"
                circuit.save_matrix_product_state(label=label)
        if not self._program.steps:
            circuit.save_matrix_product_state(label=_FINAL)
        table = self._program.table.evaluate(rows)
        binds = {
            parameter: (table[:, column] * scale).tolist()
            for (column, scale), parameter in angles.items()
        }
        job = AerSimulator(**self._options).run(
            [circuit] if binds else [circuit] * len(rows),
            parameter_binds=[binds] if binds else None,
        )
        result = job.result()
        if not result.success:
            raise BackendError(f"Aer's matrix product states: {result.status}")
        return [result.data(i) for i in range(len(rows))]


def _moments(n_steps: int) -> set[int]:
    """Return when to look at the bonds: a circuit may be wide in the middle, narrow at the end."""
    return {max(1, n_steps * k // _LOOKS) for k in range(1, _LOOKS + 1)}


def _tensors(batch: list[Any]) -> list[Site]:
    """Return a batch's tensors, Aer's singular values multiplied into the site to their left."""
    n = len(batch[0][0])
    chains = [
        [
            np.stack(matrices, axis=1) * (values[q] if q < n - 1 else 1.0)
            for q, matrices in enumerate(gammas)
        ]
        for gammas, values in batch
    ]
    bonds = [1, *(max(chain[q].shape[2] for chain in chains) for q in range(n))]
    sites = [np.zeros((len(chains), bonds[q], 2, bonds[q + 1]), complex) for q in range(n)]
    for point, chain in enumerate(chains):
        for site, tensor in zip(sites, chain, strict=True):
            site[point, : tensor.shape[0], :, : tensor.shape[2]] = tensor
    return sites


def _joined(batches: list[list[Site]]) -> list[Site]:
    """Return the points of all batches behind one another, bonds padded to the widest."""
    n = len(batches[0])
    bonds = [1, *(max(batch[q].shape[3] for batch in batches) for q in range(n))]
    return [
        np.concatenate([_widened(batch[q], bonds[q], bonds[q + 1]) for batch in batches])
        for q in range(n)
    ]


def _widened(site: Site, left: int, right: int) -> Site:
    margins = ((0, 0), (0, left - site.shape[1]), (0, 0), (0, right - site.shape[3]))
    return np.pad(site, margins) if any(map(sum, margins)) else site


def _flat(sites: list[Site], bonds: list[int]) -> Complex:
    """Return all tensors of a point in one row, shape (n_points, numbers)."""
    wide = [_widened(site, bonds[q], bonds[q + 1]) for q, site in enumerate(sites)]
    return np.hstack([site.reshape(len(site), -1) for site in wide])


def _passed(environment: Complex, left: Site, right: Site) -> Complex:
    """Return the environment one site further, shape (n_points, left bond, right bond)."""
    points, bond = environment.shape[0], right.shape[3]
    middle = environment @ right.reshape(points, right.shape[1], 2 * bond)
    middle = middle.reshape(points, left.shape[1] * 2, bond)
    closing = left.reshape(points, left.shape[1] * 2, left.shape[3]).conj().transpose(0, 2, 1)
    return np.asarray(closing @ middle)


Overlaps = Callable[[slice, slice, Real], None]


def _by_loops(left: MPSStates, right: MPSStates) -> Overlaps:
    """Return what fills a tile by the compiled loops: narrow bonds."""
    bonds = [max(pair) for pair in zip(left.bonds, right.bonds, strict=True)]
    flat = _flat(left.sites, bonds)
    columns = flat if right is left else _flat(right.sites, bonds)

    def fill(rows: slice, chosen: slice, tile: Real) -> None:
        side = columns[chosen].T
        parts = np.ascontiguousarray(side.real), np.ascontiguousarray(side.imag)
        mps_overlaps(flat[rows], *parts, np.array(bonds), tile)

    return fill


def _by_products(left: MPSStates, right: MPSStates) -> Overlaps:
    """Return what fills a tile by matrix products, two a pair and site: wide bonds."""

    def fill(rows: slice, chosen: slice, tile: Real) -> None:
        n_rows, n_columns = tile.shape
        environment = np.ones((n_rows, n_columns, 1, 1), dtype=complex)
        for ours, theirs in zip(left.sites, right.sites, strict=True):
            a, b = ours[rows], theirs[chosen]
            middle = environment @ b.reshape(1, n_columns, b.shape[1], -1)
            middle = middle.reshape(n_rows, n_columns, -1, b.shape[3])
            closing = a.reshape(n_rows, 1, -1, a.shape[3]).conj().swapaxes(2, 3)
            environment = closing @ middle
        tile[:] = np.abs(environment[:, :, 0, 0]) ** 2

    return fill


def _left_environments(sites: list[Site]) -> list[Complex]:
    environments = [np.ones((len(sites[0]), 1, 1), dtype=complex)]
    for site in sites:
        environments.append(_passed(environments[-1], site, site))
    return environments


def _right_environments(sites: list[Site]) -> list[Complex]:
    mirrored = [site.transpose(0, 3, 2, 1) for site in reversed(sites)]
    return _left_environments(mirrored)[::-1]
