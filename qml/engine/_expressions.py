"""Values of parameter expressions for a whole batch at once, and their derivatives.

Qiskit binds one set of values at a time. Here every expression is brought once to a form that works
on the batch's columns: a quadratic polynomial (which is what encodings and ansatzes use) becomes
part of two matrix products; anything else becomes a tree of NumPy calls. No code is generated.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterExpression
from qiskit.circuit.exceptions import CircuitError

from qml.engine._trees import Evaluate, compiled, gradient_of, shortened, slope_of
from qml.errors import SpecError

__all__ = ["ExpressionTable"]

Values = NDArray[np.float64]


class ExpressionTable:
    """The expressions of a circuit, evaluated together.

    Column 0 is the constant 1, so that fixed angles need no treatment of their own.

    Parameters
    ----------
    parameters : sequence of Parameter
        The columns of the values.
    """

    def __init__(self, parameters: Sequence[Parameter]) -> None:
        self.parameters = tuple(parameters)
        self._place = {parameter: i for i, parameter in enumerate(self.parameters)}
        self._columns: dict[int, list[tuple[ParameterExpression, int]]] = {}
        self._compiled_slopes: dict[tuple[int, int], Evaluate] = {}
        self.expressions: list[ParameterExpression | float] = [1.0]

    def column(self, expression: ParameterExpression) -> int:
        """Return the expression's column; equal expressions share one."""
        # by structure: Qiskit's == simplifies both sides first, which takes longer than all else
        alike = self._columns.setdefault(_hashed(expression), [])
        for known, column in alike:
            if known.structurally_equal(expression):
                return column
        alike.append((expression, len(self.expressions)))
        self.expressions.append(expression)
        return alike[-1][1]

    def depends_on(self, column: int) -> frozenset[int]:
        """Return the places of the parameters that a column depends on."""
        expression = self.expressions[column]
        if not isinstance(expression, ParameterExpression):
            return frozenset()
        return frozenset(self._place[parameter] for parameter in expression.parameters)

    def evaluate(self, values: Values) -> Values:
        """Return every expression for every row, shape (batch, n_expressions).

        Raises
        ------
        SpecError
            If an expression is not real somewhere, or holds an unknown function.
        """
        constant, linear, factors, quadratic = self._polynomial
        table = constant + values @ linear
        if len(factors):
            table += (values[:, factors[:, 0]] * values[:, factors[:, 1]]) @ quadratic
        with np.errstate(all="ignore"):  # what is no number is said in words below
            for column, evaluate in self._others:
                table[:, column] = _real(evaluate(values), self.expressions[column])
        return np.asarray(table)

    def chain(
        self, values: Values, gradient: Values, wanted: Collection[int] | None = None
    ) -> Values:
        """Return the gradient by parameter from the gradient by expression.

        Parameters
        ----------
        values : ndarray of shape (batch, n_parameters)
            Parameter values at which the derivative is taken.
        gradient : ndarray of shape (batch, n_expressions)
            Derivatives by the expressions.
        wanted : collection of int or None, default=None
            Places of the parameters that are asked for; the other columns of the result may be
            wrong. None is all. What is not asked for need not have a derivative.

        Returns
        -------
        ndarray of shape (batch, n_parameters)
        """
        _, linear, factors, quadratic = self._polynomial
        result = gradient @ linear.T
        if len(factors):
            by_product = gradient @ quadratic.T
            first, second = self._scatter
            result += (by_product * values[:, factors[:, 1]]) @ first
            result += (by_product * values[:, factors[:, 0]]) @ second
        for column, place in self._slopes:
            if wanted is None or place in wanted:
                slope = self._derivative(column, place)(values)
                result[:, place] += gradient[:, column] * _real(slope, self.expressions[column])
        return np.asarray(result)

    @functools.cached_property
    def _polynomial(self) -> tuple[Values, Values, NDArray[np.intp], Values]:
        """Constants, linear coefficients, pairs of factors, and the pairs' coefficients."""
        n_columns = len(self.expressions)
        constant = np.zeros(n_columns)
        constant[0] = 1.0
        linear = np.zeros((len(self.parameters), n_columns))
        pairs: dict[tuple[int, int], dict[int, float]] = {}
        for column, form in self._quadratic_forms.items():
            constant[column] = form[0]
            for place, coefficient in form[1].items():
                linear[place, column] = coefficient
            for pair, coefficient in form[2].items():
                pairs.setdefault(pair, {})[column] = coefficient
        factors = np.array(list(pairs), dtype=np.intp).reshape(-1, 2)
        quadratic = np.zeros((len(pairs), n_columns))
        for term, entries in enumerate(pairs.values()):
            for column, coefficient in entries.items():
                quadratic[term, column] = coefficient
        return constant, linear, factors, quadratic

    @functools.cached_property
    def _scatter(self) -> tuple[Values, Values]:
        """For the first and the second factors of the products: which parameter each one is."""
        factors = self._polynomial[2]
        one_hot = np.eye(len(self.parameters))
        return one_hot[factors[:, 0]], one_hot[factors[:, 1]]

    @functools.cached_property
    def _quadratic_forms(self) -> dict[int, _QuadraticForm]:
        forms = {}
        for column, expression in enumerate(self.expressions[1:], start=1):
            assert_expression(expression)
            form = _quadratic_form(expression, self._place)
            if form is not None:
                forms[column] = form
        return forms

    @functools.cached_property
    def _others(self) -> list[tuple[int, Evaluate]]:
        """Columns that are no quadratic polynomial, with the function that evaluates them."""
        return [
            (column, compiled(expression, self._place))
            for column, expression in enumerate(self.expressions)
            if column and column not in self._quadratic_forms
        ]

    @functools.cached_property
    def _slopes(self) -> list[tuple[int, int]]:
        """Columns that are no quadratic polynomial, with each parameter they depend on."""
        return [(column, place) for column, _ in self._others for place in self.depends_on(column)]

    def _derivative(self, column: int, place: int) -> Evaluate:
        """Return the function that evaluates a column's derivative; compiled once."""
        known = self._compiled_slopes.get((column, place))
        if known is None:
            expression, parameter = self.expressions[column], self.parameters[place]
            known = slope_of(assert_expression(expression), parameter, self._place)
            self._compiled_slopes[column, place] = known
        return known


