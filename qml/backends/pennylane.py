"""The PennyLane backend: any PennyLane device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt
from qiskit.circuit import QuantumCircuit

from qml.backends._contract import Backend, Values
from qml.costs import Estimate, Usage, Workload
from qml.engine import Kind, Program, lower, memory_needed, require_states, rows_of
from qml.errors import BackendError, SpecError, did_you_mean
from qml.identity import ByIdentity

__all__ = ["PennylaneBackend"]

EXAMPLES: tuple[dict[str, object], ...] = ({}, {"shots": 4000})

_KEPT_CIRCUITS = 8
_GATES = {Kind.H: "Hadamard", Kind.X: "PauliX", Kind.CX: "CNOT", Kind.SWAP: "SWAP"}
_TURNS = {Kind.RX: "RX", Kind.RY: "RY", Kind.PARITY: "MultiRZ"}


@dataclass
class PennylaneBackend(Backend):
    """A PennyLane device, asked for probabilities of circuits brought to the engine's gates.

    Parameters
    ----------
    device : str or dict, default="default.qubit"
        Name of the device; its own options as ``pennylane:device=lightning.qubit,
        device.batch_obs=true``.
    shots : int or None, default=None
        Measurements of each circuit; None asks for exact results, if the device has them.
    random_state : int or None, default=None
        Root of the shots' seeds; each job gets a child.

    Notes
    -----
    All rows go to the device in one call; a Gram matrix is one circuit an entry.

    Examples
    --------
    >>> import numpy as np
    >>> from qiskit.circuit.library import zz_feature_map
    >>> X = np.array([[0.1, 0.2], [0.3, 0.4]])
    >>> K = PennylaneBackend().gram(zz_feature_map(2), X)
    >>> K.round(3).tolist()
    [[1.0, 0.103], [0.103, 1.0]]
    """

    device: str | dict[str, Any] = "default.qubit"
    shots: PositiveInt | None = None
    random_state: int | None = None
    _jobs: int = field(default=0, init=False, repr=False)
    _programs: ByIdentity[Program] = field(
        default_factory=lambda: ByIdentity(most=_KEPT_CIRCUITS),
        init=False,
        repr=False,
        compare=False,
    )

    def __post_init__(self) -> None:
        self._made(1, 0)  # an unknown name is an error now, not after the training

    @property
    def state(self) -> dict[str, Any]:
        """Return how many jobs have drawn their seeds."""
        return {"jobs": self._jobs}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on with the next job's seed."""
        self._jobs = int(state.get("jobs", 0))

    def run_probabilities(self, circuit: QuantumCircuit, values: Values) -> NDArray[np.float64]:
        """Return the distributions, all rows in one call of the device."""
        import pennylane

        program = self._programs.get(circuit, lambda: lower(circuit))
        rows, n_qubits = rows_of(circuit, values), circuit.num_qubits
        require_states(n_qubits, len(rows), 2, f"{len(rows):,} states of {n_qubits} qubits")
        angles = program.table.evaluate(rows)
        seed = np.random.SeedSequence(self.random_state, spawn_key=(self._jobs,))
        self._jobs += 1
        device = self._made(n_qubits, int(seed.generate_state(1)[0] >> 1))

        def measured() -> Any:
            for step in program.steps:
                if step.kind in _TURNS:
                    turned = step.scale * angles[:, step.column]
                    same = len(rows) == 1 or not step.column
                    angle = turned[0] if same else turned
                    wires = step.qubits[0] if step.kind is not Kind.PARITY else step.qubits
                    getattr(pennylane, _TURNS[step.kind])(angle, wires=wires)
                elif step.matrix is not None:  # PennyLane's first wire is the most significant
                    pennylane.QubitUnitary(step.matrix, wires=step.qubits[::-1])
                else:
                    getattr(pennylane, _GATES[step.kind])(wires=step.qubits)
            return pennylane.probs(wires=range(n_qubits)[::-1])

        node = pennylane.QNode(measured, device, diff_method=None)
        # rows that differ in nothing come back as one, and each has shots of its own
        alike = all(step.column == 0 for step in program.steps if step.kind in _TURNS)
        calls = len(rows) if alike and self.shots is not None else min(1, len(rows))
        try:
            asked = pennylane.set_shots(node, self.shots)
            found = [np.atleast_2d(asked()) for _ in range(calls)]
        except Exception as error:  # a device is foreign code
            reason = " ".join(str(error).split())[:200]
            raise BackendError(f"{self._name}: {reason}") from None
        self.usage += Usage.of_call(len(rows), self.shots)
        n_outcomes = 1 << n_qubits
        read = np.concatenate(found) if found else np.empty((0, n_outcomes))
        return np.array(np.broadcast_to(read, (len(rows), n_outcomes)))

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of a state and of what it is made from."""
        return memory_needed(n_qubits, copies=2)

    def estimate(self, workload: Workload) -> Estimate:
        """Return the cost; a Gram matrix counts one circuit an entry."""
        circuits = workload.n_evaluations + workload.n_entries
        largest = max([workload.batch, *workload.entries])
        memory = memory_needed(workload.n_qubits, largest)
        return Estimate(circuits, circuits * (self.shots or 0), memory)

    @property
    def _name(self) -> str:
        named = self.device if isinstance(self.device, str) else self.device.get("name")
        return f"pennylane:device={named}"

    def _made(self, n_qubits: int, seed: int) -> Any:
        import pennylane

        described = dict(self.device) if isinstance(self.device, Mapping) else {"name": self.device}
        name = described.pop("name", None)
        seeded = {"seed": seed} if self.shots is not None else {}
        try:
            return pennylane.device(name, wires=n_qubits, **described, **seeded)
        except ImportError as error:
            reason = " ".join(str(error).split())[:200]
            raise SpecError(f"device {name!r} lacks a package: {reason}") from None
        except pennylane.exceptions.DeviceError:
            known = sorted(pennylane.plugin_devices)
            raise SpecError(f"unknown device {name!r}{did_you_mean(name, known)}") from None
        except (TypeError, ValueError) as error:
            reason = " ".join(str(error).split())[:200]
            raise SpecError(f"device {name!r} refuses its options: {reason}") from None
