"""One expression of a circuit's parameters over a whole batch, and its slopes; no code is made."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterExpression
from qiskit.circuit.exceptions import CircuitError

from qml.errors import SpecError

__all__ = ["Evaluate", "compiled", "gradient_of", "shortened", "slope_of"]

Values = NDArray[np.float64]
Evaluate = Callable[[Values], Any]  # from (batch, n_parameters) to (batch,) or a number

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "Add": lambda *terms: functools.reduce(np.add, terms),
    "Mul": lambda *factors: functools.reduce(np.multiply, factors),
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


def gradient_of(
    expression: ParameterExpression, parameter: Parameter
) -> ParameterExpression | complex:
    """Return Qiskit's derivative, or raise a `SpecError` where it has none, as for a sign."""
    try:
        result: ParameterExpression | complex = expression.gradient(parameter)
    except RuntimeError:
        raise SpecError(f"the angle {expression} has no derivative by {parameter}") from None
    return result


def shortened(expression: object) -> str:
    text = str(expression)
    return text if len(text) <= 60 else f"{text[:57]}..."


def compiled(expression: ParameterExpression | complex, place: dict[Parameter, int]) -> Evaluate:
    """Return the expression as a tree of NumPy calls."""
    if not isinstance(expression, ParameterExpression):
        number = complex(expression)
        constant = number if number.imag else number.real
        return lambda values: constant
    tree = _tree(expression)
    if tree is None:
        return _bound(expression, place)
    return _walk(tree, {parameter.name: place[parameter] for parameter in expression.parameters})


def _tree(expression: ParameterExpression) -> Any:
    """Return Qiskit's own conversion of its expression tree; no text is parsed, no code is run.

    None where it has none: Qiskit 2.6 loses a number to the power of a parameter.
    """
    try:
        tree = expression.sympify()
    except (AttributeError, TypeError, ValueError):
        return None
    return tree if hasattr(tree, "is_Symbol") else None


def _bound(expression: ParameterExpression, place: dict[Parameter, int]) -> Evaluate:
    """Return the expression as Qiskit binds it, row by row."""
    parameters = list(expression.parameters)
    columns = [place[parameter] for parameter in parameters]

    def value(row: Values) -> complex:
        try:
            return complex(expression.bind_all(dict(zip(parameters, row.tolist(), strict=True))))
        except (ArithmeticError, CircuitError, RuntimeError, ValueError):
            return complex("nan")

    return lambda values: np.array([value(row) for row in values[:, columns]])


def slope_of(
    expression: ParameterExpression, parameter: Parameter, place: dict[Parameter, int]
) -> Evaluate:
    """Return the derivative, which is worked out along the tree for every row."""
    tree = _tree(expression)
    if tree is None:
        return compiled(gradient_of(expression, parameter), place)
    names = {own.name: place[own] for own in expression.parameters}
    both = _walk_with_slope(tree, names, parameter.name)
    return lambda values: both(values)[1]


def _walk(node: Any, names: dict[str, int]) -> Evaluate:
    if node.is_Symbol:
        column = names[node.name]
        return lambda values: values[:, column]
    if node.is_number:
        number = complex(node)
        constant = number if number.imag else number.real
        return lambda values: constant
    name = type(node).__name__
    arguments = [_walk(child, names) for child in node.args]
    if name == "Pow":
        base, exponent = arguments
        return lambda values: _power(base(values), exponent(values))
    if name not in _FUNCTIONS:
        raise SpecError(f"an angle holds the function {name}, which the engine does not know")
    function = _FUNCTIONS[name]
    return lambda values: function(*(argument(values) for argument in arguments))


def _power(base: Any, exponent: Any) -> Any:
    if np.any(np.asarray(base) < 0) and not np.all(np.mod(exponent, 1) == 0):
        base = np.asarray(base, dtype=complex)
    return np.power(np.asarray(base, dtype=np.result_type(base, np.float64)), exponent)


_WithSlope = Callable[[Values], tuple[Any, Any]]

_SLOPES: dict[str, Callable[[Any], Any]] = {
    "sin": np.cos,
    "cos": lambda x: -np.sin(x),
    "tan": lambda x: 1 + np.tan(x) ** 2,
    "asin": lambda x: (1 - x * x) ** -0.5,
    "acos": lambda x: -((1 - x * x) ** -0.5),
    "atan": lambda x: 1 / (1 + x * x),
    "exp": np.exp,
    "log": lambda x: 1 / x,
    "Abs": np.sign,
    "sign": lambda x: 0 * x,  # but for a point
}


def _walk_with_slope(node: Any, names: dict[str, int], by: str) -> _WithSlope:
    """Return the expression with its slope by one parameter, all of which are real."""
    name = type(node).__name__
    if node.is_Symbol or node.is_number:
        value, slope = _walk(node, names), float(node.is_Symbol and node.name == by)
        return lambda values: (value(values), slope)
    parts = [_walk_with_slope(child, names, by) for child in node.args]
    if name == "Add":
        return lambda values: functools.reduce(_sum, (part(values) for part in parts))
    if name == "Mul":
        return lambda values: functools.reduce(_product, (part(values) for part in parts))
    if name == "Pow":
        return lambda values: _power_with_slope(*(part(values) for part in parts))
    [part] = parts
    value_of = _FUNCTIONS.get(name)
    if value_of is None:
        raise SpecError(f"an angle holds the function {name}, which the engine does not know")
    if name == "conjugate":
        return lambda values: _conjugates(*part(values))
    by_inner = _SLOPES[name]

    def chained(values: Values) -> tuple[Any, Any]:
        inner, slope = part(values)
        return value_of(inner), by_inner(inner) * slope

    return chained


def _sum(left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
    return left[0] + right[0], left[1] + right[1]


def _conjugates(value: Any, slope: Any) -> tuple[Any, Any]:
    return np.conjugate(value), np.conjugate(slope)


def _product(left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
    return left[0] * right[0], left[1] * right[0] + left[0] * right[1]


def _power_with_slope(left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
    (base, slope), (exponent, turn) = left, right
    value = _power(base, exponent)
    by_base = exponent * _power(base, exponent - 1) * slope
    if not np.any(turn):
        return value, by_base
    return value, by_base + value * np.log(base) * turn
