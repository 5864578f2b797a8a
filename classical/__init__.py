"""Classical baselines: one per file, scikit-learn estimators with a search space beside each.

A file names one estimator class in ``__all__`` and, where there is something to tune, gives its
`SEARCH_SPACE`: parameter to a list of values, or to ``{"low": ..., "high": ..., "log": True}``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from classical._classifier import NonNegativeReal as NonNegativeReal
    from classical._classifier import PositiveReal as PositiveReal
    from classical._classifier import Seed as Seed
    from classical._classifier import WrappedClassifier as WrappedClassifier
    from classical.dummy import DummyClassifier as DummyClassifier
    from classical.dummy_regressor import DummyRegressor as DummyRegressor
    from classical.extra_trees import ExtraTreesClassifier as ExtraTreesClassifier
    from classical.gaussian_process import GaussianProcess as GaussianProcess
    from classical.gaussian_process_regressor import (
        GaussianProcessRegressor as GaussianProcessRegressor,
    )
    from classical.gradient_boosting import GradientBoostingClassifier as GradientBoostingClassifier
    from classical.hist_gradient_boosting import (
        HistGradientBoostingClassifier as HistGradientBoostingClassifier,
    )
    from classical.k_nearest_neighbours import KNeighborsClassifier as KNeighborsClassifier
    from classical.kernel_ridge import KernelRidge as KernelRidge
    from classical.lightgbm import LightGBM as LightGBM
    from classical.logistic_regression import LogisticRegression as LogisticRegression
    from classical.mlp import MLPClassifier as MLPClassifier
    from classical.naive_bayes import GaussianNB as GaussianNB
    from classical.one_class_svm import OneClassSVM as OneClassSVM
    from classical.random_forest import RandomForestClassifier as RandomForestClassifier
    from classical.random_fourier_features import RandomFourierFeatures as RandomFourierFeatures
    from classical.svc import SVC as SVC
    from classical.svr import SVR as SVR
    from classical.xgboost import XGBoost as XGBoost
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(
        __name__,
        [__name__],
        others={
            "classical._classifier": [
                "NonNegativeReal",
                "PositiveReal",
                "Seed",
                "WrappedClassifier",
            ]
        },
    )
