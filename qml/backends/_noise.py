"""Where the noise of a simulation comes from: a device, stretched or not, or a noise model."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Delay, QuantumCircuit
from qiskit.exceptions import QiskitError
from qiskit.transpiler import TranspilerError

from qml.backends._consumed import check_consumed
from qml.backends._error_matrix import error_matrix
from qml.backends._sealed import Sealed, seals
from qml.circuits import active_qubits, compacted
from qml.devices import Described, Device, resolve_device
from qml.engine import Channels, error_name
from qml.errors import SpecError
from qml.identity import ByIdentity

__all__ = ["Noise"]

_ERRORS_KEPT = 4096  # as matrices; a circuit meets fewer

Places = tuple[int, ...]
Values = NDArray[np.float64]


class Noise:
    """The noise of a simulated machine.

    Parameters
    ----------
    source : str, dict, Device or NoiseModel
        Description of a device, as in `qml.devices.resolve_device`; or one of Aer's noise models,
        on qubits that are all connected.
    scale : float
        Factor by which gates are stretched in time.

    Raises
    ------
    SpecError
        If a noise model holds what Aer would never apply, or what is not known here; it is named.
    """

    def __init__(self, source: Any, scale: float) -> None:
        self.scale = scale
        self.device: Device | None = None
        self.model: Any = None
        self._channels: dict[tuple[Places, float], Channels] = {}
        if isinstance(source, str | dict | Device) or not hasattr(source, "noise_instructions"):
            self.device = resolve_device(source)
        else:
            if scale != 1.0:
                raise SpecError(
                    f"noise_scale={scale:g} stretches the gates of a device; a noise model has no "
                    "times, allowed with it is 1"
                )
            check_consumed(*_parts(source), source._custom_noise_passes)
            self.model = source

    def __getstate__(self) -> dict[str, Any]:
        """Leave the matrices behind: they are made again."""
        return {**self.__dict__, "_channels": {}}

    def transpiler_backend(self) -> Any:
        """Return what circuits are transpiled for."""
        if self.device is not None:
            return self.device.backend()
        from qiskit_aer import AerSimulator

        target = AerSimulator(noise_model=self.model).target
        for gate in seals():
            target.add_instruction(gate)
        return Described("noise model", target)

    def transpiled(
        self, circuit: QuantumCircuit, transpile: Callable[[QuantumCircuit], QuantumCircuit]
    ) -> QuantumCircuit:
        """Return the circuit as it is transpiled, with all that the noise model names still there.

        Raises
        ------
        SpecError
            If the machine's gates do not suffice, a label is on what Aer cannot run whole, or the
            model's own passes fail.
        """
        try:
            if self.device is not None:
                return _unlabelled(transpile(circuit))
            sealed = Sealed.of(circuit, self._means)
            isa = sealed.opened(transpile(sealed.circuit))
        except TranspilerError as error:
            reason = " ".join(str(error.message).split())[:200]
            raise SpecError(
                f"noise: the circuit does not come into the gates there: {reason}"
            ) from None
        self._check_runs(isa)
        return isa

    def _check_runs(self, isa: QuantumCircuit) -> None:
        """Refuse errors that do not fit their gates, and passes that fail, before anything runs."""
        _, everywhere, _, _ = _parts(self.model)
        for step in self.circuit_on(isa, 1.0).data:
            name = error_name(step.operation)
            error = everywhere.get(name)
            if error is not None and error.num_qubits > len(step.qubits):
                raise SpecError(
                    f"noise: the error under {name!r} is one of {error.num_qubits} qubits, and the "
                    f"circuit has {name!r} on {len(step.qubits)}; allowed are at most as many"
                )

    def _means(self, operation: Any) -> bool:
        """Return whether the model has a say on just this instruction.

        On every delay: the time in its own unit is for the model's passes to read, and a transpiler
        would convert it, or refuse units that are mixed.
        """
        if isinstance(operation, Delay):
            return True
        errors, default_errors, _, _ = _parts(self.model)
        name = error_name(operation)
        known = name in errors or name in default_errors
        if known and operation.name not in _take_errors():
            meant = "" if name == operation.name else f", its label on {operation.name!r}"
            raise SpecError(
                f"noise: the error under {name!r}{meant}: Aer never applies it there; allowed are "
                "names and labels of gates that Aer runs whole, as a UnitaryGate of the matrix"
            )
        if name == operation.name:
            # an idle time and a reset of what is 0 already, which transpilers drop
            return known and name in ("id", "reset")
        return known or operation.name in self.model.basis_gates

    @property
    def resets_err(self) -> bool:
        """Whether resets have errors: those of a noise model, no device describes them."""
        if self.device is not None:
            return False
        errors, default_errors, _, _ = _parts(self.model)
        return "reset" in errors or "reset" in default_errors

    def model_on(self, places: Places, stretch: float) -> Any:
        """Return Aer's noise model of a circuit on these qubits alone, numbered from 0."""
        if self.device is None:
            return _restricted_model(self.model, places)
        return _device_model(self.device, places, self.scale * stretch)

    def circuit_on(self, isa: QuantumCircuit, stretch: float) -> QuantumCircuit:
        """Return the circuit on its active qubits alone, with what the model's passes add.

        Aer runs the passes over circuits with a delay, and over no others.
        """
        small = compacted(isa)
        if not any(isinstance(step.operation, Delay) for step in small.data):
            return small
        manager = self.model_on(active_qubits(isa), stretch)._pass_manager()
        if manager is None:
            return small
        try:
            passed: QuantumCircuit = manager.run(small)
        except (QiskitError, TypeError, IndexError) as error:
            reason = " ".join(str(error).split())[:200]
            raise SpecError(
                f"noise: a pass of the noise model fails on the circuit: {reason}"
            ) from None
        return passed

    def channels_on(self, places: Places, stretch: float) -> Channels:
        """Return the same errors as matrices on the coordinates that the engine uses."""
        if (places, stretch) not in self._channels:
            self._channels[places, stretch] = _channels(self.model_on(places, stretch))
        return self._channels[places, stretch]


