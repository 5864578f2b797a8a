"""Angles as functions of parameters: what Qiskit's bound circuit has, and their slopes."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, Statevector

from qml.engine import expectations, gradients, statevectors
from qml.errors import SpecError

a, b = Parameter("a"), Parameter("b")
ANGLES = {
    "no part in it": 0 * a + 1.2,
    "cancelled": a - a + 0.3,
    "power of a number": 2**a,
    "inside a power of a number": (3 * 2.5 ** (a * b) - 1).sin(),
    "power": a**b,
    "inverse": 1 / (a + 1),
    "quotient": a / b,
    "magnitude": (a - 3 * b).abs(),
    "sign": (a - b).sign() * a,
    "logarithm": (1 + a * a).log(),
    "exponential": (-a * b).exp(),
    "arcs": (a / 4).arcsin() + (b / 4).arccos() + a.arctan(),
    "tangent": (a / 5).tan(),
    "conjugate": (a + b).conjugate() * b,
    "many terms": sum((k * a.sin() for k in range(200)), start=b),
    "a word of Python": Parameter("lambda") * Parameter("in") ** 2,
    "odd names": Parameter("1").sin() + Parameter("a b") * Parameter("é"),
    "elements": ParameterVector("x", 12)[11] - ParameterVector("y", 2)[1] ** 2,
}


def circuit_of(angle):
    circuit = QuantumCircuit(2, global_phase=angle / 3)
    circuit.ry(angle, 0)
    circuit.cp(2 * angle, 0, 1)
    circuit.h([0, 1])
    return circuit


@pytest.mark.parametrize("angle", ANGLES.values(), ids=ANGLES)
def test_angles_are_those_of_the_bound_circuit(angle):
    circuit = circuit_of(angle)
    rows = np.random.default_rng(1).uniform(0.2, 1.6, (5, circuit.num_parameters))
    wanted = [Statevector(circuit.assign_parameters(row)).data for row in rows]
    np.testing.assert_allclose(statevectors(circuit, rows), wanted, atol=1e-12)


@pytest.mark.parametrize("angle", ANGLES.values(), ids=ANGLES)
def test_slopes_of_angles_are_central_differences(angle):
    circuit, observable, step = circuit_of(angle), SparsePauliOp(["ZX", "YI"]), 1e-6
    row = np.random.default_rng(2).uniform(0.2, 1.6, circuit.num_parameters)
    steps = step * np.eye(len(row))
    ahead, behind = (expectations(circuit, [observable], row + s * steps) for s in (1, -1))
    [[found]] = gradients(circuit, [observable], row[None])
    np.testing.assert_allclose(found, (ahead - behind)[:, 0] / (2 * step), atol=1e-6)


def grown(rng, leaves, depth):
    """Return a random expression."""
    if not depth or rng.random() < 0.2:
        leaf = leaves[rng.integers(len(leaves))]
        return leaf if rng.random() < 0.8 else leaf * 0 + rng.normal()
    left, right = (grown(rng, leaves, depth - 1) for _ in range(2))
    kinds = [
        lambda: left + right,
        lambda: left - 2 * right,
        lambda: left * right,
        lambda: left / (2 + right.sin()),
        lambda: (1.5 + left.cos()) ** right.sin(),
        lambda: 1.3 ** left.sin(),
        lambda: left.sin().exp(),
        (left + 0.01).abs,
        left.arctan,
        (left.sin() + 2).log,
        lambda: left.conjugate() - right.sin() ** 2,
    ]
    return kinds[rng.integers(len(kinds))]()


@pytest.mark.parametrize("seed", range(60))
def test_random_angles_are_those_of_the_bound_circuit(seed):
    rng = np.random.default_rng(seed)
    circuit = QuantumCircuit(1)
    circuit.rx(grown(rng, [a, b, *ParameterVector("x", 2)], depth=4), 0)
    rows = rng.uniform(-1, 1, (3, circuit.num_parameters))
    wanted = [Statevector(circuit.assign_parameters(row)).data for row in rows]
    np.testing.assert_allclose(statevectors(circuit, rows), wanted, atol=1e-10)


@pytest.mark.parametrize(
    "angle, value", [(1 / a, 0.0), ((a - 2).log(), 1.0), (a.arcsin(), 1.5), ((-1.0) ** a, 0.5)]
)
def test_angles_that_are_no_number_are_one_line(angle, value):
    circuit = QuantumCircuit(1)
    circuit.rx(angle, 0)
    with pytest.raises(SpecError, match="is not a finite number|is not real"):
        statevectors(circuit, [[value]])
