"""The density matrix backend: a device's noise without shots, in N runs instead of N squared."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeFloat, PositiveInt
from qiskit.circuit import QuantumCircuit

from qml.backends._contract import BoundCircuit, OutputLoss, Values
from qml.backends._drawn import Draws
from qml.backends._mitigation import inverted
from qml.backends._noise import Noise
from qml.backends._transpiled import TranspiledBackend, Variant
from qml.circuits import ModelCircuit, active_qubits
from qml.costs import Workload
from qml.engine import NoisyProgram, lower_noisy, noisy_bytes, require_memory, rows_of
from qml.errors import SpecError
from qml.examples import BackendExample
from qml.identity import ByIdentity

__all__ = ["DensityMatrixBackend"]

EXAMPLES = (
    BackendExample({"noise": "fake_manila"}, noisy=True),
    BackendExample({"noise": "fake_manila", "shots": 4000}, noisy=True),
)

_KEPT_PROGRAMS = 32
_BLOCK_BYTES = 256 * 2**20  # of states that are pushed together


@dataclass
class DensityMatrixBackend(Draws, TranspiledBackend):
    r"""Noisy qubits, simulated exactly; with `shots`, drawn from the exact distribution.

    An entry of a noisy Gram matrix is :math:`K_{ij} = \mathrm{Tr}[E_j\rho_i]`: :math:`\rho_i` is
    the noisy encoded state, :math:`E_j` the effect "all zeros are read" pulled back through wrong
    readouts and the noisy inverse encoding. N states and N effects give all :math:`N^2` entries.
    A variational circuit over fixed data likewise: states once a training, the observable pulled
    back once a set of weights, gradients by one more pass, whatever the number of samples.

    Parameters
    ----------
    shots : int or None, default=None
        Measurements of each circuit; None gives exact results.
    noise : str, dict, Device or NoiseModel, default="fake_manila"
        Source of the noise, as in the Aer backend: Kraus or superoperator errors that follow gates,
        and wrong readouts.
    noise_scale : float, default=1.0
        Factor by which all gates are stretched in time.
    random_state : int or None, default=None
        Root of the shots' seeds.

    Notes
    -----
    Memory is ``8 * 4**n`` bytes a sample on the n qubits that the transpiled circuit uses.

    Examples
    --------
    >>> import numpy as np
    >>> from qiskit.circuit.library import zz_feature_map
    >>> backend = DensityMatrixBackend(noise="havlicek2019")
    >>> X = np.array([[0.1, 0.2], [0.3, 0.4]])
    >>> backend.gram(zz_feature_map(2), X).round(2).tolist()
    [[1.0, 0.14], [0.14, 1.0]]
    """

    shots: PositiveInt | None = None
    noise: Any = "fake_manila"
    noise_scale: NonNegativeFloat = 1.0
    random_state: int | None = None
    _source: Any = field(default=None, init=False, repr=False, compare=False)
    _programs: ByIdentity[NoisyProgram] = field(
        default_factory=lambda: ByIdentity(most=_KEPT_PROGRAMS),
        init=False,
        repr=False,
        compare=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.noise is None:
            raise SpecError("name the noise, as in noise=fake_manila; `exact` has none")
        self._source = Noise(self.noise, self.noise_scale)
        self._mitigation.check_stretchable(self._source.device is not None)
        self._start_stream()

    def gram(
        self, feature_map: QuantumCircuit, X: Values, Y: Values | None = None
    ) -> NDArray[np.float64]:
        """Return it from one state and one effect a point, or frequencies drawn from that."""
        X = rows_of(feature_map, X, "X")
        Y = None if Y is None else rows_of(feature_map, Y, "Y")
        overlap = self._overlap_of(feature_map)
        variants = self._variants(overlap.circuit)
        halves = [half for variant in variants if (half := self._split(overlap, variant))]
        if len(halves) < len(variants) or (self.shots and self._mitigation.inverts):
            return super().gram(feature_map, X, Y)  # pair by pair
        columns = X if Y is None else Y
        K = np.zeros((len(X), len(columns)))
        for variant, half in zip(variants, halves, strict=True):
            entries = self._frequencies_of(self._entries(overlap, variant, half, X, columns))
            measured = len(X) * len(columns) if Y is not None else len(X) * (len(X) - 1) // 2
            points = len(X) + (0 if Y is None else len(Y))
            self._count(variant.isa, points if self.shots is None else measured, measured)
            K += variant.weight * entries
        if Y is None:  # each pair is measured once
            K = np.triu(K, k=1)
            K += K.T
            np.fill_diagonal(K, 1.0)
        return K

    def _entries(
        self,
        overlap: ModelCircuit,
        variant: Variant,
        half: tuple[NoisyProgram, NoisyProgram],
        X: Values,
        Y: Values,
    ) -> Values:
        early, late = half
        columns = self._columns(overlap.circuit, variant.isa)
        zeros = np.zeros_like
        states = np.hstack([X, zeros(X)])[:, overlap.columns][:, columns]
        effects = np.hstack([zeros(Y), Y])[:, overlap.columns][:, columns]
        require_memory(
            noisy_bytes(early.n_qubits, len(X) + len(Y)),
            f"{len(X) + len(Y)} noisy states of {early.n_qubits} qubits",
        )
        n_bits = len(early.measured)
        all_zeros = np.zeros((2**n_bits, 1))
        all_zeros[0] = 1.0
        if self._mitigation.inverts:
            every = np.eye(2**n_bits)
            all_zeros = inverted(self._assignments(variant.isa), every)[:, :1]
        start = np.repeat(late.effects(all_zeros), len(Y), axis=-1)
        size = 4**early.n_qubits
        rho = early.push(early.ground(len(X)), states).reshape(size, len(X))
        E = late.pull(start, effects).reshape(size, len(Y))
        return np.asarray(rho.T @ E)

    def _split(
        self, overlap: ModelCircuit, variant: Variant
    ) -> tuple[NoisyProgram, NoisyProgram] | None:
        """Return the half of the first point and that of the second, if they come apart."""
        place = {parameter: i for i, parameter in enumerate(variant.isa.parameters)}
        second = {place[parameter] for parameter in overlap.weights if parameter in place}
        early, late = self._program(variant.isa, variant.stretch).split(second)
        return (early, late) if late.depends_on() <= second else None

    def bind(self, model: ModelCircuit, X: Values) -> BoundCircuit:
        """Return the model with its data encoded once; measured ones encode it anew."""
        return BoundCircuit(self, model, X) if self.shots else _NoisyCircuit(self, model, X)

    def n_shifts(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> int:
        """Return one where one more pass gives the slopes of all angles."""
        return 1 if self.shots is None else super().n_shifts(circuit, wrt)

    def n_gram_shifts(self, model: ModelCircuit) -> int:
        """Return the shifts: entries of a Gram matrix have no pass of their own."""
        overlap, _, places = self._overlap_with_weights(model)
        return super().n_shifts(overlap.circuit, places)

    def _transpiler_target(self) -> Any:
        return self._source.transpiler_backend()

    def _transpile(self, circuit: QuantumCircuit) -> QuantumCircuit:
        """Refuse what cannot be held before it is transpiled."""
        n_qubits = circuit.num_qubits
        require_memory(noisy_bytes(n_qubits, 1), f"a noisy state of {n_qubits} qubits")
        return super()._transpile(circuit)

    @property
    def _resets_err(self) -> bool:
        return bool(self._source.resets_err)

    def _transpiled_by(self, circuit: QuantumCircuit) -> QuantumCircuit:
        found: QuantumCircuit = self._source.transpiled(circuit, super()._transpiled_by)
        return found

    def _program(self, isa: QuantumCircuit, stretch: float) -> NoisyProgram:
        """Return the circuit with its errors, remembered by the circuit object."""

        def make() -> NoisyProgram:
            channels = self._source.channels_on(active_qubits(isa), stretch)
            return lower_noisy(self._source.circuit_on(isa, stretch), channels)

        return self._programs.get(isa, make, stretch)

    def _frequencies(self, isa: QuantumCircuit, values: Values, stretch: float) -> Values:
        program = self._program(isa, stretch)
        block = max(1, _BLOCK_BYTES // noisy_bytes(program.n_qubits, 1))
        parts = []
        for first in range(0, len(values), block):
            rows = values[first : first + block]
            states = program.push(program.ground(len(rows)), rows)
            parts.append(program.outcome_probabilities(states))
        self._count(isa, len(values))
        exact = np.concatenate(parts) if parts else np.empty((0, 2**isa.num_clbits))
        return self._measured(exact)

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of a noisy state while an operation is applied."""
        return noisy_bytes(n_qubits, 1)

    def _memory(self, workload: Workload, largest: int) -> int:
        points = [rows + columns for rows, columns in workload.grams]
        return noisy_bytes(workload.n_qubits, max([workload.batch, *points]))

    def _circuits(self, workload: Workload) -> int:
        """Return one circuit a point of an exact Gram matrix."""
        if self.shots is not None:
            return super()._circuits(workload)
        return workload.n_evaluations + workload.n_points


