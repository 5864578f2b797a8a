"""Quantum transformers: one per file, each a scikit-learn estimator and a step of a study."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qml.transformers.quantum_kernel_pca import QuantumKernelPCA as QuantumKernelPCA
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(__name__, [__name__])
