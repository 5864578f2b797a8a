"""The Aer backend: finite shots, ideal or with a device's noise."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.primitives import BitArray

from qml.backends._contract import Values
from qml.backends._fake_devices import fake_device
from qml.backends._sampled import SampledBackend, read_outcomes

__all__ = ["AerBackend"]


@dataclass
class AerBackend(SampledBackend):
    """Qiskit Aer's simulator through its V2 sampler.

    Parameters
    ----------
    shots : int, default=1024
        Measurements a circuit.
    noise : str or None, default=None
        A device of the runtime package, such as ``"fake_manila"``: circuits are transpiled to its
        gates and connections, and run with its noise model. None is an ideal machine with all
        connections.
    method : str, default="automatic"
        Aer's simulation method.
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
    noise: str | None = None
    method: Literal["automatic", "statevector", "density_matrix", "matrix_product_state"] = (
        "automatic"
    )
    random_state: int | None = None
    _simulator: Any = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.noise is not None:
            fake_device(self.noise)  # an unknown name is an error now, not after the training

    def _target(self) -> Any:
        if self._simulator is None:
            from qiskit_aer import AerSimulator

            self._simulator = (
                AerSimulator(method=self.method)
                if self.noise is None
                else AerSimulator.from_backend(fake_device(self.noise), method=self.method)
            )
        return self._simulator

    def _sample(self, circuit: QuantumCircuit, values: Values, seed: int) -> BitArray:
        from qiskit_aer.primitives import SamplerV2

        sampler = SamplerV2.from_backend(self._target(), seed=seed)
        outcomes = read_outcomes(sampler.run([(circuit, values)], shots=self.shots).result())
        self._count(circuit, len(values))
        return outcomes

    def __getstate__(self) -> dict[str, Any]:
        """Leave the simulator behind: it is built again where the backend is unpickled."""
        return {**self.__dict__, "_simulator": None, "_transpiled": {}}
