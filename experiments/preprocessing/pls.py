"""Components that vary with the labels of the training rows (partial least squares)."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import PositiveInt
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.cross_decomposition import PLSRegression
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils import Tags
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import check_is_fitted, validate_data

from qml.declared import Declared

__all__ = ["PLS"]


class PLS(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Declared):
    r"""Project rows to the directions whose scores vary most with the labels.

    .. math:: w = \arg\max_{|w| = 1} |\mathrm{cov}(X w, Y)|

    one after the other, each of what those before leave. It is supervised: scores of the training
    rows know their labels, so only test rows say how well it does.

    Parameters
    ----------
    n_components : int, default=2
        Number of the directions; no more than features, and than rows less one.
    scale : bool, default=True
        True for features that are scaled to variance 1 first, as in scikit-learn.

    References
    ----------
    Wold, Sjöström and Eriksson, Chemom. Intell. Lab. Syst. 58, 109 (2001),
    doi:10.1016/S0169-7439(01)00155-1.

    Examples
    --------
    >>> rows = [[0.0, 5.0], [1.0, 5.1], [2.0, 4.9], [3.0, 5.0]]
    >>> step = PLS(n_components=1, scale=False).fit(rows, ["a", "a", "b", "b"])
    >>> step.transform(rows).round(2).ravel()
    array([-1.5, -0.5,  0.5,  1.5])
    """

    n_components: PositiveInt = 2
    scale: bool = True

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn the directions from rows and their labels, or targets."""
        self._check_parameters()
        points, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        is_target = type_of_target(labels) == "continuous"
        told = labels if is_target else LabelBinarizer().fit_transform(labels)
        components = min(self.n_components, len(points) - 1, points.shape[1])
        found = PLSRegression(components, scale=self.scale)
        self.pls_ = found.fit(points, np.asarray(told, dtype=np.float64))
        self._n_features_out = components
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the scores, shape (n_samples, n_components)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.pls_.transform(points))

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        return tags
