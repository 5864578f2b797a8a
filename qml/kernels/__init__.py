"""Quantum kernels: one per file, one contract, usable as a callable kernel."""

from typing import TYPE_CHECKING

from qml.kernels._alignment import alignment, centred_alignment, label_kernel
from qml.kernels._closest_rbf import closest_rbf
from qml.kernels._contract import (
    KERNELS,
    KernelSpec,
    Matrix,
    QuantumKernel,
    ideal_kernel,
    resolve_kernel,
)
from qml.kernels._hard_margin import Softness, hard_margin, margin_machine
from qml.kernels._machine import KernelMachine
from qml.kernels._mitigation import DepolarisingCorrection
from qml.kernels._repair import REPAIRS, Repair, RepairMethod
from qml.kernels._table_kernel import Amplitude, Table, fit_process

__all__ = [
    "KERNELS",
    "REPAIRS",
    "Amplitude",
    "DepolarisingCorrection",
    "KernelMachine",
    "KernelSpec",
    "Matrix",
    "QuantumKernel",
    "Repair",
    "RepairMethod",
    "Softness",
    "Table",
    "alignment",
    "centred_alignment",
    "closest_rbf",
    "fit_process",
    "hard_margin",
    "ideal_kernel",
    "label_kernel",
    "margin_machine",
    "resolve_kernel",
]

if TYPE_CHECKING:
    from qml.kernels.completion import CompletionKernel as CompletionKernel
    from qml.kernels.fidelity import FidelityKernel as FidelityKernel
    from qml.kernels.nystrom import NystromKernel as NystromKernel
    from qml.kernels.projected import ProjectedKernel as ProjectedKernel
    from qml.kernels.trainable import TrainableKernel as TrainableKernel
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(__name__, [__name__])
