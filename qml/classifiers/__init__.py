"""Quantum classifiers: one per file, scikit-learn estimators on any backend."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qml.classifiers._base import QuantumClassifier as QuantumClassifier
    from qml.classifiers._variational import VariationalClassifier as VariationalClassifier
    from qml.classifiers.circuit_centric_classifier import (
        CircuitCentricClassifier as CircuitCentricClassifier,
    )
    from qml.classifiers.data_reuploading_classifier import (
        DataReuploadingClassifier as DataReuploadingClassifier,
    )
    from qml.classifiers.dressed_circuit_classifier import (
        DressedCircuitClassifier as DressedCircuitClassifier,
    )
    from qml.classifiers.iqp_variational_classifier import (
        IQPVariationalClassifier as IQPVariationalClassifier,
    )
    from qml.classifiers.pegasos_qsvc import PegasosQSVC as PegasosQSVC
    from qml.classifiers.qsvc import QSVC as QSVC
    from qml.classifiers.quantum_boltzmann_machine import (
        QuantumBoltzmannMachine as QuantumBoltzmannMachine,
    )
    from qml.classifiers.quantum_gaussian_process_classifier import (
        QuantumGaussianProcessClassifier as QuantumGaussianProcessClassifier,
    )
    from qml.classifiers.quantum_kitchen_sinks import QuantumKitchenSinks as QuantumKitchenSinks
    from qml.classifiers.quantum_metric_learner import QuantumMetricLearner as QuantumMetricLearner
    from qml.classifiers.quanvolutional_classifier import (
        QuanvolutionalClassifier as QuanvolutionalClassifier,
    )
    from qml.classifiers.separable_variational_classifier import (
        SeparableVariationalClassifier as SeparableVariationalClassifier,
    )
    from qml.classifiers.tree_tensor_classifier import TreeTensorClassifier as TreeTensorClassifier
    from qml.classifiers.vqc import VQC as VQC
    from qml.classifiers.weinet import WeiNet as WeiNet
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(
        __name__,
        [__name__],
        others={
            "qml.classifiers._base": ["QuantumClassifier"],
            "qml.classifiers._variational": ["VariationalClassifier"],
        },
    )
