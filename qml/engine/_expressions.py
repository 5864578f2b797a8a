"""Values of parameter expressions for a whole batch at once, and their derivatives.

Qiskit binds one set of values at a time. Here every expression is brought once to a form that works
on the batch's columns: a quadratic polynomial (which is what encodings and ansatzes use) becomes
part of two matrix products; anything else is run operation by operation on whole columns.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterExpression

from qml.engine._formula import Formula, Polynomial
from qml.errors import SpecError
from qml.texts import shortened

__all__ = ["ExpressionTable"]

Values = NDArray[np.float64]

_NEARLY_REAL = 1e-12  # imaginary part that rounding leaves


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
        self.expressions: list[ParameterExpression | float] = [1.0]

    def column(self, expression: ParameterExpression) -> int:
        """Return the expression's column; equal expressions share one."""
        # by structure: Qiskit's == simplifies both sides first, which takes longer than all else
        alike = self._columns.setdefault(_hash(expression), [])
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
            for column, formula in self._others:
                table[:, column] = self._real(
                    column, formula.values(values), "is not a finite number"
                )
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
        with np.errstate(all="ignore"):
            for column, formula in self._others:
                for place in self.depends_on(column):
                    if wanted is None or place in wanted:
                        words = f"has no derivative by {self.parameters[place]}"
                        slope = self._real(column, formula.slopes(values, place), words)
                        result[:, place] += gradient[:, column] * slope
        return np.asarray(result)

    @functools.cached_property
    def _polynomial(self) -> tuple[Values, Values, NDArray[np.intp], Values]:
        """Constants, linear coefficients, pairs of factors, and the pairs' coefficients."""
        n_columns = len(self.expressions)
        constant = np.zeros(n_columns)
        constant[0] = 1.0
        linear = np.zeros((len(self.parameters), n_columns))
        pairs: dict[tuple[int, ...], dict[int, float]] = {}
        for column, _, polynomial in self._formulas:
            for factors, number in (polynomial or {}).items():
                if not factors:
                    constant[column] = number.real
                elif len(factors) == 1:
                    linear[factors[0], column] = number.real
                else:
                    pairs.setdefault(factors, {})[column] = number.real
        places = np.array(list(pairs), dtype=np.intp).reshape(-1, 2)
        quadratic = np.zeros((len(pairs), n_columns))
        for term, entries in enumerate(pairs.values()):
            for column, coefficient in entries.items():
                quadratic[term, column] = coefficient
        return constant, linear, places, quadratic

    @functools.cached_property
    def _scatter(self) -> tuple[Values, Values]:
        """For the first and the second factors of the products: which parameter each one is."""
        factors = self._polynomial[2]
        one_hot = np.eye(len(self.parameters))
        return one_hot[factors[:, 0]], one_hot[factors[:, 1]]

    @functools.cached_property
    def _formulas(self) -> list[tuple[int, Formula, Polynomial | None]]:
        """Every column but the first, with its formula and its polynomial if it is a real one."""
        found = []
        for column, expression in enumerate(self.expressions[1:], start=1):
            formula = Formula.of(assert_expression(expression), self._place)
            polynomial = formula.polynomial()
            real = polynomial is not None and not np.any(np.imag(list(polynomial.values())))
            found.append((column, formula, polynomial if real else None))
        return found

    @functools.cached_property
    def _others(self) -> list[tuple[int, Formula]]:
        """Columns that are no quadratic polynomial."""
        return [(column, formula) for column, formula, known in self._formulas if known is None]

    def _real(self, column: int, found: Any, otherwise: str) -> Any:
        """Return the numbers of a column as real ones, or raise a `SpecError`."""
        finite = np.atleast_1d(np.isfinite(found))
        if not finite.all():
            row, angle = (
                int(np.flatnonzero(~finite)[0]),
                shortened(str(self.expressions[column]), 60),
            )
            raise SpecError(f"row {row}: the angle {angle} {otherwise}")
        if np.iscomplexobj(found):
            if not np.allclose(np.imag(found), 0.0, atol=_NEARLY_REAL):
                raise SpecError(
                    f"the angle {shortened(str(self.expressions[column]), 60)} is not real"
                )
            found = np.real(found)
        return found


def assert_expression(expression: ParameterExpression | float) -> ParameterExpression:
    """Return the expression; every column but the first holds one."""
    if not isinstance(expression, ParameterExpression):
        raise TypeError(f"{expression!r} is no expression")
    return expression


def _hash(expression: ParameterExpression) -> int:
    try:
        return hash(expression)
    except OverflowError:  # Qiskit's of a negative number, such as 0 * a - 1
        return 0