@functools.lru_cache(maxsize=64)
def _device_model(device: Device, places: Places, scale: float) -> Any:
    number = {place: i for i, place in enumerate(places)}
    part = replace(
        device,
        qubits=tuple(device.qubits[place] for place in places),
        gates=tuple(
            replace(gate, qubits=tuple(number[place] for place in gate.qubits))
            for gate in device.gates
            if set(gate.qubits) <= number.keys()
        ),
    )
    return part.stretched(scale).noise_model()


def _restricted_model(model: Any, places: Places) -> Any:
    """Return a noise model with its qubits numbered anew."""
    from qiskit_aer.noise import NoiseModel

    if places == tuple(range(len(places))):
        return model
    number = {place: i for i, place in enumerate(places)}
    part = NoiseModel(basis_gates=model.basis_gates)
    errors, default_errors, readouts, default_readout = _parts(model)
    for name, error in default_errors.items():
        part.add_all_qubit_quantum_error(error, name)
    if default_readout is not None:
        part.add_all_qubit_readout_error(default_readout)
    for name, by_place in errors.items():
        for where, error in by_place.items():
            if set(where) <= number.keys():
                part.add_quantum_error(error, name, [number[q] for q in where], warnings=False)
    for where, error in readouts.items():
        if set(where) <= number.keys():
            part.add_readout_error(error, [number[q] for q in where], warnings=False)
    part._custom_noise_passes = [_pass_at(found, places) for found in model._custom_noise_passes]
    return part


def _pass_at(found: Any, places: Places) -> Any:
    """Return a noise pass that takes its qubits for those of the whole model."""
    from qiskit_aer.noise import LocalNoisePass

    func = functools.partial(_called_at, found._func, places)
    return LocalNoisePass(func, found._ops or None, found._method)


def _called_at(func: Any, places: Places, operation: Any, qubits: Sequence[int]) -> Any:
    return func(operation, [places[qubit] for qubit in qubits])


def _unlabelled(isa: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit without labels: a machine knows none, and its gates keep their errors."""
    if not any(step.operation.label for step in isa.data):
        return isa
    bare = isa.copy_empty_like()
    for step in isa.data:
        operation = step.operation
        if operation.label:
            operation = operation.to_mutable()
            operation.label = None
        bare.append(step.replace(operation=operation))
    return bare


@functools.cache
def _take_errors() -> frozenset[str]:
    """Return the names of what Aer runs whole and looks for errors of, by name or label."""
    from qiskit_aer import AerSimulator

    return frozenset(AerSimulator().configuration().basis_gates) - {"pauli"}


def _channels(model: Any) -> Channels:
    errors, default_errors, readouts, default_readout = _parts(model)
    known: ByIdentity[Any] = ByIdentity(most=_ERRORS_KEPT)

    def matrix_of(name: str, error: Any) -> Any:
        try:
            matrix = error_matrix(error)
        except QiskitError as failure:
            reason = " ".join(str(failure.message).split())[:200]
            raise SpecError(f"noise: the error under {name!r} is no channel: {reason}") from None
        return None if np.array_equal(matrix, np.eye(len(matrix))) else matrix

    def after(name: str, places: Places) -> Any:
        error = errors.get(name, {}).get(places, default_errors.get(name))
        return None if error is None else known.get(error, lambda: matrix_of(name, error))

    def readout(place: int) -> Any:
        error = readouts.get((place,), default_readout)
        # rows of Aer's matrix are what was, columns what is read
        return None if error is None else np.asarray(error.probabilities, dtype=np.float64).T

    return Channels(after, readout)


def _parts(model: Any) -> tuple[dict[str, Any], dict[str, Any], dict[Places, Any], Any]:
    """Return local errors, errors on all qubits, local readouts, the readout on all qubits.

    Aer has no public way to ask for them; the comparison with Aer itself would notice a change.
    """
    return (
        model._local_quantum_errors,
        model._default_quantum_errors,
        model._local_readout_errors,
        model._default_readout_error,
    )
