"""What is known of a machine: qubits, gates, errors and times; kept as JSON, stretched at will."""

from __future__ import annotations

import errno
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
from qiskit.circuit import Measure, Parameter
from qiskit.circuit.library import get_standard_gate_name_mapping
from qiskit.providers import BackendV2, Options, QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from qml.errors import DiskError, SpecError

__all__ = ["Described", "Device", "DeviceGate", "DeviceQubit"]

_FORMAT = "qml device 1"


@dataclass(frozen=True)
class DeviceQubit:
    """A qubit: relaxation times in seconds (None is unknown) and errors of its readout.

    Parameters
    ----------
    t1_s, t2_s : float or None
        Relaxation and dephasing times in seconds; None is unknown.
    reads_1_for_0, reads_0_for_1 : float, default=0.0
        Probabilities of a wrong outcome.
    """

    t1_s: float | None
    t2_s: float | None
    reads_1_for_0: float = 0.0
    reads_0_for_1: float = 0.0


@dataclass(frozen=True)
class DeviceGate:
    r"""A gate on certain qubits.

    Parameters
    ----------
    name : str
        Qiskit's name, such as ``"cx"``.
    qubits : tuple of int
        Qubits on which the gate is there.
    duration_s : float or None
        Seconds that the gate takes; None is unknown, and the qubits do not relax meanwhile.
    error : float or None
        Average infidelity :math:`\varepsilon`; None is unknown, and only relaxation counts.
    error_growth : float, default=0.0
        Share :math:`q` in the error :math:`(\varepsilon - q)c + qc^2` at c times the duration.
    """

    name: str
    qubits: tuple[int, ...]
    duration_s: float | None
    error: float | None
    error_growth: float = 0.0


