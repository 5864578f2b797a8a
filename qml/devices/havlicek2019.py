"""The two-qubit machine of Havlicek et al. 2019, from the numbers that they give.

Relaxation times, pulse lengths with their buffer, the CNOT's error from randomised benchmarking at
one and at one and a half times the length, and the readout's fidelity on each of three data sets.
The error of one-qubit gates is not known in digits: if none is given, they relax and do nothing
worse.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from qml.devices._device import Device, DeviceGate, DeviceQubit

__all__ = ["havlicek2019"]

_PULSE_S = 83e-9 + 6.5e-9
_CNOT_S = 858e-9
_CNOT_ERROR = 0.0373
# 0.0636 at 1.5 times the length, more than in proportion: 0.0636 = 1.5 (e - q) + 2.25 q
_CNOT_GROWTH = (0.0636 - 1.5 * _CNOT_ERROR) / 0.75
_READOUT_FIDELITY = {"I": (0.9656, 0.9631), "II": (0.9590, 0.9636), "III": (0.9399, 0.9547)}


def havlicek2019(
    gate_error: Annotated[float, Field(ge=0, le=1)] | None = None,
    readout: Literal["I", "II", "III"] = "I",
) -> Device:
    """Return the device.

    Parameters
    ----------
    gate_error : float or None, default=None
        Average infidelity of a one-qubit pulse, growing in proportion to its length. Relaxation
        during the pulse is part of it; None is relaxation alone, about 0.001.
    readout : {"I", "II", "III"}, default="I"
        Data set on whose day the readout was calibrated.

    References
    ----------
    Havlicek et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2, supplement.

    Examples
    --------
    >>> [round(qubit.reads_1_for_0, 4) for qubit in havlicek2019(readout="III").qubits]
    [0.0601, 0.0453]
    """
    fidelities = _READOUT_FIDELITY[readout]
    qubits = tuple(
        DeviceQubit(t1, t2, 1 - fidelity, 1 - fidelity)
        for t1, t2, fidelity in zip((55e-6, 38e-6), (43e-6, 46e-6), fidelities, strict=True)
    )
    names = [(name, q) for name in ("sx", "x") for q in (0, 1)]
    pulses = [DeviceGate(name, (q,), _PULSE_S, gate_error) for name, q in names]
    turns = [DeviceGate("rz", (q,), 0.0, 0.0) for q in (0, 1)]  # a change of frame
    cnot = [DeviceGate("cx", (0, 1), _CNOT_S, _CNOT_ERROR, _CNOT_GROWTH)]
    return Device("havlicek2019", qubits, (*turns, *pulses, *cnot))
