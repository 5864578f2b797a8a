"""Diabetes progression, as shipped in scikit-learn: a regression."""

from sklearn.datasets import load_diabetes

from experiments.datasets._dataset import Dataset

__all__ = ["diabetes"]


def diabetes(random_state: int = 0) -> Dataset:
    """442 patients, 10 features, disease progression after one year as the target."""
    bunch = load_diabetes()
    return Dataset(
        bunch.data,
        bunch.target,
        name="diabetes",
        source="scikit-learn load_diabetes; Efron et al. 2004, doi:10.1214/009053604000000067",
        licence="public, as shipped in scikit-learn (BSD 3-Clause)",
    )
