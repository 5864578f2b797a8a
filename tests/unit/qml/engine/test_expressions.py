"""Angles of every kind against the circuit that Qiskit binds, and slopes against differences."""

from __future__ import annotations

import operator
import time

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterExpression, ParameterVector, QuantumCircuit
from qiskit.circuit.exceptions import CircuitError
from qiskit.quantum_info import SparsePauliOp, Statevector

from qml.engine import expectations, gradients, lower, statevectors
from qml.errors import SpecError

A, B = Parameter("a"), Parameter("b")
ODD_NAMES = [Parameter("lambda"), Parameter("1"), Parameter("a b"), Parameter("φ²"), Parameter("I")]
LEAVES = [A, B, *ODD_NAMES, *ParameterVector("v", 2)]
NUMBERS = [0, 1, 2, -1, 0.5, 1.2, -0.7, 3]
FUNCTIONS = ["sin", "cos", "tan", "arctan", "arcsin", "arccos"]
FUNCTIONS += ["exp", "log", "sign", "abs", "conjugate"]
OPERATIONS = [
    *[operator.add] * 3,
    *[operator.sub] * 2,
    *[operator.mul] * 3,
    operator.truediv,
    operator.pow,
]


def circuit_of(angle):
    """The angle on a rotation, inside of a gate's definition, and as the global phase."""
    circuit = QuantumCircuit(2, global_phase=angle)
    circuit.h([0, 1])
    circuit.rz(angle, 0)
    circuit.cry(angle, 0, 1)
    circuit.rx(0.3, 0)
    return circuit


def bound(circuit, row):
    """Return Qiskit's state, or None where it refuses or the angle is no finite number."""
    try:
        filled = circuit.assign_parameters(row)
        turned = next(step for step in filled.data if step.operation.name == "rz")
        angle = float(turned.operation.params[0])
        return (Statevector(filled).data, angle) if np.isfinite(angle) else None
    except (CircuitError, RuntimeError, ZeroDivisionError, ValueError, TypeError, OverflowError):
        return None


def tree(rng, depth):
    """Return a random expression, or a number."""
    if depth == 0 or rng.random() < 0.15:
        pool = LEAVES if rng.random() < 2 / 3 else NUMBERS
        return pool[rng.integers(len(pool))]
    first = tree(rng, depth - 1)
    if rng.random() < 0.4:
        name = FUNCTIONS[rng.integers(len(FUNCTIONS))]
        return getattr(first, name)() if isinstance(first, ParameterExpression) else first
    return OPERATIONS[rng.integers(len(OPERATIONS))](first, tree(rng, depth - 1))


def expressions(seeds):
    for seed in seeds:
        rng = np.random.default_rng(seed)
        try:
            angle = tree(rng, 3)
        except (ZeroDivisionError, OverflowError, TypeError):  # of plain numbers alone
            continue
        if isinstance(angle, ParameterExpression):
            yield angle, rng


def compare(circuit, row):
    """Return the angle where both give the same state, or None where Qiskit refuses."""
    expected = bound(circuit, row)
    if expected is None:
        return None
    state, angle = expected
    found = statevectors(circuit, [row])[0]
    np.testing.assert_allclose(found, state, rtol=0, atol=1e-12 * max(1, abs(angle)))
    return angle


def check_slopes(circuit, row, pauli="YX"):
    observable = [SparsePauliOp(pauli)]
    found = gradients(circuit, observable, [row])[0, 0]
    step = 1e-6 * np.eye(len(row))
    up, down = (expectations(circuit, observable, row + s)[:, 0] for s in (step, -step))
    np.testing.assert_allclose(found, (up - down) / 2e-6, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    "first",
    [0, 100, 200, *(pytest.param(k, marks=pytest.mark.slow) for k in range(300, 6000, 100))],
)
def test_random_trees_are_what_qiskit_binds(first):
    compared = 0
    for angle, rng in expressions(range(first, first + 100)):
        circuit = circuit_of(angle)
        row = rng.uniform(0.2, 0.9, circuit.num_parameters)
        for values in (row, -row):
            if abs(compare(circuit, values) or 0) > 0:
                compared += 1
    assert compared > 60


SMOOTH = {
    "a parameter that is multiplied by zero": 0 * A + 1.2,
    "a negative number that is left": 0 * A - 1.2,
    "a parameter that cancels": A - A + 0.3,
    "one of two parameters cancels": 0 * B + A,
    "two to the power": 2**A,
    "a fraction to the power": 0.5**A * B,
    "a power of a power": (2**A) ** B,
    "a power inside of a function": (1.2**A).tan() - 2 * B.cos(),
    "a number less a power": 1 - 3 ** (A * B),
    "a parameter to a parameter": (A + 2) ** B,
    "a quotient": A / (B + 2),
    "a number over a parameter": 1.5 / (A + 2),
    "a parameter to a negative power": (A + 2) ** -2,
    "imaginary parts that cancel": (1j * A) * (1j * B),
    "an imaginary square": (1j * A) ** 2 + B,
    "exponentials of imaginary numbers": (1j * A).exp() * (-1j * A).exp() * B,
    "the modulus of an imaginary number": (1j * A + B).abs(),
    "the modulus of an exponential": A.exp().abs() + 1.2,
    "a conjugate of a product": (A * B).conjugate(),
    "three factors": A * B * ODD_NAMES[0],
    "every odd name": sum(ODD_NAMES[1:], ODD_NAMES[0] * ODD_NAMES[1]),
    "elements of a vector": LEAVES[-1] * LEAVES[-2] - LEAVES[-1],
    "nested functions": ((A.sin() + 2).log().exp() - B).arctan().cos(),
    "a root": (A * A + 1) ** 0.5,
    "a modulus times a smooth one": A.abs() * B.sin(),
    "a sign, which leaves complex numbers as they are": A.log().sign().abs() * B,
}


