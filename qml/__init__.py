"""Quantum classifiers, kernels, optimizers and the backends they run on.

Every estimator, every kernel and the bases of both are offered here and by their rooms, and are
imported when they are first named: ``from qml import QSVC, VQC``. So is every room, and
``import qml`` is enough for ``qml.engine``. The rooms, each depending only on those before it:
`circuits`, `engine`, `devices`, `jobs`, `backends`, `losses`, `decisions`, `optimizers`,
`variational`, `kernels`, `classifiers`, `regressors`, `outlier_detectors`, `surrogates`,
`transformers`, `diagnostics`, `quantities`.
"""

import warnings
from typing import TYPE_CHECKING

from qml_workbench.platforms import unsupported
from qml_workbench.strangers import stranger

__version__ = "0.1.0"

if TYPE_CHECKING:
    from qml.backends import resolve_backend as resolve_backend
    from qml.circuits import resolve_ansatz as resolve_ansatz
    from qml.circuits import resolve_feature_map as resolve_feature_map
    from qml.classifiers import *
    from qml.engine import BatchedEstimator as BatchedEstimator
    from qml.engine import BatchedSampler as BatchedSampler
    from qml.errors import BackendError as BackendError
    from qml.errors import DataError as DataError
    from qml.errors import ResourceError as ResourceError
    from qml.errors import SpecError as SpecError
    from qml.errors import StoreError as StoreError
    from qml.errors import WorkbenchError as WorkbenchError
    from qml.kernels import CompletionKernel as CompletionKernel
    from qml.kernels import FidelityKernel as FidelityKernel
    from qml.kernels import NystromKernel as NystromKernel
    from qml.kernels import ProjectedKernel as ProjectedKernel
    from qml.kernels import QuantumKernel as QuantumKernel
    from qml.kernels import TrainableKernel as TrainableKernel
    from qml.outlier_detectors import *
    from qml.regressors import *
    from qml.surrogates import *
    from qml.transformers import *
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(
        __name__,
        rooms=[
            "qml.classifiers",
            "qml.regressors",
            "qml.outlier_detectors",
            "qml.surrogates",
            "qml.transformers",
            "qml.kernels",
        ],
        others={
            "qml.backends": ["resolve_backend"],
            "qml.classifiers": ["QuantumClassifier", "VariationalClassifier"],
            "qml.regressors": ["QuantumRegressor"],
            "qml.kernels": ["QuantumKernel"],
            "qml.surrogates": ["Surrogate"],
            "qml.circuits": ["resolve_ansatz", "resolve_feature_map"],
            "qml.engine": ["BatchedEstimator", "BatchedSampler"],
            "qml.errors": [
                "BackendError",
                "DataError",
                "ResourceError",
                "SpecError",
                "StoreError",
                "WorkbenchError",
            ],
        },
    )

if _problem := unsupported():
    raise ImportError(_problem)
if _problem := stranger():
    warnings.warn(_problem, stacklevel=2)
