"""Iris flowers, as shipped in scikit-learn."""

from sklearn.datasets import load_iris

from experiments.datasets._dataset import Dataset

__all__ = ["iris"]


def iris(random_state: int = 0) -> Dataset:
    """150 flowers, 4 features, 3 classes."""
    bunch = load_iris()
    return Dataset(
        bunch.data,
        bunch.target_names[bunch.target].astype(str),
        name="iris",
        source="scikit-learn load_iris; doi:10.24432/C56C76",
        licence="CC BY 4.0",
        columns=tuple(bunch.feature_names),
    )
