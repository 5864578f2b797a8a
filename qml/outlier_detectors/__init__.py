"""Quantum outlier detectors: one per file, each a scikit-learn estimator."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qml.outlier_detectors.quantum_one_class_svm import QuantumOneClassSVM as QuantumOneClassSVM
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(__name__, [__name__])
