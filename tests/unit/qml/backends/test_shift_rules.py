"""Every gate's rule against central differences, with random channels around the gate."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import library
from qiskit.quantum_info import DensityMatrix, Kraus, random_hermitian, random_quantum_channel

from qml.backends._shift_rules import rules_of

STEP = 1e-5
GATES = {
    "rx": (library.RXGate, 1),
    "ry": (library.RYGate, 1),
    "rz": (library.RZGate, 1),
    "rxx": (library.RXXGate, 1),
    "ryy": (library.RYYGate, 1),
    "rzz": (library.RZZGate, 1),
    "rzx": (library.RZXGate, 1),
    "r": (library.RGate, 2),
    "p": (library.PhaseGate, 1),
    "u1": (library.U1Gate, 1),
    "u2": (library.U2Gate, 2),
    "u3": (library.U3Gate, 3),
    "u": (library.UGate, 3),
    "cp": (library.CPhaseGate, 1),
    "cu1": (library.CU1Gate, 1),
    "crx": (library.CRXGate, 1),
    "cry": (library.CRYGate, 1),
    "crz": (library.CRZGate, 1),
    "cu3": (library.CU3Gate, 3),
    "cu": (library.CUGate, 4),
    "xx_plus_yy": (library.XXPlusYYGate, 2),
    "xx_minus_yy": (library.XXMinusYYGate, 2),
    "cry on 0": (lambda a: library.CRYGate(a, ctrl_state=0), 1),
    "crx twice": (lambda a: library.RXGate(a).control(2, annotated=False), 1),
    "rzz controlled": (lambda a: library.RZZGate(a).control(1, annotated=False), 1),
    "p twice": (lambda a: library.PhaseGate(a).control(2, annotated=False), 1),
    "u2 controlled": (lambda a, b: library.U2Gate(a, b).control(1, annotated=False), 2),
    "r controlled": (lambda a, b: library.RGate(a, b).control(1, annotated=False), 2),
}
CASES = [(name, slot) for name, (_, n) in GATES.items() for slot in range(n)]


@pytest.mark.parametrize("name, slot", CASES)
def test_shifts_give_the_slope_of_a_noisy_expectation_value(name, slot):
    make, n_angles = GATES[name]
    rng = np.random.default_rng(11)
    angles = rng.uniform(-3, 3, n_angles)
    n_qubits = make(*angles).num_qubits
    size = 2**n_qubits
    before, after = (
        Kraus(random_quantum_channel(size, size, rank=2, seed=seed)) for seed in (1, 2)
    )
    observable = random_hermitian(size, seed=3)
    state = DensityMatrix.from_int(0, size).evolve(before)

    def value(angle):
        gate = make(*(angle if k == slot else own for k, own in enumerate(angles)))
        return state.evolve(gate).evolve(after).expectation_value(observable).real

    wanted = (value(angles[slot] + STEP) - value(angles[slot] - STEP)) / (2 * STEP)
    rule = rules_of(make(*angles))[slot]
    found = sum(weight * value(angles[slot] + shift) for shift, weight in rule.shifts)
    assert found == pytest.approx(wanted, abs=1e-8)


def test_controlled_rotations_have_the_four_terms_of_the_literature():
    """Anselmetti et al., New J. Phys. 23, 113010 (2021), doi:10.1088/1367-2630/ac2cb3."""
    [rule] = rules_of(library.CRXGate(0.3))
    near, far = (np.sqrt(2) + 1) / (4 * np.sqrt(2)), (np.sqrt(2) - 1) / (4 * np.sqrt(2))
    wanted = [(np.pi / 2, near), (3 * np.pi / 2, -far), (-3 * np.pi / 2, far), (-np.pi / 2, -near)]
    np.testing.assert_allclose(rule.shifts, wanted, atol=1e-15)


def test_gates_without_a_rule_are_told():
    assert rules_of(library.RVGate(0.1, 0.2, 0.3)) is None
    assert rules_of(library.HGate()) is None
