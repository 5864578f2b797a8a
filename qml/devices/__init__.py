"""Models of machines: gates, connections, times and errors, for transpiling and for noise.

A device comes from a file of this folder, from the runtime package's snapshots of real machines
(``fake_torino``), or from a calibration that was saved (``calibrations/torino.json``).
"""

from qml.devices._device import Described, Device, DeviceGate, DeviceQubit
from qml.devices._resolve import (
    DEVICES,
    part_of_snapshot,
    resolve_device,
    snapshot,
    snapshot_names,
    snapshot_qubits,
)

__all__ = [
    "DEVICES",
    "Described",
    "Device",
    "DeviceGate",
    "DeviceQubit",
    "part_of_snapshot",
    "resolve_device",
    "snapshot",
    "snapshot_names",
    "snapshot_qubits",
]
