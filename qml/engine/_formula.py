"""A parameter expression as a list of operations, run on numbers, polynomials or slopes.

Qiskit tells what an expression is made of by the record that its file format is written from: each
operation names its operands, or takes the results that wait on a stack. One loop runs the record;
what it runs on decides what comes out. Nothing is simplified, no text is parsed, no code is made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import Parameter, ParameterExpression
from qiskit.circuit.parameterexpression import OpCode

from qml.errors import SpecError

__all__ = ["Formula", "Polynomial"]

Values: TypeAlias = NDArray[np.float64]
Polynomial: TypeAlias = dict[tuple[int, ...], complex]  # coefficients by the places of the factors

_HIGHEST = 2  # degree of the polynomials that are told from other functions
_EPSILON = np.finfo(np.float64).eps  # up to it a part is 0 to Qiskit


def _power(base: Any, exponent: Any) -> Any:
    """Return the principal value, complex where a real base below 0 asks for that."""
    real = not (np.iscomplexobj(base) or np.iscomplexobj(exponent))
    if real and np.any((base < 0) & (np.mod(exponent, 1) != 0)):
        base = np.asarray(base, dtype=complex)
    return np.power(base, exponent)


def _sign(x: Any) -> Any:
    """Return Qiskit's: a complex number stays as it is, and what is no number is 0."""
    real = np.real(x)
    signs = np.where(np.abs(real) > _EPSILON, np.sign(real), 0.0)
    return np.where(_has_imaginary_part(x), x, signs) if np.iscomplexobj(x) else signs


def _has_imaginary_part(x: Any) -> Any:
    return np.abs(np.imag(x)) > _EPSILON


_TWO: dict[Any, Callable[[Any, Any], Any]] = {
    OpCode.ADD: np.add,
    OpCode.SUB: np.subtract,
    OpCode.MUL: np.multiply,
    OpCode.DIV: np.divide,
    OpCode.POW: _power,
}
_TURNED = {OpCode.RSUB: OpCode.SUB, OpCode.RDIV: OpCode.DIV, OpCode.RPOW: OpCode.POW}
# below 0 a logarithm goes on in the complex numbers, as Qiskit's does; arcsin beyond 1 does not
_ONE: dict[Any, Callable[[Any], Any]] = {
    OpCode.SIN: np.sin,
    OpCode.COS: np.cos,
    OpCode.TAN: np.tan,
    OpCode.ASIN: np.arcsin,
    OpCode.ACOS: np.arccos,
    OpCode.ATAN: np.arctan,
    OpCode.EXP: np.exp,
    OpCode.LOG: np.emath.log,
    OpCode.ABS: np.abs,
    OpCode.SIGN: _sign,
    OpCode.CONJ: np.conjugate,
}
_SLOPES: dict[Any, Callable[[Any], Any]] = {
    OpCode.SIN: np.cos,
    OpCode.COS: lambda x: -np.sin(x),
    OpCode.TAN: lambda x: 1 / np.cos(x) ** 2,
    OpCode.ASIN: lambda x: 1 / np.sqrt(1 - x * x),
    OpCode.ACOS: lambda x: -1 / np.sqrt(1 - x * x),
    OpCode.ATAN: lambda x: 1 / (1 + x * x),
    OpCode.EXP: np.exp,
    OpCode.LOG: lambda x: 1 / x,
}


@dataclass(frozen=True)
class Formula:
    """An expression over the columns of a batch.

    Parameters
    ----------
    steps : tuple of (operation, left, right)
        Operations in their order; an operand is a place of a parameter, a number of floating point,
        or None for what waits on the stack. The right one of a function is None.
    """

    steps: tuple[tuple[Any, Any, Any], ...]

    @classmethod
    def of(cls, expression: ParameterExpression, place: Mapping[Parameter, int]) -> Formula:
        """Return the formula of a Qiskit expression.

        Parameters
        ----------
        expression : ParameterExpression
            Expression of real parameters.
        place : mapping of Parameter to int
            Columns of the parameters.

        Raises
        ------
        SpecError
            If Qiskit has an operation that is not known here.
        """

        def operand(found: Any) -> Any:
            if found is None:
                return None
            if isinstance(found, ParameterExpression):
                if found not in place:
                    raise SpecError(f"an angle holds {found}, which the circuit does not list")
                return place[found]
            return float(found) if isinstance(found, int) else found

        steps = []
        for step in expression._qpy_replay:
            operation = _TURNED.get(step.op, step.op)
            if operation not in _TWO and operation not in _ONE:
                raise SpecError(f"an angle holds {step.op}, which the engine does not know")
            left, right = operand(step.lhs), operand(step.rhs)
            steps.append((step.op, left, right))
        return cls(tuple(steps))

    def values(self, rows: Values) -> Any:
        """Return the expression for every row, or one number for all; maybe complex."""
        return self._run(lambda leaf: _number(rows, leaf), _on_numbers)

    def slopes(self, rows: Values, place: int) -> Any:
        """Return the derivative by one parameter for every row, or one number for all.

        It is no number where there is none, at a corner or a jump.
        """

        def pair(leaf: Any) -> tuple[Any, Any]:
            return _number(rows, leaf), float(type(leaf) is int and leaf == place)

        return self._run(pair, _on_slopes)[1]

    def polynomial(self) -> Polynomial | None:
        """Return the coefficients, or None where it is no polynomial of at most degree 2."""

        def leaf(found: Any) -> Polynomial:
            return {(found,): 1.0} if type(found) is int else {(): found}

        with np.errstate(all="ignore"):
            found: Polynomial | None = self._run(leaf, _on_polynomials)
        return found

    def _run(self, leaf: Callable[[Any], Any], apply: Callable[..., Any]) -> Any:
        stack: list[Any] = []
        for operation, left, right in self.steps:
            operands = [leaf(operand) for operand in (left, right) if operand is not None]
            stack += operands
            if operation in _ONE:
                stack.append(apply(operation, stack.pop()))
                continue
            second, first = stack.pop(), stack.pop()
            if operation in _TURNED:
                stack.append(apply(_TURNED[operation], second, first))
            else:
                stack.append(apply(operation, first, second))
        return stack.pop()