@dataclass(frozen=True)
class Device:
    """A machine as a model.

    Parameters
    ----------
    name : str
        Name in messages and records.
    qubits : tuple of DeviceQubit
        Qubits in the machine's order.
    gates : tuple of DeviceGate
        Every gate on every place; what is not here, circuits are transpiled around.
    readout_s : float or None, default=None
        Seconds that a measurement takes.
    taken_at : str, default=""
        Time when it was measured; part of a calibration's identity.

    Examples
    --------
    >>> from qml.devices import resolve_device
    >>> device = resolve_device("havlicek2019")
    >>> device.stretched(1.5).gates[-1].error
    0.0636
    """

    name: str
    qubits: tuple[DeviceQubit, ...]
    gates: tuple[DeviceGate, ...]
    readout_s: float | None = None
    taken_at: str = ""

    @classmethod
    def from_target(cls, name: str, target: Target, taken_at: str = "") -> Self:
        """Return what a Qiskit target says of a machine; control flow and resets are left out."""
        measure = target["measure"]
        qubits = []
        for q in range(target.num_qubits or 0):
            known = (target.qubit_properties or [None] * (q + 1))[q]
            wrong = getattr(measure.get((q,)), "error", None) or 0.0
            t1, t2 = getattr(known, "t1", None), getattr(known, "t2", None)
            qubits.append(DeviceQubit(t1, t2, wrong, wrong))
        gates = []
        for operation in sorted(set(target.operation_names) & _standard_gates().keys()):
            for places, found in sorted((target[operation] or {}).items()):
                if places is not None:
                    duration, error = (
                        getattr(found, "duration", None),
                        getattr(found, "error", None),
                    )
                    gates.append(DeviceGate(operation, tuple(places), duration, error))
        durations = [p.duration for p in measure.values() if p is not None and p.duration]
        return cls(name, tuple(qubits), tuple(gates), max(durations, default=None), taken_at)

    def target(self) -> Target:
        """Return what Qiskit's transpiler reads."""
        properties = [QubitProperties(t1=qubit.t1_s, t2=qubit.t2_s) for qubit in self.qubits]
        target = Target(num_qubits=len(self.qubits), qubit_properties=properties)
        places: dict[str, dict[tuple[int, ...], InstructionProperties]] = {}
        for gate in self.gates:
            found = InstructionProperties(duration=gate.duration_s, error=gate.error)
            places.setdefault(gate.name, {})[gate.qubits] = found
        for name, where in places.items():
            target.add_instruction(_gate(name), where)
        wrong = [(q.reads_1_for_0 + q.reads_0_for_1) / 2 for q in self.qubits]
        target.add_instruction(
            Measure(),
            {(q,): InstructionProperties(self.readout_s, error) for q, error in enumerate(wrong)},
        )
        return target

    def backend(self) -> BackendV2:
        """Return something to transpile for; it runs nothing."""
        return Described(self.name, self.target())

    def noise_model(self) -> Any:
        """Return Aer's noise model: relaxation, depolarising up to the error, wrong readouts."""
        from qiskit_aer.noise import NoiseModel, ReadoutError
        from qiskit_aer.noise.device import basic_device_gate_errors

        model = NoiseModel(basis_gates=sorted({gate.name for gate in self.gates}))
        for name, places, error in basic_device_gate_errors(target=self.target()):
            if name != "measure":
                model.add_quantum_error(error, name, places, warnings=False)
        for q, qubit in enumerate(self.qubits):
            rows = [
                [1 - qubit.reads_1_for_0, qubit.reads_1_for_0],
                [qubit.reads_0_for_1, 1 - qubit.reads_0_for_1],
            ]
            if rows != [[1, 0], [0, 1]]:
                model.add_readout_error(ReadoutError(rows), [q], warnings=False)
        return model

    def stretched(self, factor: float) -> Self:
        """Return the device with gates that take `factor` times as long; readout stays.

        Errors grow in proportion, or as their `error_growth` says; below 1 there is less noise.

        References
        ----------
        Kandala et al., Nature 567, 491 (2019), doi:10.1038/s41586-019-1040-7.
        """
        return replace(
            self,
            gates=tuple(
                replace(
                    gate,
                    duration_s=None if gate.duration_s is None else gate.duration_s * factor,
                    error=_grown(gate, factor),
                )
                for gate in self.gates
            ),
        )

    def duration_s(self, names_and_places: Iterable[tuple[str, tuple[int, ...]]]) -> float:
        """Return how long these instructions take, each as soon as its qubits are free."""
        known = {(gate.name, gate.qubits): gate.duration_s or 0.0 for gate in self.gates}
        free: dict[int, float] = {}
        for name, places in names_and_places:
            took = (self.readout_s or 0.0) if name == "measure" else known.get((name, places), 0.0)
            end = max((free.get(place, 0.0) for place in places), default=0.0) + took
            free.update(dict.fromkeys(places, end))
        return max(free.values(), default=0.0)

    @property
    def sha256(self) -> str:
        """The hash of everything that is known."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def save(self, file: str | Path) -> None:
        """Write it as JSON, to be named as ``noise=FILE`` later."""
        Path(file).write_text(self.to_json() + "\n", encoding="utf-8")

    @classmethod
    def load(cls, file: str | Path) -> Self:
        """Read what `save` wrote.

        Raises
        ------
        SpecError
            If the file is not there or is no such thing.
        DiskError
            If it is there and the disk does not let us read it.
        """
        try:
            text = Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            if isinstance(error, OSError) and error.errno == errno.EIO:
                raise DiskError(f"{file}: cannot be read ({error.strerror})") from None
            raise SpecError(f"{str(file)!r}: no such calibration file") from None
        try:
            content = json.loads(text)
            if content["format"] != _FORMAT:
                raise ValueError
            device = cls(
                str(content["name"]),
                tuple(DeviceQubit(**qubit) for qubit in content["qubits"]),
                tuple(
                    DeviceGate(**{**gate, "qubits": tuple(gate["qubits"])})
                    for gate in content["gates"]
                ),
                content["readout_s"],
                content["taken_at"],
            )
            device._check()
        except SpecError as error:
            raise SpecError(f"{str(file)!r}: {error}") from None
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise SpecError(f"{str(file)!r}: no saved calibration ({_FORMAT!r})") from None
        return device

    def to_json(self) -> str:
        """Return what `load` reads."""
        return json.dumps({"format": _FORMAT, **asdict(self)}, indent=1, allow_nan=False)

    def _check(self) -> None:
        """Raise for numbers that no machine has."""
        for q, qubit in enumerate(self.qubits):
            for name, value in asdict(qubit).items():
                if value is None and name.startswith("t"):
                    continue
                if not np.isfinite(value) or value < 0 or (name.startswith("reads") and value > 1):
                    raise SpecError(f"qubit {q}: {name} is {value!r}")
        for gate in self.gates:
            if gate.name not in _standard_gates():
                raise SpecError(f"unknown gate {gate.name!r}")
            places = range(len(self.qubits))
            if len(set(gate.qubits)) != len(gate.qubits) or not set(gate.qubits) <= set(places):
                raise SpecError(f"gate {gate.name} on qubits {list(gate.qubits)}")
            for name, number in (("duration_s", gate.duration_s), ("error", gate.error)):
                if number is not None and not (np.isfinite(number) and number >= 0):
                    raise SpecError(
                        f"gate {gate.name} on {list(gate.qubits)}: {name} is {number!r}"
                    )


class Described(BackendV2):
    """A machine as its target: to transpile for and to model, not to run on.

    Parameters
    ----------
    name : str
        Name of the machine.
    target : Target
        Gates that the machine has, and where.
    """

    def __init__(self, name: str, target: Target) -> None:
        super().__init__(name=name)
        self._target = target

    @property
    def target(self) -> Target:
        return self._target

    @property
    def max_circuits(self) -> None:
        return None

    @classmethod
    def _default_options(cls) -> Options:
        return Options()

    def run(self, run_input: Any, **options: Any) -> Any:
        raise NotImplementedError("a model of a machine runs nothing")


def _grown(gate: DeviceGate, factor: float) -> float | None:
    if gate.error is None:
        return None
    linear, square = gate.error - gate.error_growth, gate.error_growth
    return min(1.0, round(linear * factor + square * factor**2, 12))


def _standard_gates() -> dict[str, Any]:
    known = get_standard_gate_name_mapping()
    return {k: v for k, v in known.items() if k not in ("measure", "reset", "delay")}


def _gate(name: str) -> Any:
    gate = _standard_gates()[name]
    return type(gate)(*(Parameter(f"angle{i}") for i in range(len(gate.params))))
