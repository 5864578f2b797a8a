"""What every quantum estimator does the same way: seed, backend, usage, checks of its input."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from qml.backends import Backend, Usage, Workload, resolve_backend
from qml.bandwidth import Bandwidth, found_bandwidth
from qml.circuits import CircuitSpec, foreseen_width, without_entanglement
from qml.declared import Declared, Seed
from qml.errors import DataError
from qml.offers import OFFERED_FOR, Controls, Encoding

__all__ = [
    "EncodedEstimator",
    "EntanglingEstimator",
    "QuantumEstimator",
    "ScaledEstimator",
    "checked_classes",
    "checked_data",
]


class QuantumEstimator(Declared):
    """Base of the quantum estimators.

    Parameters
    ----------
    backend : str or Backend, default="exact"
        Place where the circuits run; see `qml.backends.resolve_backend`.
    random_state : int, RandomState or None, default=None
        Root of all seeds: of starts, of what is drawn, of shots.
    """

    backend: str | Backend = "exact"
    random_state: Seed = None
    backend_: Backend = field(init=False)
    #: Which of the controls that depend on the model it has: every model says so.
    controls: ClassVar[Controls]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        members = (getattr(cls, name, None) for name in dir(cls))
        if any(getattr(member, "__isabstractmethod__", False) for member in members):
            return
        declared = getattr(cls, "controls", None)
        if not (isinstance(declared, frozenset) and declared <= OFFERED_FOR.keys()):
            kinds = sorted(OFFERED_FOR)
            got = "missing" if declared is None else f"got {declared!r}"
            raise TypeError(
                f"{cls.__name__}.controls: {got}, allowed: a frozenset of {kinds}, empty for none"
            )
        for kind in declared:
            offer, method = OFFERED_FOR[kind]
            if not issubclass(cls, offer):
                raise TypeError(f"{cls.__name__}: the control {kind!r} needs the method {method!r}")

    @abstractmethod
    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to data."""

    @abstractmethod
    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return the most that one fit and one prediction will ask of the backend."""

    def least_qubits(self, n_features: int) -> int:
        """Return the qubits that its circuits take at least, known before one is made.

        Parameters
        ----------
        n_features : int
            Number of columns of the data.

        Returns
        -------
        int
            Number of qubits; 0 where the model does not say.
        """
        return 0

    @property
    def usage_(self) -> Usage:
        """What the fitted model has spent so far."""
        return self.backend_.usage.copy()

    @property
    def training_(self) -> dict[str, Any]:
        """What training reported, for the record; empty where nothing is trained."""
        return {}

    def answer_on(self, backend: Backend) -> None:
        """Let another backend answer from now on; what was spent so far is counted there.

        Parameters
        ----------
        backend : Backend
            Backend that was asked nothing yet, so that training and predictions have shots of
            their own.
        """
        check_is_fitted(self)
        backend.usage += self.backend_.usage
        self.backend_ = backend

    def _begin(self) -> int:
        """Resolve the backend for a new fit on checked data, and return the fit's seed.

        Circuits that would be too wide for it are refused here, before they are made.
        """
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        self.backend_ = resolve_backend(self.backend, seed)
        self.backend_.require_qubits(self.least_qubits(self.n_features_in_))
        return seed

    def _checked(self, X: ArrayLike) -> NDArray[np.float64]:
        check_is_fitted(self)
        checked: NDArray[np.float64] = checked_data(self, X, reset=False)
        return checked


class ScaledEstimator(QuantumEstimator):
    r"""Base of the quantum estimators that narrow their features before they become angles.

    Parameters
    ----------
    bandwidth : float or "scale", default="scale"
        Factor :math:`\lambda` on every feature before it becomes an angle. "scale" is the widest
        one up to 1 at which the training points still see each other, found without labels; see
        `qml.bandwidth`.

    Attributes
    ----------
    bandwidth_ : float
        Factor of the last fit.
    """

    bandwidth: Bandwidth = "scale"
    bandwidth_: float = field(init=False)

    @abstractmethod
    def encoding(self) -> Encoding:
        """Return how the model takes its features in."""

    @property
    def training_(self) -> dict[str, Any]:
        """What training reported, and the bandwidth."""
        return {**super().training_, "bandwidth": self.bandwidth_}

    def _learn_inputs(self, X: NDArray[np.float64]) -> None:
        """Find the bandwidth for these training points."""
        encoding = self.encoding()
        self.bandwidth_ = found_bandwidth(encoding.bandwidth, encoding.feature_map, X)

    def _inputs(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the circuit's inputs take."""
        return self.bandwidth_ * X


class EncodedEstimator(ScaledEstimator):
    """Base of the quantum estimators whose encoding is the user's to choose.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        Encoding circuit; see `qml.circuits.resolve_feature_map`.
    """

    feature_map: CircuitSpec = "zz"

    def encoding(self) -> Encoding:
        """Return how the model takes its features in."""
        return Encoding(self.feature_map, self.bandwidth)

    def least_qubits(self, n_features: int) -> int:
        """Return the qubits of the feature map, as far as they are known before it is made."""
        return foreseen_width(self.feature_map, n_features)

    def twin(self, n_features: int) -> dict[str, Any] | None:
        """Return the parameters that differ in the twin without entanglement, None if none do."""
        return without_entanglement(n_features, self.feature_map)


class EntanglingEstimator(QuantumEstimator):
    """Base of the quantum estimators whose entangling gates one parameter leaves away.

    Parameters
    ----------
    entangling : bool, default=True
        Presence of the gates on two qubits; False is the control without entanglement.
    """

    entangling: bool = True

    def twin(self, n_features: int) -> dict[str, Any] | None:
        """Return the parameters that differ in the twin without entanglement, None if none do."""
        return {"entangling": False} if self.entangling else None


def checked_data(estimator: BaseEstimator, X: ArrayLike, *y: ArrayLike, **choices: bool) -> Any:
    """Return points, and targets where they are given, as scikit-learn checks them.

    Parameters
    ----------
    estimator : BaseEstimator
        Estimator that remembers the features' number and names.
    X, *y : array-like
        Points and targets as they were given.
    **choices : bool
        Further parameters of scikit-learn's ``validate_data``.

    Raises
    ------
    DataError
        With what scikit-learn says, on one line and with little of the data.
    """
    try:
        with np.printoptions(threshold=4, edgeitems=1):
            return validate_data(estimator, X, *y, dtype=np.float64, **choices)
    except ValueError as error:
        raise DataError(" ".join(str(error).split())) from None


def checked_classes(
    estimator: BaseEstimator, X: ArrayLike, y: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[Any], NDArray[np.intp]]:
    """Return points, the classes that there are, and each row's place among them.

    Raises
    ------
    DataError
        If there are fewer than two classes.
    """
    points, labels = checked_data(estimator, X, y)
    check_classification_targets(labels)
    classes, encoded = np.unique(labels, return_inverse=True)
    if len(classes) < 2:
        raise DataError(f"y: needs at least two classes, got one class: {classes.tolist()[0]!r}")
    return points, classes, encoded
