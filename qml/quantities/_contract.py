"""The quantities' contract: what they are told of a fitted model, and what they find."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qml.diagnostics.best_rbf import BestRBF, best_rbf
from qml.errors import DataError
from qml.kernels import KernelMachine, Matrix, hard_margin, ideal_kernel, resolve_kernel
from qml.offers import Hyperplane, Parting
from qml.registry import Room

__all__ = ["QUANTITIES", "Examined", "Finding", "Need", "Quantity", "quantity"]

#: What a model must have for a quantity to be asked of it.
Need: TypeAlias = Literal["matrix", "hyperplane", "probabilities"]
Values: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Finding:
    """What a quantity came out as.

    Parameters
    ----------
    value : float or None
        Number of the table; None where there is nothing to be said.
    where : tuple of int, default=()
        Place that it belongs to: of an entry its row and column, of several points their rows.
    values : tuple of float, default=()
        Numbers that `value` is made of, one a point.
    """

    value: float | None
    where: tuple[int, ...] = ()
    values: tuple[float, ...] = ()


@dataclass(frozen=True)
class Examined:
    """A fitted model with what it was fitted to and what it said.

    Parameters
    ----------
    model : estimator
        Model after its fit.
    X : ndarray of shape (n_train, n_features)
        Training points as the model got them.
    y : ndarray of int of shape (n_train,)
        Classes of the training points, from 0; the second of two is +1.
    trained : ndarray of shape (n_train, n_classes) or None
        Probabilities of the training points; None where there are none.
    rows : ndarray of int of shape (n_test,)
        Numbers of the test rows in the data set.
    wrong : ndarray of bool of shape (n_test,)
        Mask of the test rows that were misclassified.
    decided : ndarray of shape (n_test,) or None
        Decision values of the test rows; None where there are none.
    """

    model: Any
    X: Values
    y: NDArray[np.intp]
    trained: Values | None
    rows: NDArray[np.intp]
    wrong: NDArray[np.bool_]
    decided: Values | None

    @cached_property
    def matrix(self) -> Matrix | None:
        """Matrix that a kernel machine was trained on; None where it never had the whole."""
        return self.model.training_matrix_ if isinstance(self.model, KernelMachine) else None

    @cached_property
    def hyperplane(self) -> Hyperplane | None:
        """Hyperplane of a machine for two classes."""
        return self.model.hyperplane() if isinstance(self.model, Parting) else None

    @cached_property
    def ideal(self) -> Matrix:
        """Matrix of the same kernel on ideal qubits, without shots; evaluated when it is asked."""
        machine = self.model
        spec = ideal_kernel(machine.quantum_kernel)
        kernel = resolve_kernel(spec, machine.feature_map, machine.bandwidth_, "exact", 0)
        return kernel.fit_evaluate(self.X, self.y)

    @property
    def rbf(self) -> BestRBF | None:
        """RBF kernel that does best on the training points; None where a class is too small.

        Models that were fitted to the same points share it: it is tuned once.
        """
        return _tuned_rbf(self.X.tobytes(), self.X.shape, self.y.tobytes(), self.y.dtype.str)

    @cached_property
    def ideal_weights(self) -> Values | None:
        """Dual variables times signs of the hard margin on `ideal`; None if it has none."""
        try:
            machine = hard_margin(self.ideal, self.y)
        except DataError:
            return None
        weights = np.zeros(len(self.y))
        weights[machine.support_] = machine.dual_coef_[0]
        return weights


@functools.lru_cache(maxsize=32)
def _tuned_rbf(X: bytes, shape: tuple[int, ...], y: bytes, of: str) -> BestRBF | None:
    points = np.frombuffer(X, dtype=np.float64).reshape(shape)
    try:
        return best_rbf(points, np.frombuffer(y, dtype=of))
    except DataError:
        return None


@dataclass(eq=False)
class Quantity:
    """A named quantity.

    Parameters
    ----------
    of : callable
        Function from `Examined` to what is found; None where the model has too little for it.
    needs : {"matrix", "hyperplane", "probabilities"}
        Property of a model without which it is not asked.
    ideal : bool, default=False
        True where it is compared with ideal qubits, which are simulated for it.
    """

    of: Callable[[Examined], Finding | None]
    needs: Need
    ideal: bool = False

    def __call__(self, examined: Examined) -> Finding | None:
        """Return what is found of a fitted model."""
        return self.of(examined)

    def applies_to(self, model: object) -> bool:
        """Whether it is asked of such a model, fitted or not."""
        if self.needs == "probabilities":
            return hasattr(model, "predict_proba")
        if self.needs == "hyperplane" and not isinstance(model, Parting):
            return False
        return isinstance(model, KernelMachine)


def quantity(
    needs: Need, ideal: bool = False
) -> Callable[[Callable[[Examined], Finding | None]], Quantity]:
    """Return the decorator that makes a function a quantity, described by its docstring."""

    def made(of: Callable[[Examined], Finding | None]) -> Quantity:
        found = Quantity(of, needs, ideal)
        functools.update_wrapper(found, of)
        return found

    return made


QUANTITIES: Room[Quantity] = Room("quantity", "qml.quantities")
