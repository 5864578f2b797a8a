"""Where the noise of a simulation comes from: a device, stretched or not, or a noise model."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qml.devices import Device, resolve_device
from qml.engine import Channels, pauli_matrix
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
    """

    def __init__(self, source: Any, scale: float) -> None:
        self.scale = scale
        self.device: Device | None = None
        self.model: Any = None
        self._channels: dict[tuple[Places, float], Channels] = {}
        if isinstance(source, str | dict | Device) or not hasattr(source, "noise_instructions"):
            self.device = resolve_device(source)
        else:
            self.model = source

    def __getstate__(self) -> dict[str, Any]:
        """Leave the matrices behind: they are made again."""
        return {**self.__dict__, "_channels": {}}

    def transpiler_backend(self) -> Any:
        """Return what circuits are transpiled for."""
        if self.device is not None:
            return self.device.backend()
        from qiskit_aer import AerSimulator

        return AerSimulator(noise_model=self.model)

    def model_on(self, places: Places, stretch: float) -> Any:
        """Return Aer's noise model of a circuit on these qubits alone, numbered from 0."""
        if self.device is None:
            return _restricted_model(self.model, places)
        return _device_model(self.device, places, self.scale * stretch)

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
    return part


def _channels(model: Any) -> Channels:
    errors, default_errors, readouts, default_readout = _parts(model)
    known: ByIdentity[Any] = ByIdentity(most=_ERRORS_KEPT)

    def matrix_of(error: Any) -> Any:
        matrix = _error_matrix(error)
        return None if np.array_equal(matrix, np.eye(len(matrix))) else matrix

    def after(name: str, places: Places) -> Any:
        error = errors.get(name, {}).get(places, default_errors.get(name))
        return None if error is None else known.get(error, lambda: matrix_of(error))

    def readout(place: int) -> Any:
        error = readouts.get((place,), default_readout)
        # rows of Aer's matrix are what was, columns what is read
        return None if error is None else np.asarray(error.probabilities, dtype=np.float64).T

    return Channels(after, readout)


def _error_matrix(error: Any) -> Values:
    """Return an error's real matrix on Pauli coordinates, the first qubit the least significant.

    An error is a mixture of circuits. Qiskit's own conversion takes 20 ms each, a few of them more
    than all the rest of a noisy Gram matrix; nearly all these circuits do something to single
    qubits, so theirs are products.
    """
    total: Values = np.zeros((4**error.num_qubits,) * 2)
    term: Values
    for circuit, probability in zip(error.circuits, error.probabilities, strict=True):
        if any(len(step.qubits) > 1 for step in circuit.data):
            term = pauli_matrix(circuit)
        else:
            singles = [np.eye(4) for _ in range(error.num_qubits)]
            for step in circuit.data:
                place = circuit.find_bit(step.qubits[0]).index
                singles[place] = _step_matrix(step.operation) @ singles[place]
            term = np.ones((1, 1))
            for single in reversed(singles):
                term = np.asarray(np.kron(term, single))
        total += probability * term
    return total


def _step_matrix(operation: Any) -> Values:
    """Return what one step of an error does to a single qubit."""
    if operation.name not in ("id", "pauli", "kraus", "reset"):
        return pauli_matrix(operation)
    parts = [
        np.asarray(part, dtype=np.complex128).tobytes()
        for part in operation.params
        if isinstance(part, np.ndarray)
    ]
    label = str(operation.params[0]) if operation.name == "pauli" else operation.name
    return _known_step(label, tuple(parts))


@functools.lru_cache(maxsize=1024)
def _known_step(label: str, kraus: tuple[bytes, ...]) -> Values:
    from qiskit.quantum_info import Kraus, Pauli, SuperOp

    if label == "kraus":
        matrices = [np.frombuffer(part, dtype=np.complex128).reshape(2, 2) for part in kraus]
        return pauli_matrix(Kraus(matrices))
    if label == "reset":
        return pauli_matrix(Kraus([np.diag([1.0, 0.0]), np.array([[0.0, 1.0], [0.0, 0.0]])]))
    return pauli_matrix(SuperOp(Pauli("I" if label == "id" else label)))


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
