"""Values of parameter expressions for a whole batch at once.

Qiskit binds one set of values at a time. Here the expression's tree is walked once and every node
works on the batch's columns, without generating or running code.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterExpression

from qml.errors import SpecError

__all__ = ["evaluate"]

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": lambda *terms: functools.reduce(np.add, terms),
    "Mul": lambda *factors: functools.reduce(np.multiply, factors),
    "Pow": np.power,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "exp": np.exp,
    "log": np.log,
    "Abs": np.abs,
    "sign": np.sign,
    "conjugate": np.conjugate,
}


def evaluate(
    expression: ParameterExpression | float, columns: Mapping[Parameter, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the expression's value for every row of the batch.

    Parameters
    ----------
    expression : ParameterExpression or float
        A gate's angle.
    columns : mapping of Parameter to ndarray of shape (batch,)
        The batch's values.

    Returns
    -------
    ndarray of shape (batch,) or ()
        A scalar where the expression has no parameter.

    Raises
    ------
    SpecError
        If the expression holds a function that Qiskit cannot write either, or is not real.
    """
    if isinstance(expression, Parameter):  # the common case, without the symbolic library
        return columns[expression]
    if not isinstance(expression, ParameterExpression) or not expression.parameters:
        return np.asarray(float(expression))
    by_name = {parameter.name: columns[parameter] for parameter in expression.parameters}
    value = _walk(expression.sympify(), by_name)
    if np.iscomplexobj(value):
        if not np.allclose(np.imag(value), 0.0, atol=1e-12):
            raise SpecError(f"the angle {expression} is not real")
        value = np.real(value)
    return np.asarray(value, dtype=np.float64)


def _walk(node: Any, columns: Mapping[str, NDArray[np.float64]]) -> Any:
    if node.is_Symbol:
        return columns[node.name]
    if node.is_number:
        number = complex(node)
        return number if number.imag else number.real
    name = type(node).__name__
    if name not in _FUNCTIONS:
        raise SpecError(f"the angle holds the function {name}, which the engine does not know")
    arguments = [_walk(child, columns) for child in node.args]
    if name == "Pow" and np.any(np.asarray(arguments[0]) < 0):
        exponent = arguments[1]
        if not np.all(np.mod(exponent, 1) == 0):
            arguments[0] = np.asarray(arguments[0], dtype=complex)
    return _FUNCTIONS[name](*arguments)
