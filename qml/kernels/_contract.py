"""The kernels' contract: learn from the training data alone, then matrices."""

from __future__ import annotations

import functools
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import InitVar, field, fields
from typing import Any, ClassVar, Self, TypeAlias, TypeVar, dataclass_transform

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import NonNegativeInt
from qiskit.circuit import QuantumCircuit

from qml.backends import Backend, Request, Workload, resolve_backend
from qml.circuits import CircuitSpec, foreseen_width, resolve_feature_map
from qml.declared import PositiveReal, declare
from qml.errors import SpecError
from qml.kernels._points import checked_labels, checked_points
from qml.registry import Room, check_parameters, parameters_of

__all__ = ["KERNELS", "KernelSpec", "Matrix", "QuantumKernel", "ideal_kernel", "resolve_kernel"]

_SUPPLIED = ("feature_map", "bandwidth", "backend", "random_state")
KERNELS: Room[type[QuantumKernel]] = Room("quantum kernel", "qml.kernels", supplied=_SUPPLIED)

Matrix = NDArray[np.float64]
KernelSpec: TypeAlias = str | Mapping[str, object]
_Answer = TypeVar("_Answer")


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class _Declared(ABC):
    """Base whose subclasses are dataclasses, without a decorator of their own."""

    backend: Backend  # may be given by its name

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        declare(cls, kw_only=False)


class QuantumKernel(_Declared):
    r"""Base of the quantum kernels, whose parameters are checked when one is made.

    A subclass declares its own as fields with types; what stands here it has too.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="zz"
        Encoding of the features; see `qml.circuits.resolve_feature_map`.
    bandwidth : float, default=1.0
        Factor :math:`\lambda` on every feature before it becomes an angle.
    backend : str or Backend, default="exact"
        Backend that runs the circuits; by whatever name it was given, the attribute is the backend.
    random_state : int or None, default=None
        Root of the backend's seeds and of what the kernel itself draws.

    Attributes
    ----------
    evaluation_s : float
        Wall-clock seconds that its matrices took so far.
    """

    #: Whether every entry is a function of its two points alone: nothing is learned, and a matrix
    #: of fewer points is a slice of a matrix of more.
    entrywise = False
    #: The kernel that it measures, saves circuits of, or is a variant of: what a control of it is
    #: matched with. None is itself, with its parameters.
    stands_for: ClassVar[str | None] = None

    feature_map: CircuitSpec = "zz"
    bandwidth: PositiveReal = 1.0
    backend: InitVar[str | Backend] = "exact"
    random_state: NonNegativeInt | None = None
    evaluation_s: float = field(default=0.0, init=False)
    _report: dict[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self, backend: str | Backend) -> None:
        """Check the parameters, and find the backend."""
        taken = parameters_of(type(self))
        given = {one.name: getattr(self, one.name) for one in fields(self) if one.name in taken}
        check_parameters(type(self), {**given, "backend": backend}, type(self).__name__)
        self.backend = resolve_backend(backend, self.random_state)

    # Angles are already scaled in what these get.

    @abstractmethod
    def _fit_evaluate(self, X: Matrix, y: NDArray[Any] | None) -> Matrix:
        """Learn from the training data and return its matrix."""

    @abstractmethod
    def _evaluate(self, X: Matrix, Y: Matrix | None) -> Matrix:
        """Return the matrix of any points; learn nothing."""

    @abstractmethod
    def _workload(self, n_features: int, n_train: int, n_test: int) -> Workload:
        """Return what one training matrix and one test block will ask at most."""

    def _test_block(self, X: Matrix, rows: NDArray[np.intp]) -> Matrix:
        """Return the kernel of new points with the training points of these rows."""
        return self._evaluate(X, self._training_points[rows])

    def _diagonal(self, X: Matrix) -> Matrix:
        """Return the diagonal of `_evaluate`; a fidelity with itself is 1 and is not measured."""
        return np.ones(len(X))

    def _test_block_and_diagonal(self, X: Matrix, rows: NDArray[np.intp]) -> tuple[Matrix, Matrix]:
        """Return both; a kernel that measures for both measures once."""
        return self._test_block(X, rows), self._diagonal(X)

    def _circuit(self, n_features: int) -> QuantumCircuit:
        spec = self.feature_map
        self.backend.require_qubits(foreseen_width(spec, n_features))
        if isinstance(spec, QuantumCircuit) or callable(spec):
            return resolve_feature_map(spec, n_features)
        return _named_circuit(json.dumps(spec, default=dict), n_features)

    def _timed(self, evaluate: Callable[..., _Answer], *arguments: Any) -> _Answer:
        start = time.perf_counter()
        answer = evaluate(*arguments)
        self.evaluation_s += time.perf_counter() - start
        return answer

    def fit_evaluate(self, X: ArrayLike, y: ArrayLike | None = None) -> Matrix:
        """Learn from the training data and return its matrix, in one pass.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Features of the training data.
        y : array-like of shape (n,) or None, default=None
            Labels of the training data, one a row. Which they are, only kernels that are trained
            look at; the others take any, as scikit-learn's transformers do.

        Returns
        -------
        ndarray of shape (n, n)
        """
        self.remember(X)
        labels = None if y is None else checked_labels(y, len(self._training_points))
        return self._timed(self._fit_evaluate, self._training_points, labels)

    def remember(self, X: ArrayLike) -> None:
        """Take these as the training points of `test_block`, without evaluating anything."""
        self._training_points = self._scaled(X)

    def fit(self, X: ArrayLike, y: ArrayLike | None = None) -> Self:
        """Learn from the training data."""
        self.fit_evaluate(X, y)
        return self

    def evaluate(self, X: ArrayLike, Y: ArrayLike | None = None) -> Matrix:
        """Return the kernel matrix; nothing is learned from what it is asked for.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Points of the rows.
        Y : array-like of shape (m, n_features) or None, default=None
            Points of the columns; None means X.

        Returns
        -------
        ndarray of shape (n, m)
        """
        points = self._scaled(X)
        others = None if Y is None else self._scaled(Y, "Y", points.shape[1])
        return self._timed(self._evaluate, points, others)

    __call__ = evaluate

    def test_block(self, X: ArrayLike, rows: ArrayLike | None = None) -> Matrix:
        """Return the kernel of new points with the training points of the last fit.

        Parameters
        ----------
        X : array-like of shape (m, n_features)
            Features of the new points.
        rows : array-like of int or None, default=None
            Training points that are asked for; None is all. A machine asks for its support vectors.

        Returns
        -------
        ndarray of shape (m, n_train)
            The block, zero in the columns that were not asked for.
        """
        points, known = self._beside_training_points(X)
        wanted = known if rows is None else np.asarray(rows, dtype=np.intp)
        block = np.zeros((len(points), len(known)))
        block[:, wanted] = self._timed(self._test_block, points, wanted)
        return block

    def diagonal(self, X: ArrayLike) -> Matrix:
        """Return every point's kernel with itself: the diagonal of the matrix `evaluate` gives.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Points of the rows.

        Returns
        -------
        ndarray of shape (n,)
            Ones for a fidelity, whatever the noise, as in `evaluate` of one set of points (a point
            given twice, ``evaluate(X, X)``, is measured, and survives less often); purities for a
            linear projected kernel, less than 1 where an approximation leaves a part of a point
            unexplained.
        """
        return self._timed(self._diagonal, self._scaled(X))

    def test_block_and_diagonal(self, X: ArrayLike) -> tuple[Matrix, Matrix]:
        """Return `test_block` and `diagonal` of new points, from the same circuits.

        A Gaussian process needs both: the prior variance of a new point is its diagonal.

        Parameters
        ----------
        X : array-like of shape (m, n_features)
            Features of the new points.

        Returns
        -------
        block : ndarray of shape (m, n_train)
            Kernel with the training points of the last fit.
        diagonal : ndarray of shape (m,)
            Kernel of every new point with itself.
        """
        return self._timed(self._test_block_and_diagonal, *self._beside_training_points(X))

    @property
    def report_(self) -> dict[str, Any]:
        """What the fit has to say: how a matrix was approximated, mitigated or trained."""
        return dict(self._report)

    def requests(self, n_features: int) -> list[Request]:
        """Return what every fit asks of points alone, so that several fits may share it.

        Nothing by default: a kernel that learns asks other questions in every fit.
        """
        return []

    def workload(self, n_train: int, n_test: int, n_features: int) -> Workload:
        """Return what a training matrix and a test block against all of it will ask."""
        return self._workload(n_features, n_train, n_test)

    def _beside_training_points(self, X: ArrayLike) -> tuple[Matrix, NDArray[np.intp]]:
        """Return new points, as wide as those of the training, and the rows of those."""
        if not hasattr(self, "_training_points"):
            raise SpecError("a test block is against training data: call fit first")
        n_train, width = self._training_points.shape
        return self._scaled(X, width=width), np.arange(n_train)

    def _scaled(self, X: ArrayLike, name: str = "X", width: int | None = None) -> Matrix:
        return np.asarray(self.bandwidth * checked_points(X, name, width))