class _NoisyCircuit(BoundCircuit):
    """Data encoded once: the weights' part is pulled back to it."""

    backend: DensityMatrixBackend

    def __init__(self, backend: DensityMatrixBackend, model: ModelCircuit, X: Values) -> None:
        super().__init__(backend, model, X)
        self._parts: list[_Encoded] | None = None

    def selecting(self, rows: NDArray[np.intp]) -> BoundCircuit:
        twin = copy.copy(self)
        twin.X = self.X[rows]
        # encoded here, once for all minibatches
        twin._parts = [part.selecting(rows) for part in self._encoded()]
        return twin

    def probabilities(self, weights: Values) -> NDArray[np.float64]:
        found: Any = 0.0
        for part in self._encoded():
            outcomes = part.probabilities(self._values(weights))
            if self.backend._mitigation.inverts:
                outcomes = inverted(self.backend._assignments(part.variant.isa), outcomes)
            self.backend._count(part.variant.isa, len(self.X))
            found = found + part.variant.weight * outcomes
        return np.asarray(found)

    def value_and_gradient(
        self, weights: Values, projector: Values, loss: OutputLoss
    ) -> tuple[float, Values]:
        """Return them by one pass with effects and one with their slopes."""
        values, parts = self._values(weights), self._encoded()
        effects = []
        outputs: Any = 0.0
        for part in parts:
            own = projector
            if self.backend._mitigation.inverts:
                inverse = inverted(self.backend._assignments(part.variant.isa), np.eye(len(own)))
                own = inverse @ projector
            effects.append(part.program.effects(own))
            outputs = outputs + part.variant.weight * part.outputs(effects[-1], values)
            asked = self.model.circuit, part.variant, self.model.weight_places
            measured = len(self.X) * (1 + self.backend._variant_shifts(*asked))
            self.backend._count(part.variant.isa, 2 * len(self.X), measured)
        value, slopes = loss(np.asarray(outputs))
        gradient = np.zeros(len(weights))
        for part, own in zip(parts, effects, strict=True):
            by_parameter = part.slopes(own, slopes, values)
            place = {parameter: i for i, parameter in enumerate(part.variant.isa.parameters)}
            for k, weight in enumerate(self.model.weights):
                if weight in place:
                    gradient[k] += part.variant.weight * by_parameter[place[weight]]
        return float(value), gradient

    def _encoded(self) -> list[_Encoded]:
        if self._parts is None:
            circuit = self.model.circuit
            values = self._values(np.zeros(len(self.model.weights)))
            self._parts = []
            for variant in self.backend._variants(circuit):
                program = self.backend._program(variant.isa, variant.stretch)
                columns = self.backend._columns(circuit, variant.isa)
                place = {parameter: i for i, parameter in enumerate(variant.isa.parameters)}
                trained = {place[weight] for weight in self.model.weights if weight in place}
                require_memory(
                    noisy_bytes(program.n_qubits, len(self.X)),
                    f"{len(self.X)} noisy states of {program.n_qubits} qubits",
                )
                self._parts.append(_Encoded.of(variant, program, trained, columns, values))
        return self._parts


