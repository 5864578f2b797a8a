"""What our own wrappers of other libraries' classifiers do the same way."""

from __future__ import annotations

import functools
import typing
from abc import abstractmethod
from dataclasses import dataclass
from typing import Annotated, Any, Self, TypeAlias, dataclass_transform

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["NonNegativeReal", "PositiveReal", "Seed", "WrappedClassifier"]

PositiveReal: TypeAlias = Annotated[FiniteFloat, Field(gt=0)]
NonNegativeReal: TypeAlias = Annotated[FiniteFloat, Field(ge=0)]
#: What scikit-learn takes for a `random_state`.
Seed: TypeAlias = Annotated[int, Field(ge=0, le=2**32 - 1)] | np.random.RandomState | None


@dataclass_transform(kw_only_default=True, eq_default=False)
class WrappedClassifier(ClassifierMixin, BaseEstimator):
    """Base of the wrappers: labels of any kind become 0..k-1, and back.

    Every subclass is a keyword dataclass, whose fields are its parameters; their types and ranges
    are checked when it is fitted.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels of the training data, sorted.
    machine_ : object
        Fitted classifier of the other library.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        dataclass(kw_only=True, eq=False, repr=False)(cls)

    @abstractmethod
    def _machine(self) -> Any:
        """Return the classifier, unfitted."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to points of shape (n_samples, n_features) and labels of shape (n_samples,)."""
        hints = typing.get_type_hints(type(self), include_extras=True)
        for name, value in self.get_params(deep=False).items():
            _check(name, value, hints.get(name, Any))
        points, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, encoded = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"needs at least two classes, got one class: {self.classes_[0]!r}")
        self.machine_ = self._machine().fit(points, encoded)
        return self

    def predict_proba(self, X: ArrayLike) -> NDArray[np.float64]:
        """Return the class probabilities, shape (n_samples, n_classes)."""
        check_is_fitted(self)
        points = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(self.machine_.predict_proba(points), dtype=np.float64)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the most probable labels, shape (n_samples,)."""
        winners = self.predict_proba(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])


def _check(name: str, value: Any, hint: Any) -> None:
    plain = value.item() if isinstance(value, np.generic) else value
    try:
        _adapter(hint).validate_python(plain, strict=True)
    except ValidationError as error:
        problem = " or ".join(each["msg"] for each in error.errors(include_url=False))
        problem = problem.replace(" or Input should be ", " or ")
    else:
        return
    raise ValueError(f"{name}: {problem} (got {' '.join(repr(value).split())})")


@functools.cache
def _adapter(hint: Any) -> TypeAdapter[Any]:
    return TypeAdapter(hint, config=ConfigDict(arbitrary_types_allowed=True))