def _number(rows: Values, leaf: Any) -> Any:
    return rows[:, leaf] if type(leaf) is int else np.asarray(leaf)


def _on_numbers(operation: Any, *operands: Any) -> Any:
    return (_TWO.get(operation) or _ONE[operation])(*operands)


def _on_slopes(operation: Any, *pairs: tuple[Any, Any]) -> tuple[Any, Any]:
    """Return the value and the slope of an operation on operands with theirs.

    A slope that is the number 0 is one that nothing hangs on: its term is left out.
    """
    values, slopes = zip(*pairs, strict=True)
    value = _on_numbers(operation, *values)
    if all(_is_zero(slope) for slope in slopes):
        return value, 0.0
    if operation in _ONE:
        return value, _through(operation, values[0], value, slopes[0])
    (u, v), (du, dv) = values, slopes
    if operation == OpCode.MUL:
        return value, du * v + u * dv
    if operation == OpCode.DIV:
        return value, du / v - (0.0 if _is_zero(dv) else value / v * dv)
    if operation == OpCode.POW:
        base = 0.0 if _is_zero(du) else v * _power(u, v - 1) * du
        return value, base if _is_zero(dv) else base + value * np.emath.log(u) * dv
    return value, (du + dv if operation == OpCode.ADD else du - dv)


def _is_zero(slope: Any) -> bool:
    return isinstance(slope, float) and slope == 0.0


def _through(operation: Any, x: Any, value: Any, slope: Any) -> Any:
    """Return the slope of a function of one operand, along a real parameter."""
    if operation == OpCode.CONJ:
        return np.conjugate(slope)
    if operation == OpCode.ABS:  # no number at 0
        return np.real(np.conjugate(x) * slope) / value
    if operation == OpCode.SIGN:
        flat = np.where(np.abs(x) > _EPSILON, 0.0, np.nan) * slope  # no number at 0
        return np.where(_has_imaginary_part(x), slope, flat)
    return _SLOPES[operation](x) * slope


def _on_polynomials(operation: Any, *operands: Polynomial | None) -> Polynomial | None:
    if any(operand is None for operand in operands):
        return None
    known = [operand for operand in operands if operand is not None]
    if all(operand.keys() <= {()} for operand in known):
        numbers = [np.asarray(operand.get((), 0.0)) for operand in known]
        found = complex(_on_numbers(operation, *numbers))
        return {(): found if found.imag else found.real} if np.isfinite(found) else None
    if operation == OpCode.CONJ:
        return {factors: np.conjugate(number) for factors, number in known[0].items()}
    return _of_two(operation, *known) if operation in _TWO else None


def _of_two(operation: Any, first: Polynomial, second: Polynomial) -> Polynomial | None:
    if operation in (OpCode.ADD, OpCode.SUB):
        return _sum(first, second, 1.0 if operation == OpCode.ADD else -1.0)
    if operation == OpCode.MUL:
        return _product(first, second)
    number = second.get((), 0.0)
    if not number or not second.keys() <= {()}:
        return None
    if operation == OpCode.DIV:
        return {factors: one / number for factors, one in first.items()}
    return first if number == 1 else _product(first, first) if number == _HIGHEST else None


def _sum(first: Polynomial, second: Polynomial, sign: float) -> Polynomial:
    """Return the sum, added up in one of the two, which nobody else holds."""
    if sign > 0 and len(second) > len(first):
        first, second = second, first
    for factors, number in second.items():
        first[factors] = first.get(factors, 0.0) + sign * number
        if not first[factors]:
            del first[factors]
    return first


def _product(first: Polynomial, second: Polynomial) -> Polynomial | None:
    result: Polynomial = {}
    for left, one in first.items():
        for right, other in second.items():
            factors = tuple(sorted(left + right))
            result[factors] = result.get(factors, 0.0) + one * other
    result = {factors: number for factors, number in result.items() if number}
    return result if max(map(len, result), default=0) <= _HIGHEST else None