@dataclass
class _Encoded:
    """A variant whose data have been encoded as far as no weight is felt.

    Where data come again after weights, nothing is encoded and each sample has its own way.
    """

    variant: Variant
    program: NoisyProgram  # what is left to do
    states: Values
    columns: list[int]
    apart: bool

    @classmethod
    def of(
        cls,
        variant: Variant,
        program: NoisyProgram,
        trained: set[int],
        columns: list[int],
        values: Values,
    ) -> _Encoded:
        early, late = program.split(trained)
        apart = late.depends_on() <= trained
        states = early.push(early.ground(len(values)), values[:, columns])
        return cls(variant, late, states, columns, apart)

    def selecting(self, rows: NDArray[np.intp]) -> _Encoded:
        return _Encoded(
            self.variant, self.program, self.states[..., rows], self.columns, self.apart
        )

    def _own(self, values: Values) -> Values:
        """Return the rows that the rest of the circuit is run with: one where data are done."""
        return values[:1, self.columns] if self.apart else values[:, self.columns]

    def probabilities(self, values: Values) -> Values:
        pushed = self.program.push(self.states, self._own(values))
        return self.program.outcome_probabilities(pushed)

    def outputs(self, effects: Values, values: Values) -> Values:
        """Return each sample's outputs, shape (n_samples, n_outputs)."""
        n_samples, n_outputs = self.states.shape[-1], effects.shape[-1]
        rho, pulled = self.states, effects
        if self.apart:
            pulled = self.program.pull(effects, self._own(values))
        else:
            rho = self.program.push(self.states, self._own(values))
        return np.asarray(rho.reshape(-1, n_samples).T @ pulled.reshape(-1, n_outputs))

    def slopes(self, effects: Values, slopes: Values, values: Values) -> Values:
        """Return the derivative by every parameter of the loss with these slopes by output."""
        shape, n_samples = self.states.shape[:-1], self.states.shape[-1]
        if self.apart:  # samples enter by their weighted sums alone
            weighted = self.states.reshape(-1, n_samples) @ slopes
            sums = np.ascontiguousarray(weighted).reshape((*shape, slopes.shape[1]))
            return self.program.slopes(sums, effects, self._own(values))
        each = effects.reshape(-1, effects.shape[-1]) @ slopes.T
        return self.program.slopes(
            self.states, each.reshape((*shape, n_samples)), self._own(values)
        )
