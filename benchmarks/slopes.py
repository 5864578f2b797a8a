"""Parameter shifts beside central differences of the same noisy backend; written to ``slopes.md``.

Run as ``python -m benchmarks.slopes``. Every ansatz, every feature map and single gates between
trained rotations, on the noise of several devices, without and with mitigation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import ParameterVector, QuantumCircuit
from qiskit.quantum_info import SparsePauliOp, random_unitary

from qml.backends import Backend, resolve_backend
from qml.circuits import (
    ANSATZES,
    FEATURE_MAPS,
    ModelCircuit,
    resolve_ansatz,
    resolve_trainable_map,
)
from qml.errors import SpecError
from qml.examples import Example, examples_of

Asked = TypeVar("Asked")

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


def models() -> Iterator[tuple[str, ModelCircuit]]:
    """Yield the maps with weights by name, and gates with trained angles between data."""
    for label, (name, example) in examples_of(FEATURE_MAPS, Example).items():
        model = resolve_trainable_map({"name": name, **example.parameters}, 3)
        if model.weights:
            yield f"map {label}", model
    for gate in GATES:
        x, trained = ParameterVector("x", 3), between_rotations(gate)
        circuit = QuantumCircuit(3)
        for qubit in range(3):
            circuit.ry(x[qubit], qubit)
        circuit.compose(trained, inplace=True)
        circuit.rx(x[0], 1)  # without data behind it, what is trained would cancel
        yield f"gate {gate}", ModelCircuit(circuit, tuple(x), tuple(trained.parameters))


def compare_gram(backend: Backend, model: ModelCircuit) -> Slopes:
    """Return how the slopes of a loss of a Gram matrix stand to its central differences."""
    rng = np.random.default_rng(0)
    X = rng.uniform(0.2, 0.9, (3, len(model.inputs)))
    at = rng.uniform(0.2, 0.9, len(model.weights))
    bound = backend.bind_gram(model, X)

    def loss(K: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        return float((K**2).sum()), 2 * K

    before = backend.usage.copy()
    ahead = [loss(bound.gram(at + step))[0] for step in STEP * np.eye(len(at))]
    behind = [loss(bound.gram(at - step))[0] for step in STEP * np.eye(len(at))]
    of_values = backend.usage.since(before)
    _, found = bound.value_and_gradient(at, loss)
    both = backend.usage.since(before)
    wanted = (np.array(ahead) - behind) / (2 * STEP)
    circuits = both.circuits - of_values.circuits
    return Slopes(
        float(np.abs(wanted).max()),
        float(np.abs(found - wanted).max()),
        of_values.two_qubit_gates / of_values.circuits,
        (both.two_qubit_gates - of_values.two_qubit_gates) / circuits,
        backend.n_gram_shifts(model),
    )


def rows_of(
    made: Callable[[], Iterable[tuple[str, Asked]]], compared: Callable[[Backend, Asked], Slopes]
) -> Iterator[str]:
    """Yield a line of a table for every noise and circuit."""
    for noise in NOISES:
        backend = resolve_backend(f"density_matrix:noise={noise}")
        for name, asked in made():
            try:
                found = compared(backend, asked)
            except SpecError as error:
                line = f"| {noise} | {name} | {str(error)[:80]} | | | | |"
            else:
                line = (
                    f"| {noise} | {name} | {found.largest:.3f} | {found.off:.1e} | "
                    f"{found.value_gates:g} | {found.gradient_gates:g} | {found.shifts:g} |"
                )
            print(line, flush=True)
            yield line


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
    lines += rows_of(circuits, compare)
    lines += [
        "",
        "## Gram matrices",
        "",
        "The sum of the squares of a Gram matrix of three points, by the weights of its map: "
        "gradients by shifts of compute and uncompute, beside central differences of the matrix "
        "that the same backend gives. Shifts are those of an entry.",
        "",
        "| noise | circuit | largest slope | off by | two-qubit gates, value | gradient | shifts |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    lines += rows_of(models, compare_gram)
    (HERE / "slopes.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
