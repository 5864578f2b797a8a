"""Wine recognition, as shipped in scikit-learn."""

from sklearn.datasets import load_wine

from experiments.datasets._dataset import Dataset

__all__ = ["wine"]


def wine(random_state: int = 0) -> Dataset:
    """178 wines, 13 features, 3 classes."""
    bunch = load_wine()
    return Dataset(
        bunch.data,
        bunch.target,
        name="wine",
        source="scikit-learn load_wine; doi:10.24432/C5PC7J",
        licence="CC BY 4.0",
    )