@functools.lru_cache(maxsize=32)
def _named_circuit(spec: str, n_features: int) -> QuantumCircuit:
    """Return the same object for the same map: what backends keep of a circuit stays of use."""
    return resolve_feature_map(json.loads(spec), n_features)


def ideal_kernel(spec: KernelSpec) -> KernelSpec:
    """Return the kernel that `spec` names, without what measuring or saving circuits adds to it.

    Examples
    --------
    >>> ideal_kernel({"name": "nystrom", "n_landmarks": 16})
    'fidelity'
    >>> ideal_kernel({"name": "projected", "gamma": 2.0})
    {'name': 'projected', 'gamma': 2.0}
    """
    name = spec if isinstance(spec, str) else spec["name"]
    try:
        return KERNELS.load(name).stands_for or spec
    except SpecError as error:
        raise error.under("quantum_kernel") from None


def resolve_kernel(
    spec: KernelSpec,
    feature_map: CircuitSpec,
    bandwidth: float,
    backend: str | Backend,
    random_state: int | None = None,
) -> QuantumKernel:
    """Return the kernel that `spec` names, on an encoding and a backend.

    Parameters
    ----------
    spec : str or mapping
        Name of the kernel, ``"fidelity"``, or with parameters, ``{"name": "projected", "gamma":
        2.0}``.
    feature_map, bandwidth, backend, random_state
        Parameters of `QuantumKernel`.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong.

    Examples
    --------
    >>> type(resolve_kernel("fidelity", "zz", 1.0, "exact")).__name__
    'FidelityKernel'
    """
    try:
        make = KERNELS.bind(spec)
    except SpecError as error:
        raise error.under("quantum_kernel") from None
    return make(
        feature_map=feature_map, bandwidth=bandwidth, backend=backend, random_state=random_state
    )
