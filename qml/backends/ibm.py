"""The IBM backend: a machine of IBM Quantum, or its offline snapshot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.primitives import BitArray

from qml.backends._contract import Values
from qml.backends._fake_devices import fake_device
from qml.backends._sampled import SampledBackend, read_outcomes
from qml.errors import BackendError, SpecError

__all__ = ["IBMBackend"]

_MAX_EXECUTIONS = 10_000_000  # of one sampler job, by the service's rules


@dataclass
class IBMBackend(SampledBackend):
    """A machine through the runtime's client-side sampler.

    ``ibm:fake_manila`` runs offline on a snapshot of a machine, with its noise;
    ``ibm:name=ibm_torino`` needs an account that the runtime package knows (saved by it, or in the
    environment variable ``QISKIT_IBM_TOKEN``). The workbench neither takes nor stores a token.

    Parameters
    ----------
    name : str
        The machine; names that start with ``fake_`` are offline snapshots.
    shots : int, default=1024
        Measurements a circuit.
    random_state : int or None, default=None
        Root of the seeds of the snapshots' simulator; a real machine has none.
    """

    name: str = ""
    shots: PositiveInt = 1024
    random_state: int | None = None
    _device: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.name:
            raise SpecError("name the machine: 'ibm:fake_manila' or 'ibm:name=ibm_torino'")
        if self._offline:
            fake_device(self.name)

    @property
    def _offline(self) -> bool:
        return self.name.startswith("fake_")

    def _target(self) -> Any:
        if self._device is None:
            self._device = fake_device(self.name) if self._offline else self._connect()
        return self._device

    def _connect(self) -> Any:
        from qiskit_ibm_runtime import QiskitRuntimeService

        try:
            return QiskitRuntimeService().backend(self.name)
        except Exception as error:  # the SDK's errors can carry the token: keep their type alone
            kind = type(error).__name__
        raise BackendError(
            f"ibm:name={self.name}: no connection ({kind}); save an account with the runtime "
            "package or set QISKIT_IBM_TOKEN, and check the machine's name"
        )

    def _sample(self, circuit: QuantumCircuit, values: Values, seed: int) -> BitArray:
        from qiskit_ibm_runtime.executor_sampler import Sampler

        options = {"simulator": {"seed_simulator": seed}} if self._offline else {}
        rows = max(1, _MAX_EXECUTIONS // self.shots)
        parts = []
        for start in range(0, len(values), rows):
            block = values[start : start + rows]
            sampler = Sampler(mode=self._target(), options=options)
            try:
                result = sampler.run([(circuit, block)], shots=self.shots).result()
            except Exception as error:  # as in `_connect`
                kind = type(error).__name__
            else:
                kind = ""
            if kind:
                raise BackendError(f"ibm:name={self.name}: the job failed ({kind})")
            parts.append(read_outcomes(result))
            self._count(circuit, len(block))
        return parts[0] if len(parts) == 1 else BitArray.concatenate(parts)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the connection behind: it is made again where the backend is unpickled."""
        return {**self.__dict__, "_device": None, "_transpiled": {}}
