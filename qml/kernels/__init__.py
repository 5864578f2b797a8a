"""Quantum kernels: one per file, one contract, usable as a callable kernel."""

from qml.kernels._alignment import alignment, centred_alignment, label_kernel
from qml.kernels._contract import KERNELS, QuantumKernel, resolve_kernel
from qml.kernels._machine import KernelMachine
from qml.kernels._mitigation import DepolarisingCorrection
from qml.kernels._repair import REPAIRS, Repair, RepairMethod
from qml.kernels._table_kernel import Table, fit_process

__all__ = [
    "KERNELS",
    "REPAIRS",
    "DepolarisingCorrection",
    "KernelMachine",
    "QuantumKernel",
    "Repair",
    "RepairMethod",
    "Table",
    "alignment",
    "centred_alignment",
    "fit_process",
    "label_kernel",
    "resolve_kernel",
]
