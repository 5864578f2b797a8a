"""Two qubits and one CX."""

from __future__ import annotations

from pydantic import PositiveFloat

from qml.devices import Device, DeviceGate, DeviceQubit

__all__ = ["pair"]

EXAMPLES = ({}, {"cx_error": 0.05})


def pair(cx_error: PositiveFloat = 0.02) -> Device:
    """Return the device.

    Parameters
    ----------
    cx_error : float, default=0.02
        Average infidelity of the CX.
    """
    qubits = (DeviceQubit(80e-6, 60e-6, 0.01, 0.01),) * 2
    single = [
        DeviceGate(name, (qubit,), duration, error)
        for name, duration, error in (("rz", 0.0, 0.0), ("sx", 4e-8, 3e-4), ("x", 4e-8, 3e-4))
        for qubit in (0, 1)
    ]
    return Device("pair", qubits, (*single, DeviceGate("cx", (0, 1), 3e-7, cx_error)))