@pytest.mark.parametrize("angle", SMOOTH.values(), ids=SMOOTH)
def test_odd_angles_and_their_slopes(angle):
    circuit = circuit_of(angle)
    row = np.linspace(0.4, 0.7, circuit.num_parameters)
    for values in (row, -row):
        assert compare(circuit, values) is not None
        check_slopes(circuit, values)


@pytest.mark.parametrize(
    "angle",
    [
        A.log().abs(),
        A.sign() * 0.4 + A,
        A.exp().arccos().sign() + A,
        (1j * A * np.pi / 0.4).exp().sign() + A,
        (A**B).abs(),
        ((A * B) ** 0.5).abs(),
        (2 * A) ** (B.sin() ** (B * B)) * 0 + 1,
    ],
    ids=str,
)
@pytest.mark.parametrize("sign", [1, -1])
def test_angles_that_go_through_complex_numbers_or_corners(angle, sign):
    circuit = circuit_of(angle)
    assert compare(circuit, sign * np.linspace(0.4, 0.7, circuit.num_parameters)) is not None


def test_rows_inside_and_outside_of_a_real_domain_stand_side_by_side():
    circuit = circuit_of(A.log().abs())
    both = statevectors(circuit, [[0.5], [-0.5]])
    for row, state in zip((0.5, -0.5), both, strict=True):
        np.testing.assert_allclose(state, bound(circuit, [row])[0], atol=1e-12)


@pytest.mark.parametrize(
    "angle, row, words",
    [
        (1 / A, [0.0], r"row 0: the angle 1/a is not a finite number"),
        (A.log(), [0.0], r"row 0: the angle log\(a\) is not a finite number"),
        (A.log(), [-1.0], r"the angle log\(a\) is not real"),
        (1j * A, [1.0], r"is not real"),
        (A**B, [-0.5, 0.5], r"the angle a\*\*b is not real"),
    ],
)
def test_an_angle_that_is_no_real_number_is_one_line(angle, row, words):
    circuit = QuantumCircuit(1, global_phase=angle)
    with pytest.raises(SpecError, match=words) as caught:
        statevectors(circuit, [row])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("angle, row", [(A.sign(), 0.0), (A.abs(), 0.0), ((A * A) ** 0.5, 0.0)])
def test_an_angle_without_slope_says_so(angle, row):
    circuit = QuantumCircuit(1)
    circuit.ry(angle, 0)
    with pytest.raises(SpecError, match=r"row 0: the angle .* has no derivative by a"):
        gradients(circuit, [SparsePauliOp("Z")], [[row]])


def test_sums_of_five_hundred_terms_are_one_column():
    angles = ParameterVector("t", 500)
    total = sum((0.001 * k * angle for k, angle in enumerate(angles)), 0 * angles[0])
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.rz(total, 0)
    row = np.random.default_rng(0).normal(size=500)
    assert compare(circuit, row) is not None


def test_equal_angles_share_a_column_also_where_they_are_negative_numbers():
    circuit = QuantumCircuit(1)
    for _ in range(2):
        circuit.rx(0 * A - 1.2, 0)
        circuit.rx(A * B, 0)
    assert len(lower(circuit).table.expressions) == 3


def test_a_name_that_two_parameters_bear_in_two_circuits_is_no_confusion():
    first, second = circuit_of(A.sin()), circuit_of(Parameter("a").exp())
    joined = first.compose(second.assign_parameters([B]))
    assert compare(joined, np.array([0.4, 0.6])) is not None


def test_long_formulas_are_differentiated_at_once():
    """Qiskit's own second derivative of this one did not come back in twenty seconds."""
    angle = ((A.sin() / B) ** 2).cos() * ((A * B).tan() / (A + 2)) ** (B * B) / (A.exp() + B**A)
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.rz(angle, 0)
    start = time.perf_counter()
    gradients(circuit, [SparsePauliOp("Y")], [[0.4, 0.7]])
    assert time.perf_counter() - start < 1
    check_slopes(circuit, np.array([0.4, 0.7]), "Y")


def test_numbers_below_0_that_hold_a_parameter_are_angles():
    """Qiskit 2.6 has no hash of them."""
    circuit = QuantumCircuit(1)
    circuit.ry(0 * A - 0.5677, 0)
    circuit.rz(0 * A - 0.5677, 0)
    wanted = Statevector(circuit.assign_parameters([0.3])).data
    np.testing.assert_allclose(statevectors(circuit, [[0.3]])[0], wanted, atol=1e-12)
