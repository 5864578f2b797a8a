"""Parameter shifts beside central differences of the same noisy backend; written to ``slopes.md``.

Run as ``python -m benchmarks.slopes``. Every ansatz, every feature map and single gates between
trained rotations, on the noise of several devices, without and with mitigation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, random_unitary

from qml.backends import Backend, resolve_backend
from qml.circuits import (
    ANSATZES,
    FEATURE_MAPS,
    resolve_ansatz,
    resolve_trainable_map,
)
from qml.errors import SpecError
from qml.examples import Example, examples_of

HERE = Path(__file__).parent
STEP = 3e-5
NOISES = (
    "fake_manila",
    "fake_torino",
    "fake_manila,readout_mitigation=local",
    "fake_manila,zne=gate_folding",
    "fake_manila,zne=stretching",
)
GATES: dict[str, Callable[[QuantumCircuit, object], object]] = {
    "cx": lambda c, _: c.cx(0, 1),
    "cz": lambda c, _: c.cz(0, 1),
    "crz": lambda c, t: c.crz(t, 0, 2),
    "crx": lambda c, t: c.crx(t, 1, 2),
    "cry": lambda c, t: c.cry(t, 1, 0),
    "cp": lambda c, t: c.cp(t, 0, 1),
    "ccx": lambda c, _: c.ccx(0, 1, 2),
    "swap": lambda c, _: c.swap(0, 2),
    "rzz": lambda c, t: c.rzz(t, 0, 1),
    "rxx": lambda c, t: c.rxx(t, 2, 1),
    "unitary": lambda c, _: c.unitary(random_unitary(4, seed=1), [0, 1]),
}


@dataclass(frozen=True)
class Slopes:
    """What was found for a circuit on a backend.

    Parameters
    ----------
    largest : float
        Largest slope by central differences.
    off : float
        Largest difference of the gradient by shifts from them.
    value_gates, gradient_gates : float
        Mean number of gates on two qubits in a circuit of a value, and of a gradient.
    shifts : float
        Circuits of a gradient for one basis of measurement.
    """

    largest: float
    off: float
    value_gates: float
    gradient_gates: float
    shifts: float


def circuits() -> Iterator[tuple[str, QuantumCircuit]]:
    """Yield the circuits by name."""
    for label, (name, example) in examples_of(ANSATZES, Example).items():
        yield f"ansatz {label}", resolve_ansatz({"name": name, **example.parameters}, 4)
    for label, (name, example) in examples_of(FEATURE_MAPS, Example).items():
        model = resolve_trainable_map({"name": name, **example.parameters}, 3)
        yield f"map {label}", model.circuit
    for gate in GATES:
        yield f"gate {gate}", between_rotations(gate)


def between_rotations(gate: str) -> QuantumCircuit:
    """Return two trained layers with a gate between them; a free angle of the gate is trained."""
    t = ParameterVector("t", 7)
    circuit = QuantumCircuit(3)
    for qubit in range(3):
        circuit.ry(t[qubit], qubit)
    GATES[gate](circuit, t[6])
    for qubit in range(3):
        circuit.rx(2 * t[3 + qubit] - t[qubit] / 2, qubit)
    return circuit


def compare(backend: Backend, circuit: QuantumCircuit) -> Slopes:
    """Return how a circuit's gradient stands to central differences of its values."""
    n = circuit.num_qubits
    observables = [
        SparsePauliOp("Z" * n),
        SparsePauliOp.from_list([("Z" + "I" * (n - 1), 1.0), ("X" * n, 0.4)]),
    ]
    at = np.random.default_rng(0).uniform(0.2, 0.9, circuit.num_parameters)
    steps = STEP * np.eye(len(at))
    before = backend.usage.copy()
    values = backend.run_expectations(circuit, observables, np.vstack([at + steps, at - steps]))
    of_values = backend.usage.since(before)
    before = backend.usage.copy()
    [found] = backend.gradients(circuit, observables, at[None])
    of_gradient = backend.usage.since(before)
    wanted = (values[: len(at)] - values[len(at) :]).T / (2 * STEP)
    bases = of_values.circuits / (2 * len(at))
    return Slopes(
        float(np.abs(wanted).max()),
        float(np.abs(found - wanted).max()),
        of_values.two_qubit_gates / of_values.circuits,
        of_gradient.two_qubit_gates / of_gradient.circuits,
        of_gradient.circuits / bases,
    )


def main() -> None:
    """Compare and write."""
    lines = [
        "# Parameter shifts beside central differences",
        "",
        "Made by `python -m benchmarks.slopes`: expectation values of two observables on "
        "`density_matrix` with a device's noise, their gradients by shifts, and central "
        f"differences of the same backend with steps of {STEP:g}. Angles and features lie between "
        "0.2 and 0.9.",
        "",
        "| noise | circuit | largest slope | off by | two-qubit gates, value | gradient | shifts |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for noise in NOISES:
        backend = resolve_backend(f"density_matrix:noise={noise}")
        for name, circuit in circuits():
            try:
                found = compare(backend, circuit)
            except SpecError as error:
                lines.append(f"| {noise} | {name} | {str(error)[:80]} | | | | |")
            else:
                lines.append(
                    f"| {noise} | {name} | {found.largest:.3f} | {found.off:.1e} | "
                    f"{found.value_gates:g} | {found.gradient_gates:g} | {found.shifts:g} |"
                )
            print(lines[-1], flush=True)
    (HERE / "slopes.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