def _hashed(expression: ParameterExpression) -> int:
    """Return a number that equal expressions share."""
    try:
        return hash(expression)
    except OverflowError:  # Qiskit 2.6 hashes some numbers without parameters so
        return hash(str(expression))


_QuadraticForm = tuple[float, dict[int, float], dict[tuple[int, int], float]]


def assert_expression(expression: ParameterExpression | float) -> ParameterExpression:
    """Return the expression; every column but the first holds one."""
    if not isinstance(expression, ParameterExpression):
        raise TypeError(f"{expression!r} is no expression")
    return expression


def _quadratic_form(
    expression: ParameterExpression, place: dict[Parameter, int]
) -> _QuadraticForm | None:
    """Return the coefficients of a real quadratic polynomial, or None if it is none.

    Qiskit differentiates; a derivative that is a number tells the degree.
    """
    try:
        return _quadratic_coefficients(expression, place)
    except SpecError:  # no derivative, so no polynomial
        return None


def _quadratic_coefficients(
    expression: ParameterExpression, place: dict[Parameter, int]
) -> _QuadraticForm | None:
    if isinstance(expression, Parameter):  # the commonest case by far
        return 0.0, {place[expression]: 1.0}, {}
    if not _seems_quadratic(expression):
        return None  # before derivatives of something long are written out
    linear: dict[int, float] = {}
    pairs: dict[tuple[int, int], float] = {}
    for parameter in expression.parameters:
        slope = gradient_of(expression, parameter)
        at_zero = _at_zero(slope)
        if at_zero is None:
            return None
        linear[place[parameter]] = at_zero
        if isinstance(slope, ParameterExpression):
            for other in slope.parameters:
                curvature = gradient_of(slope, other)
                if isinstance(curvature, ParameterExpression) and curvature.parameters:
                    return None
                value = _at_zero(curvature)
                if value is None:
                    return None
                p, q = sorted((place[parameter], place[other]))
                # x_p x_q is met twice, from either side; x_p² once, with a factor 2
                pairs[p, q] = value / 2 if p == q else value
    constant = _at_zero(expression)
    return None if constant is None else (constant, linear, pairs)


def _seems_quadratic(expression: ParameterExpression) -> bool:
    """Return whether four points in a row fit a parabola, as they do of a quadratic polynomial."""
    order = list(expression.parameters)
    start, step = np.random.default_rng(0).uniform(0.1, 0.3, (2, len(order)))
    found = []
    for point in (start + k * step for k in range(4)):
        try:
            found.append(
                complex(expression.bind_all(dict(zip(order, point.tolist(), strict=True))))
            )
        except (ArithmeticError, ValueError, TypeError, RuntimeError, CircuitError):
            return False
    third = np.diff(found, n=3)[0]
    return bool(abs(third) <= 1e-9 * max(1.0, np.abs(found).max()))


def _at_zero(expression: ParameterExpression | complex) -> float | None:
    """Return the value with every parameter 0, or None if it is not a real number there."""
    try:
        if isinstance(expression, ParameterExpression):
            expression = complex(expression.bind_all(dict.fromkeys(expression.parameters, 0.0)))
        number = complex(expression)
    except (ArithmeticError, ValueError, TypeError, RuntimeError, CircuitError):
        return None
    if number.imag or not np.isfinite(number.real):
        return None
    return number.real


def _real(value: Any, expression: object) -> Any:
    finite = np.atleast_1d(np.isfinite(value))
    if not finite.all():
        row = int(np.flatnonzero(~finite)[0])
        raise SpecError(f"row {row}: the angle {shortened(expression)} is not a finite number")
    if np.iscomplexobj(value):
        if not np.allclose(np.imag(value), 0.0, atol=1e-12):
            raise SpecError(f"the angle {shortened(expression)} is not real")
        value = np.real(value)
    return value
