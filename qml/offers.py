"""What a model may offer beyond scikit-learn's contract, each as a protocol.

The workbench asks ``isinstance(model, Staged)`` and never for an attribute by its name, so that an
offer is written down once, with its types. Members that end in an underscore are there after a fit:
a fitted model is asked for them. A quantum model also says which controls it has, and offers what
they are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, TypeAlias, runtime_checkable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.backends import Backend, Usage, Workload
from qml.bandwidth import Bandwidth
from qml.circuits import CircuitSpec

__all__ = [
    "OFFERED_FOR",
    "Answering",
    "ControlKind",
    "Controlled",
    "Controls",
    "Disentangled",
    "Encoded",
    "Encoding",
    "Hyperplane",
    "Parting",
    "Quantum",
    "Recalling",
    "Reporting",
    "ScoredLabels",
    "Spending",
    "Staged",
    "Traced",
    "Wide",
]

#: Controls that depend on the model: what is taken away is its entanglement; all of its encoding
#: but the spectrum; all of its kernel but a bandwidth. The last two are classifiers, so that no
#: other model declares them.
ControlKind: TypeAlias = Literal["no entanglement", "same spectrum", "matched RBF"]
Controls: TypeAlias = frozenset[ControlKind]


@dataclass(frozen=True)
class Encoding:
    """How a model takes its features in: what a classical surrogate of it is made of.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable
        Encoding circuit, as `qml.circuits.resolve_feature_map` takes it.
    bandwidth : float or "scale"
        Factor on every feature before it becomes an angle; see `qml.bandwidth`.
    quantum_kernel : str, mapping or None, default=None
        Kernel without what measuring or saving circuits adds to it; None for models without one.
    C : float or "hard", default=1.0
        Bound of the dual variables of the machine on that kernel; "hard" is none.
    """

    feature_map: CircuitSpec
    bandwidth: Bandwidth
    quantum_kernel: str | Mapping[str, object] | None = None
    C: float | Literal["hard"] = 1.0


@dataclass(frozen=True)
class Hyperplane:
    """What parts two classes in a kernel's space.

    Parameters
    ----------
    weights : ndarray of shape (n_train,)
        Dual variables times the signs of the labels; 0 where a point is no support vector.
    offset : float
        Bias that is added to the dual sum.
    """

    weights: NDArray[np.float64]
    offset: float


@runtime_checkable
class Quantum(Protocol):
    """A model that runs circuits, and knows beforehand how many."""

    backend: str | Backend

    def workload(self, n_train: int, n_test: int, n_features: int, n_classes: int) -> Workload:
        """Return the most that one fit and one prediction will ask of the backend."""


@runtime_checkable
class Answering(Protocol):
    """A model whose predictions another backend can make than its training's."""

    def answer_on(self, backend: Backend) -> None:
        """Let another backend answer from now on; what was spent so far is counted there."""


@runtime_checkable
class Wide(Protocol):
    """A model that knows how wide its circuits are before it makes them."""

    def least_qubits(self, n_features: int) -> int:
        """Return the qubits that its circuits take at least; 0 where it does not say."""


@runtime_checkable
class Controlled(Protocol):
    """A model that declares which of the controls that depend on it it has."""

    controls: ClassVar[Controls]


@runtime_checkable
class Spending(Protocol):
    """A step that counts what it has spent on circuits."""

    @property
    def usage_(self) -> Usage:
        """What the fitted step has spent so far."""


@runtime_checkable
class Reporting(Protocol):
    """A model that says how its fit went."""

    @property
    def training_(self) -> dict[str, Any]:
        """What a record holds of the fit; ``kernel_s`` are the seconds in kernel matrices."""


@runtime_checkable
class Traced(Protocol):
    """A model whose training has a course."""

    @property
    def trace_(self) -> dict[str, list[float]]:
        """The course of the best loss, a list a column."""


@runtime_checkable
class Staged(Protocol):
    """A model that can be asked what it was in the middle of its training."""

    def staged(self) -> Iterator[tuple[dict[str, float], Any]]:
        """Yield what was spent, with the loss then, and the model as it was."""


@runtime_checkable
class Recalling(Protocol):
    """A model that knows what it says of its training rows from what its training measured."""

    def recalled(self) -> Any | None:
        """Return the fitted model as one to ask for its training rows, all of them in their order.

        It runs no circuit for the answer. None where training has not kept it.
        """


@runtime_checkable
class Parting(Protocol):
    """A machine that parts two classes by a hyperplane."""

    def hyperplane(self) -> Hyperplane | None:
        """Return the hyperplane of the last fit; None for more than two classes."""


@runtime_checkable
class ScoredLabels(Protocol):
    """A model whose labels and scores come from the same shots."""

    def predict_with_scores(self, X: ArrayLike) -> tuple[NDArray[Any], NDArray[np.float64]]:
        """Return labels and the scores that they were read from."""


@runtime_checkable
class Disentangled(Protocol):
    """A model that has a twin without entanglement."""

    def twin(self, n_features: int) -> dict[str, Any] | None:
        """Return the parameters that differ in the twin; None where nothing can be taken away."""


@runtime_checkable
class Encoded(Protocol):
    """A model whose encoding classical surrogates can be made of."""

    def encoding(self) -> Encoding:
        """Return how the model takes its features in."""


#: Which offer each control is made of, and the method of it; in the order of a report.
OFFERED_FOR: dict[ControlKind, tuple[type, str]] = {
    "no entanglement": (Disentangled, "twin"),
    "same spectrum": (Encoded, "encoding"),
    "matched RBF": (Encoded, "encoding"),
}
