"""What backends of machines share, simulated or real: transpile once, check, mitigate."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveFloat
from qiskit.circuit import ClassicalRegister, QuantumCircuit
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.quantum_info import SparsePauliOp
from qiskit.transpiler import generate_preset_pass_manager

from qml.backends._contract import Backend, Values
from qml.backends._layout import check_layout
from qml.backends._measuring import measurement_groups, observed
from qml.backends._mitigation import Mitigation, folded, inverted, nearest_distribution
from qml.backends._own_names import with_own_names
from qml.circuits import ModelCircuit, gates_only, measured_qubits
from qml.costs import Estimate, Usage, Workload
from qml.engine import rows_of
from qml.errors import SpecError
from qml.identity import ByIdentity

__all__ = ["REGISTER", "TranspiledBackend", "Variant"]

REGISTER = "outcome"
_STANDARD = frozenset(get_standard_gate_name_mapping())
_KEPT_CIRCUITS = 8  # a model alternates between few


@dataclass(frozen=True)
class Variant:
    """A transpiled circuit at some strength of noise, and its weight in the result.

    Parameters
    ----------
    isa : QuantumCircuit
        Transpiled circuit that is run.
    stretch : float
        Factor by which the machine's noise is stretched meanwhile.
    weight : float
        Weight of its outcomes in the sum over all variants.
    """

    isa: QuantumCircuit
    stretch: float
    weight: float


@dataclass
class TranspiledBackend(Backend):
    """Base of the backends that run transpiled circuits.

    A circuit is measured first and transpiled once, so that the classical bits stay in the logical
    order whatever layout the transpiler chooses; then both are compared without noise.

    Parameters
    ----------
    optimization_level : int, default=1
        Level of Qiskit's transpiler.
    readout_mitigation : {"none", "local", "full"}, default="none"
        Inversion of wrong readouts, measured once for the qubits in use: bit by bit (two circuits
        more), or for all outcomes together (2**n circuits, n <= 6).
    zne : {"none", "gate_folding", "stretching"}, default="none"
        Zero-noise extrapolation: every circuit is run at each factor, by folding its two-qubit
        gates or by stretching all gates in time, where the backend can.
    zne_factors : list of float or None, default=None
        Strengths of the noise; None is 1 and 3 for folding, 1 and 1.5 for stretching
        (:math:`E_0 = 3E(1) - 2E(1.5)`).
    zne_extrapolator : {"linear", "richardson"}, default="linear"
        Curve through the results, a line or a polynomial; see
        `qml.backends._mitigation.extrapolation_weights`.
    """

    optimization_level: Literal[0, 1, 2, 3] = 1
    readout_mitigation: Literal["none", "local", "full"] = "none"
    zne: Literal["none", "gate_folding", "stretching"] = "none"
    zne_factors: list[PositiveFloat] | None = None
    zne_extrapolator: Literal["linear", "richardson"] = "linear"
    _mitigation: Mitigation = field(init=False, repr=False, compare=False)
    _transpiled: ByIdentity[tuple[QuantumCircuit, float]] = field(
        init=False, repr=False, compare=False
    )
    _readouts: dict[tuple[int, ...], list[Values]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _unchecked: int = field(default=0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._mitigation = Mitigation.of(
            self.readout_mitigation, self.zne, self.zne_factors, self.zne_extrapolator
        )
        self._transpiled = ByIdentity(most=_KEPT_CIRCUITS * len(self._mitigation.factors))

    @abstractmethod
    def _transpiler_target(self) -> Any:
        """Return the simulator or machine that circuits are transpiled for."""

    def most_qubits(self) -> int | None:
        """Return the qubits of the simulator or machine."""
        return self._transpiler_target().num_qubits or None

    @abstractmethod
    def _frequencies(self, isa: QuantumCircuit, values: Values, stretch: float) -> Values:
        """Return the outcomes' frequencies as read, shape (batch, 2**n_bits); count the usage."""

    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        """Return the frequencies; of mitigated ones the nearest distribution."""
        found = self._linear_probabilities(circuit, values)
        return nearest_distribution(found) if self._mitigation.active else found

    def _linear_probabilities(self, circuit: QuantumCircuit, values: Values) -> Values:
        """Return the mitigated frequencies as they come out, some of them below 0."""
        return self._combined(circuit, values, self._corrected)

    def _overlaps(self, overlap: ModelCircuit, pairs: Values) -> NDArray[np.float64]:
        rows = pairs[:, overlap.columns]
        return np.asarray(self._combined(overlap.circuit, rows, self._zeros))

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return them from shifts of the transpiled circuits, in one call a group of terms."""
        values, places = rows_of(circuit, values), range(circuit.num_parameters)
        groups = measurement_groups(circuit, observables)
        total = np.zeros((len(values), len(observables), len(places)))
        for measured, terms in groups:
            projector = observed(terms, circuit.num_qubits, len(observables))
            total += self.outcome_slopes(measured, values, projector, places)
        return total

    def outcome_slopes(
        self, circuit: QuantumCircuit, values: Values, projector: Values, wrt: Sequence[int]
    ) -> NDArray[np.float64]:
        """Return them from shifts of the transpiled circuit, at each strength of noise."""
        points = rows_of(circuit, values)
        total = np.zeros((len(points), projector.shape[1], len(wrt)))
        for variant in self._variants(circuit):
            columns = self._columns(circuit, variant.isa)
            own = points[:, columns]
            kept = [k for k, place in enumerate(wrt) if place in columns]
            shifted = self._shifted(variant.isa, [columns.index(wrt[k]) for k in kept])
            outcomes = self._corrected(shifted.circuit, shifted.rows(own), variant.stretch)
            total[:, :, kept] += variant.weight * shifted.combine(own, outcomes @ projector)
        return total

    def n_shifts(self, circuit: QuantumCircuit, wrt: Sequence[int]) -> int:
        """Return those of the transpiled circuit; of several strengths of noise the mean."""
        counts = [self._variant_shifts(circuit, one, wrt) for one in self._variants(circuit)]
        return -(-sum(counts) // len(counts))

    def _variant_shifts(self, circuit: QuantumCircuit, variant: Variant, wrt: Sequence[int]) -> int:
        columns = self._columns(circuit, variant.isa)
        kept = [columns.index(place) for place in wrt if place in columns]
        return self._shifted(variant.isa, kept).n_shifts

    def _combined(self, circuit: QuantumCircuit, values: Values, run: Any) -> Values:
        """Return the weighted sum over the circuit's variants."""
        points = rows_of(circuit, values)
        total: Any = 0.0
        for variant in self._variants(circuit):
            own = points[:, self._columns(circuit, variant.isa)]
            total = total + variant.weight * run(variant.isa, own, variant.stretch)
        return np.asarray(total)

    def _corrected(self, isa: QuantumCircuit, values: Values, stretch: float) -> Values:
        found = self._frequencies(isa, values, stretch)
        return inverted(self._assignments(isa), found) if self._mitigation.inverts else found

    def _zeros(self, isa: QuantumCircuit, values: Values, stretch: float) -> Values:
        """Return the corrected frequencies of all zeros."""
        return self._corrected(isa, values, stretch)[:, 0]

    def estimate(self, workload: Workload) -> Estimate:
        """Return the cost; a Gram matrix counts one circuit an entry, mitigation its circuits."""
        asked, foldable = self._circuits(workload), workload.joins_qubits
        circuits = self._mitigation.circuits(asked, workload.n_qubits, foldable)
        largest = max([workload.batch, *workload.entries])
        return Estimate(circuits, circuits * (self.shots or 0), self._memory(workload, largest))

    def _circuits(self, workload: Workload) -> int:
        """Return the circuits without what mitigation adds."""
        return workload.n_evaluations + workload.n_entries

    @abstractmethod
    def _memory(self, workload: Workload, largest: int) -> int:
        """Return the bytes at the peak; `largest` rows are asked at once."""

    @property
    def state(self) -> dict[str, Any]:
        """Return the readouts that were measured, so that nobody measures them twice."""
        measured = [
            [list(places), [matrix.tolist() for matrix in matrices]]
            for places, matrices in self._readouts.items()
        ]
        return {"readouts": measured} if measured else {}

    def restore(self, state: dict[str, Any]) -> None:
        """Invert the same readouts."""
        for places, matrices in state.get("readouts", []):
            self._readouts[tuple(places)] = [np.array(matrix) for matrix in matrices]

    @property
    def report(self) -> dict[str, Any]:
        """What the mitigation was, and circuits that were too wide for the layout's check."""
        found: dict[str, Any] = {}
        if self._unchecked:
            found["layouts_unchecked"] = self._unchecked
        return {**found, **self._mitigation.report}

    def _count(self, isa: QuantumCircuit, rows: int, measured: int | None = None) -> None:
        """Count a call of so many rows of the transpiled circuit, and of those that are measured.

        That is as many, where it is not said.
        """
        gates = rows * isa.num_nonlocal_gates()
        measured = rows if measured is None else measured
        self.usage += Usage.of_call(
            rows, self.shots, two_qubit_gates=gates, machine_circuits=measured
        )

    # -- transpiled circuits

    def transpiled(self, circuit: QuantumCircuit) -> QuantumCircuit:
        """Return the measured circuit in the machine's gates, checked; nothing is run."""
        return self._isa(circuit, 1.0)[0]

    def _variants(self, circuit: QuantumCircuit) -> list[Variant]:
        mitigation = self._mitigation
        if mitigation.zne == "stretching":
            isa, _ = self._isa(circuit, 1.0)
            return [
                Variant(isa, factor, float(weight))
                for factor, weight in zip(mitigation.factors, mitigation.weights(), strict=True)
            ]
        if mitigation.zne != "gate_folding":  # none, or a service's own
            return [Variant(self._isa(circuit, 1.0)[0], 1.0, 1.0)]
        made = [self._isa(circuit, factor) for factor in mitigation.factors]
        # short circuits cannot be folded to every factor: those that come out the same run once
        distinct = {reached: isa for isa, reached in made}
        weights = mitigation.weights(list(distinct))
        return [
            Variant(isa, 1.0, float(weight))
            for isa, weight in zip(distinct.values(), weights, strict=True)
        ]

    def _isa(self, circuit: QuantumCircuit, factor: float) -> tuple[QuantumCircuit, float]:
        """Return the transpiled circuit, folded; remembered by the circuit object."""

        def make() -> tuple[QuantumCircuit, float]:
            if factor == 1.0:
                return self._transpile(circuit), 1.0
            return folded(self._isa(circuit, 1.0)[0], factor)

        return self._transpiled.get(circuit, make, factor)

    def _transpile(self, circuit: QuantumCircuit) -> QuantumCircuit:
        """Return the transpiled circuit, compared with the circuit itself."""
        circuit = gates_only(circuit, resets=self._resets_err)
        machine = self._transpiler_target()
        if circuit.num_qubits > (machine.num_qubits or np.inf):
            raise SpecError(
                f"{self.called}: the circuit has {circuit.num_qubits} qubits, allowed on "
                f"{machine.name} are {machine.num_qubits} at most"
            )
        taken = _STANDARD | set(machine.target.operation_names)
        isa = self._transpiled_by(with_own_names(circuit, taken))
        if not check_layout(circuit, isa, self.called):
            self._unchecked += 1
        return isa

    @property
    def _resets_err(self) -> bool:
        """Whether resets of untouched qubits do something here."""
        return False

    def _transpiled_by(self, circuit: QuantumCircuit) -> QuantumCircuit:
        manager = generate_preset_pass_manager(
            optimization_level=self.optimization_level,
            backend=self._transpiler_target(),
            seed_transpiler=0,
        )
        isa: QuantumCircuit = manager.run(_measured(circuit))
        return isa

    def _columns(self, circuit: QuantumCircuit, isa: QuantumCircuit) -> list[int]:
        """Return where the transpiled circuit's parameters stand among the circuit's."""
        place = {parameter: i for i, parameter in enumerate(circuit.parameters)}
        return [place[parameter] for parameter in isa.parameters]

    # -- readout

    def _assignments(self, isa: QuantumCircuit) -> list[Values]:
        """Return the readout's matrices ``[read, was]``, measured when first needed."""
        physical = measured_qubits(isa)
        if physical not in self._readouts:
            outcomes = self._mitigation.prepared(len(physical))
            rows = [self._prepared(physical, outcome) for outcome in outcomes]
            read = np.stack([self._frequencies(row, np.empty((1, 0)), 1.0)[0] for row in rows])
            self._readouts[physical] = self._mitigation.assignments(read)
        return self._readouts[physical]

    def _prepared(self, physical: Sequence[int], outcome: int) -> QuantumCircuit:
        """Return a transpiled circuit that prepares an outcome on these qubits and reads it."""
        n_bits = len(physical)
        prepared = QuantumCircuit(n_bits)
        for bit in range(n_bits):
            if outcome >> bit & 1:
                prepared.x(bit)
        manager = generate_preset_pass_manager(
            optimization_level=0,
            backend=self._transpiler_target(),
            initial_layout=list(physical),
            seed_transpiler=0,
        )
        isa: QuantumCircuit = manager.run(_measured(prepared))
        return isa


def _measured(circuit: QuantumCircuit) -> QuantumCircuit:
    measured = circuit.copy()
    register = ClassicalRegister(circuit.num_qubits, REGISTER)
    measured.add_register(register)
    measured.measure(measured.qubits, register)
    return measured
