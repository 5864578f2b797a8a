"""Quantum kernels: one per file, one contract, usable as a callable kernel."""

from qml.kernels._contract import KERNELS, QuantumKernel, resolve_kernel
from qml.kernels._repair import REPAIRS, Repair, RepairMethod

__all__ = ["KERNELS", "REPAIRS", "QuantumKernel", "Repair", "RepairMethod", "resolve_kernel"]
