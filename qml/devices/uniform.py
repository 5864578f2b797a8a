"""A machine of equal qubits, from a handful of parameters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeFloat, PositiveFloat

from qml.devices._device import Device, DeviceGate, DeviceQubit
from qml.errors import SpecError

__all__ = ["uniform"]


def uniform(
    n_qubits: Annotated[int, Field(ge=1, le=1_000)] = 5,
    t1_us: PositiveFloat = 100.0,
    t2_us: PositiveFloat = 80.0,
    gate_ns: NonNegativeFloat = 35.0,
    two_qubit_gate_ns: NonNegativeFloat = 300.0,
    gate_error: NonNegativeFloat = 3e-4,
    two_qubit_gate_error: NonNegativeFloat = 1e-2,
    readout_error: NonNegativeFloat = 2e-2,
    connections: Literal["line", "all"] = "line",
) -> Device:
    """Return a device with rz, sx, x and cx.

    Parameters
    ----------
    n_qubits : int, default=5
        Number of qubits, up to 1,000.
    t1_us, t2_us : float, default=100.0, 80.0
        Relaxation and dephasing time in microseconds; T2 is at most twice T1.
    gate_ns, two_qubit_gate_ns : float, default=35.0, 300.0
        Durations in nanoseconds; rz takes no time.
    gate_error, two_qubit_gate_error : float, default=3e-4, 1e-2
        Average infidelities. Relaxation during the gate is part of it; where it alone is more,
        the gate is as bad as that.
    readout_error : float, default=2e-2
        Probability of a wrong outcome, the same for 0 and 1.
    connections : {"line", "all"}, default="line"
        Pairs that have a cx.

    Raises
    ------
    SpecError
        If T2 is more than twice T1, or an error is more than 1.

    Examples
    --------
    >>> device = uniform(n_qubits=3, t1_us=50, t2_us=70)
    >>> sum(gate.name == "cx" for gate in device.gates)
    4
    """
    if t2_us > 2 * t1_us:
        raise SpecError(f"t2_us is {t2_us:g}, more than twice t1_us ({t1_us:g})", "t2_us")
    errors = {"gate_error": gate_error, "two_qubit_gate_error": two_qubit_gate_error}
    for name, value in {**errors, "readout_error": readout_error}.items():
        if value > 1:
            raise SpecError(f"an error is at most 1, got {value:g}", name)
    qubit = DeviceQubit(t1_us * 1e-6, t2_us * 1e-6, readout_error, readout_error)
    gates = [DeviceGate("rz", (q,), 0.0, 0.0) for q in range(n_qubits)]
    for name in ("sx", "x"):
        gates += [DeviceGate(name, (q,), gate_ns * 1e-9, gate_error) for q in range(n_qubits)]
    for a in range(n_qubits):
        for b in range(n_qubits):
            if a != b and (connections == "all" or abs(a - b) == 1):
                gates.append(
                    DeviceGate("cx", (a, b), two_qubit_gate_ns * 1e-9, two_qubit_gate_error)
                )
    return Device("uniform", (qubit,) * n_qubits, tuple(gates))
