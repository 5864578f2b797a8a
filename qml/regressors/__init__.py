"""Quantum regressors: one per file, each a scikit-learn estimator."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qml.regressors._base import QuantumRegressor as QuantumRegressor
    from qml.regressors.qsvr import QSVR as QSVR
    from qml.regressors.quantum_gaussian_process_regressor import (
        QuantumGaussianProcessRegressor as QuantumGaussianProcessRegressor,
    )
    from qml.regressors.quantum_kernel_ridge import QuantumKernelRidge as QuantumKernelRidge
    from qml.regressors.variational_regressor import VariationalRegressor as VariationalRegressor
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(
        __name__, [__name__], others={"qml.regressors._base": ["QuantumRegressor"]}
    )
