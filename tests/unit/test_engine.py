"""The engine against Qiskit's own state vectors, and its refusals."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Parameter, ParameterVector, QuantumCircuit
from qiskit.circuit.library import (
    MCXGate,
    PauliEvolutionGate,
    RZXGate,
    UnitaryGate,
    XXPlusYYGate,
    efficient_su2,
    zz_feature_map,
)
from qiskit.circuit.random import random_circuit
from qiskit.quantum_info import SparsePauliOp, Statevector, random_unitary

from qml.engine import available_bytes, lower, require_memory, state_bytes, statevectors
from qml.errors import ResourceError, SpecError


def reference(circuit: QuantumCircuit, values: np.ndarray) -> np.ndarray:
    rows = [
        circuit.assign_parameters(dict(zip(circuit.parameters, row, strict=True))) for row in values
    ]
    return np.array([Statevector(row).data for row in rows])


def assert_same(circuit: QuantumCircuit, values: np.ndarray) -> None:
    np.testing.assert_allclose(
        statevectors(circuit, values), reference(circuit, values), atol=1e-10, rtol=0
    )


@pytest.mark.parametrize("seed", range(40))
def test_random_circuits_with_every_standard_gate(seed):
    circuit = random_circuit(2 + seed % 4, 6, max_operands=3, seed=seed)
    assert_same(circuit, np.zeros((1, 0)))


@pytest.mark.parametrize("seed", range(10))
def test_random_parametrised_circuits(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    angles = ParameterVector("a", 4)
    circuit = QuantumCircuit(n, global_phase=angles[0] * 0.3)
    pick = lambda: angles[int(rng.integers(4))]
    for _ in range(12):
        q = [int(k) for k in rng.permutation(n)[:2]]
        circuit.rx(pick() * pick(), q[0])
        circuit.crz((np.pi - pick()) * 2, *q)
        circuit.u(pick(), pick().sin(), pick() + 1, q[1])
        circuit.cp(pick() ** 2, *q)
        circuit.ryy(pick(), *q)
        circuit.append(RZXGate(pick()), q)
        circuit.append(XXPlusYYGate(pick(), 0.2), q)
        circuit.cu(pick(), 0.1, pick(), 0.4, *q)
    assert_same(circuit, rng.normal(size=(5, circuit.num_parameters)))


@pytest.mark.parametrize(
    "expression",
    [
        lambda a, b: (a * b).cos(),
        lambda a, b: a.exp() / (2 + b * b),
        lambda a, b: (a + 3).log(),
        lambda a, b: a.tan() - b.arctan(),
        lambda a, b: abs(a) ** 0.5,
        lambda a, b: -a / 3,
        lambda a, b: a.sin().arcsin(),
        lambda a, b: (b.cos() / 2).arccos(),
    ],
)
def test_nonlinear_expressions_of_a_batch(expression):
    a, b = Parameter("a"), Parameter("b")
    circuit = QuantumCircuit(1)
    circuit.ry(expression(a, b), 0)
    circuit.rz(a, 0)
    circuit.rz(b, 0)
    assert_same(circuit, np.random.default_rng(0).uniform(-1, 1, (6, 2)))


@pytest.mark.filterwarnings(
    "ignore::scipy.sparse.SparseEfficiencyWarning"
)  # inside Qiskit's own state vector
def test_composite_unitary_evolution_and_wide_gates():
    t = Parameter("t")
    circuit = QuantumCircuit(5)
    circuit.h(range(5))
    circuit.append(UnitaryGate(random_unitary(8, seed=1)), [4, 0, 2])
    evolution = PauliEvolutionGate(SparsePauliOp(["ZZIII", "IIXXI", "IIIIY"]), time=t)
    circuit.append(evolution, range(5))
    circuit.append(MCXGate(4), [3, 1, 0, 2, 4])
    circuit.append(zz_feature_map(2).assign_parameters([0.3, t]).to_gate(), [1, 3])
    circuit.barrier()
    assert_same(circuit, np.array([[0.3], [-1.1]]))


def test_final_measurements_are_left_out_and_refusals_name_the_instruction():
    circuit = QuantumCircuit(1, 1)
    circuit.h(0)
    circuit.measure(0, 0)
    assert_same_state = statevectors(circuit, np.zeros((1, 0)))
    np.testing.assert_allclose(np.abs(assert_same_state) ** 2, [[0.5, 0.5]])
    circuit.x(0)
    with pytest.raises(SpecError, match="'measure'"):
        lower(circuit)
    reset = QuantumCircuit(1)
    reset.reset(0)
    with pytest.raises(SpecError, match="'reset'"):
        lower(reset)
    branching = QuantumCircuit(1, 1)
    with branching.if_test((branching.clbits[0], 1)):
        branching.x(0)
    with pytest.raises(SpecError, match="if_else"):
        lower(branching)


def test_values_must_fit_the_parameters():
    with pytest.raises(SpecError, match=r"expected \(batch, 2\)"):
        statevectors(zz_feature_map(2), [[0.1, 0.2, 0.3]])


def test_split_finds_the_encoding():
    x, w = Parameter("x"), Parameter("w")
    circuit = QuantumCircuit(1)
    circuit.h(0)
    circuit.rx(x, 0)
    circuit.ry(w, 0)
    circuit.rx(x, 0)
    head, tail = lower(circuit).split({w})
    assert (len(head.operations), len(tail.operations)) == (2, 2)


@pytest.mark.parametrize("n_qubits", [31, 40, 64, 1000, 10**9])
def test_impossible_sizes_are_refused_before_allocation(n_qubits):
    with pytest.raises(ResourceError, match="may be used"):
        require_memory(state_bytes(n_qubits, 1000), f"1000 states of {n_qubits} qubits")


def test_statevectors_refuse_before_allocating():
    circuit = efficient_su2(40, reps=1)
    with pytest.raises(ResourceError, match="40 qubits"):
        statevectors(circuit, np.zeros((1, circuit.num_parameters)))
    assert available_bytes() > 0
