"""The Aer backend: finite shots, ideal or with a device's noise."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeFloat, PositiveInt
from qiskit.circuit import ControlledGate, QuantumCircuit
from qiskit.transpiler import Target

from qml.backends._contract import Values
from qml.backends._noise import Noise
from qml.backends._sampled import SampledBackend
from qml.backends._transpiled import REGISTER
from qml.circuits import active_qubits, compacted
from qml.costs import Workload
from qml.devices import Described
from qml.engine import memory_needed
from qml.errors import BackendError, SpecError
from qml.examples import BackendExample

__all__ = ["AerBackend"]

EXAMPLES = (
    {"shots": 4000},
    BackendExample({"noise": "fake_manila", "shots": 4000}, noisy=True),
)


@dataclass
class AerBackend(SampledBackend):
    """Qiskit Aer's simulator through its V2 sampler.

    Parameters
    ----------
    shots : int, default=1024
        Measurements of each circuit.
    noise : str, dict, Device, NoiseModel or None, default=None
        Device whose noise it is (see `qml.devices.resolve_device`): a snapshot such as
        ``"fake_manila"``, a saved calibration (``"torino.json"``), ``"havlicek2019"``, or
        ``"uniform"`` with its parameters (``aer:noise=uniform,noise.t1_us=50``). Circuits are
        transpiled to its gates and connections, and run with its noise. From Python also one of
        Aer's noise models. None is an ideal machine with all connections.
    noise_scale : float, default=1.0
        Factor by which all gates are stretched in time; 0 leaves wrong readouts alone.
    method : str, default="automatic"
        Aer's simulation method; ``"stabilizer"`` runs Clifford circuits alone.
    random_state : int or None, default=None
        Root of the seeds; each job gets a child, because Aer's sampler restarts its stream at
        every call.

    Examples
    --------
    >>> import numpy as np
    >>> from qiskit.circuit import QuantumCircuit
    >>> bell = QuantumCircuit(2)
    >>> _ = bell.h(0), bell.cx(0, 1)
    >>> backend = AerBackend(shots=100, random_state=1)
    >>> float(backend.run_probabilities(bell, np.zeros((1, 0)))[0, [0, 3]].sum())
    1.0
    """

    shots: PositiveInt = 1024
    noise: Any = None
    noise_scale: NonNegativeFloat = 1.0
    method: Literal[
        "automatic", "statevector", "density_matrix", "matrix_product_state", "stabilizer"
    ] = "automatic"
    random_state: int | None = None
    _source: Noise | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.noise is not None:  # an unknown name is an error now, not after the training
            self._source = Noise(self.noise, self.noise_scale)
            self._mitigation.check_stretchable(self._source.device is not None)
        elif self.noise_scale != 1.0 or self.zne == "stretching":
            raise SpecError("nothing to stretch: name the noise, as in noise=fake_manila")

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of the outcomes, and of the state where the method holds it whole."""
        return super().least_bytes(n_qubits) + self._state_bytes(n_qubits)

    def _state_bytes(self, n_qubits: int) -> int:
        if self.method == "density_matrix":
            return memory_needed(2 * n_qubits)
        return memory_needed(n_qubits) if self.method in ("automatic", "statevector") else 0

    def _memory(self, workload: Workload, largest: int) -> int:
        return super()._memory(workload, largest) + self._state_bytes(workload.n_qubits)

    def _transpiler_target(self) -> Any:
        if self._source is not None:
            return self._source.transpiler_backend()
        return _ideal_machine(self.method)

    @property
    def _resets_err(self) -> bool:
        return self._source is not None and self._source.resets_err

    def _transpiled_by(self, circuit: QuantumCircuit) -> QuantumCircuit:
        if self._source is None:
            return super()._transpiled_by(circuit)
        isa = self._source.transpiled(circuit, super()._transpiled_by)
        runs = {"barrier", *_simulator(self.method).operation_names}
        if unknown := isa.count_ops().keys() - runs:
            raise SpecError(
                f"aer: method {self.method!r} does not run {min(unknown)!r}, which is a gate of "
                "the noise; allowed: method=automatic"
            )
        return isa

    def _sample(
        self, isa: QuantumCircuit, values: Values, seed: int, stretch: float
    ) -> NDArray[np.uint8]:
        from qiskit_aer import AerError
        from qiskit_aer.primitives import SamplerV2

        noise = None
        if self._source is not None:
            noise, isa = self._source.model_on(active_qubits(isa), stretch), compacted(isa)
        sampler = SamplerV2.from_backend(_simulator(self.method, noise), seed=seed)
        try:
            result = sampler.run(_items(isa, values), shots=self.shots).result()
        except AerError as error:
            reason = " ".join(str(error).split())[:200]
            raise BackendError(f"aer: method {self.method!r} failed: {reason}") from None
        self._count(isa, len(values))
        return np.concatenate([_bits(getattr(item.data, REGISTER)) for item in result])


def _items(isa: QuantumCircuit, values: Values) -> list[Any]:
    """Return one item for all rows; where no angle is open or qubits control one, an item a row.

    Aer 0.18 runs what broadcasts over nothing once, and drops the angles of controlled gates that
    it fills in itself.
    """
    if not isa.num_parameters:
        return [(isa,)] * len(values)
    if any(isinstance(step.operation, ControlledGate) and step.params for step in isa.data):
        return [(isa.assign_parameters(row),) for row in values]
    return [(isa, values)]


def _bits(register: Any) -> NDArray[np.uint8]:
    bits = np.unpackbits(register.array, axis=-1)[..., -register.num_bits :]
    return bits if bits.ndim == 3 else bits[None]  # a circuit without parameters


@functools.cache
def _ideal_machine(method: str) -> Described:
    """Return the simulator's instructions but for one, on which Aer 0.18 ends the process."""
    known = _simulator(method).target
    target = Target(num_qubits=known.num_qubits)
    for name in known.operation_names:
        if name != "multiplexer":
            target.add_instruction(known.operation_from_name(name), name=name)  # on any qubits
    return Described("aer", target)


def _simulator(method: str, noise: Any = None) -> Any:
    from qiskit_aer import AerSimulator

    return AerSimulator(method=method, noise_model=noise)
