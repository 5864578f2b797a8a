"""PennyLane's devices behind the backend: the exact backend's numbers, whatever the gates."""

from __future__ import annotations

import numpy as np
import pytest
from qiskit.circuit import Parameter, QuantumCircuit
from qiskit.circuit.library import UnitaryGate, zz_feature_map
from qiskit.quantum_info import SparsePauliOp, random_unitary

from qml.backends import resolve_backend
from qml.errors import BackendError, SpecError

RNG = np.random.default_rng(4)
X = RNG.uniform(0, 2 * np.pi, (4, 3))
DEVICES = ["default.qubit", "lightning.qubit", "default.mixed"]


def every_kind_of_step() -> QuantumCircuit:
    a, b = Parameter("a"), Parameter("b")
    circuit = zz_feature_map(3, reps=1)
    circuit.rx(a * b, 0)
    circuit.ry(a.sin(), 1)
    circuit.cp(a - b, 0, 2)
    circuit.ccx(0, 1, 2)
    circuit.swap(0, 2)
    circuit.rzz(2 * a, 0, 1)
    circuit.sx(1)
    circuit.append(UnitaryGate(random_unitary(4, seed=1)), [2, 0])
    circuit.append(UnitaryGate(random_unitary(2, seed=2)), [1])
    circuit.y(2)
    return circuit


@pytest.mark.parametrize("device", DEVICES)
def test_devices_are_the_exact_backend(device):
    exact, backend = resolve_backend("exact"), resolve_backend(f"pennylane:device={device}")
    circuit = every_kind_of_step()
    values = RNG.normal(size=(3, circuit.num_parameters))
    np.testing.assert_allclose(
        backend.run_probabilities(circuit, values),
        exact.run_probabilities(circuit, values),
        atol=1e-10,
    )
    np.testing.assert_allclose(
        backend.run_probabilities(circuit, values[:1]),
        exact.run_probabilities(circuit, values[:1]),
        atol=1e-10,
    )
    observables = [SparsePauliOp.from_list([("ZZI", 1.0), ("XYZ", 0.3)]), SparsePauliOp("IIX")]
    np.testing.assert_allclose(
        backend.run_expectations(circuit, observables, values),
        exact.run_expectations(circuit, observables, values),
        atol=1e-10,
    )
    np.testing.assert_allclose(
        backend.gram(zz_feature_map(3), X), exact.gram(zz_feature_map(3), X), atol=1e-10
    )


def test_gradients_by_shifts_are_the_adjoint_ones():
    circuit = every_kind_of_step()
    values = RNG.normal(size=(2, circuit.num_parameters))
    observables = [SparsePauliOp("ZZZ")]
    np.testing.assert_allclose(
        resolve_backend("pennylane").gradients(circuit, observables, values),
        resolve_backend("exact").gradients(circuit, observables, values),
        atol=1e-10,
    )


def test_a_circuit_without_parameters_has_rows_all_the_same():
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    found = resolve_backend("pennylane").run_probabilities(bell, np.empty((3, 0)))
    np.testing.assert_allclose(found, [[0.5, 0, 0, 0.5]] * 3, atol=1e-12)


def test_options_of_a_device_and_wrong_ones():
    told = resolve_backend("pennylane:device=lightning.qubit,device.batch_obs=true")
    ideal = resolve_backend("exact").run_probabilities(zz_feature_map(3), X)
    np.testing.assert_allclose(told.run_probabilities(zz_feature_map(3), X), ideal, atol=1e-10)
    with pytest.raises(SpecError, match="did you mean 'lightning.qubit'"):
        resolve_backend("pennylane:device=lightning.qbit")
    with pytest.raises(SpecError, match="refuses its options"):
        resolve_backend("pennylane:device=default.mixed,device.readout=1")


def test_a_device_that_lacks_its_package_or_its_gates_says_so():
    with pytest.raises(SpecError, match="'default.clifford' lacks a package: .* stim"):
        resolve_backend("pennylane:device=default.clifford")
    with pytest.raises(BackendError, match="pennylane:device=default.gaussian: ") as caught:
        resolve_backend("pennylane:device=default.gaussian").run_probabilities(
            zz_feature_map(2), X[:, :2]
        )
    assert "\n" not in str(caught.value)
