"""Breast cancer Wisconsin (diagnostic), as shipped in scikit-learn."""

from sklearn.datasets import load_breast_cancer

from experiments.datasets._dataset import Dataset

__all__ = ["breast_cancer"]


def breast_cancer(random_state: int = 0) -> Dataset:
    """569 tumours, 30 features, 2 classes; class 1 is benign."""
    bunch = load_breast_cancer()
    return Dataset(
        bunch.data,
        bunch.target,
        name="breast_cancer",
        source="scikit-learn load_breast_cancer; doi:10.24432/C5DW2B",
        licence="CC BY 4.0",
    )
