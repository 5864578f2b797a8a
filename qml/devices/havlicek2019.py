"""The two-qubit machine of Havlicek et al. 2019, from the numbers that they give.

Relaxation times, pulse lengths with their buffer, the CNOT's error from randomised benchmarking at
one and at one and a half times the length, and the readout's fidelity. The error of one-qubit gates
is not known in digits: they relax and do nothing worse.
"""

from __future__ import annotations

from qml.devices._device import Device, DeviceGate, DeviceQubit

__all__ = ["havlicek2019"]

_PULSE_S = 83e-9 + 6.5e-9
_CNOT_S = 858e-9
_CNOT_ERROR = 0.0373
# 0.0636 at 1.5 times the length, more than in proportion: 0.0636 = 1.5 (e - q) + 2.25 q
_CNOT_GROWTH = (0.0636 - 1.5 * _CNOT_ERROR) / 0.75
_READOUT_FIDELITY = (0.9656, 0.9631)


def havlicek2019() -> Device:
    """Return the device.

    References
    ----------
    Havlicek et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2, supplement.
    """
    qubits = tuple(
        DeviceQubit(t1, t2, 1 - fidelity, 1 - fidelity)
        for t1, t2, fidelity in zip((55e-6, 38e-6), (43e-6, 46e-6), _READOUT_FIDELITY, strict=True)
    )
    pulses = [DeviceGate(name, (q,), _PULSE_S, None) for name in ("sx", "x") for q in (0, 1)]
    turns = [DeviceGate("rz", (q,), 0.0, 0.0) for q in (0, 1)]  # a change of frame
    cnot = [DeviceGate("cx", (0, 1), _CNOT_S, _CNOT_ERROR, _CNOT_GROWTH)]
    return Device("havlicek2019", qubits, (*turns, *pulses, *cnot))
