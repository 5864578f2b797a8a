"""The sides of the noisy cases: Gram matrices and losses under a device's noise, without shots."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import circuits as c

DEVICE = "fake_manila"


def our_noisy_gram(n: int, N: int) -> c.Prepared:
    from qml.backends.density_matrix import DensityMatrixBackend

    feature_map, X = c.zz_feature_map(n), c.points(N, n)
    backend = DensityMatrixBackend(noise=DEVICE)

    def work() -> Any:
        circuit = feature_map.copy()  # transpiled anew: that is part of the work, on every side
        return backend.gram(circuit, X)[np.triu_indices(N, k=1)]

    return work


def aer_noisy_gram(n: int, N: int) -> c.Prepared:
    """One broadcast run of the transpiled compute-uncompute circuit over all pairs."""
    from qml.circuits import overlap_circuit

    overlap = overlap_circuit(c.zz_feature_map(n))
    X = c.points(N, n)
    rows, columns = np.triu_indices(N, k=1)
    pairs = np.hstack([X[rows], X[columns]])[:, overlap.columns]
    work = _aer_probabilities(overlap.circuit, pairs)
    return lambda: work()[:, 0]


def aer_noisy_gram_shots(n: int, N: int) -> c.Prepared:
    from qml.backends.aer import AerBackend

    feature_map, X = c.zz_feature_map(n), c.points(N, n)
    backend = AerBackend(noise=DEVICE, shots=1024, random_state=1)
    return lambda: backend.gram(feature_map, X)


def our_noisy_gradient(n: int, N: int) -> c.Prepared:
    from qml.backends.density_matrix import DensityMatrixBackend

    bound = DensityMatrixBackend(noise=DEVICE).bind(c.model(n, reps=2), c.points(N, n))
    w, projector, loss = c.weights(n, 2), c.parity_projector(n), c.cross_entropy(c.labels(N))
    return lambda: bound.value_and_gradient(w, projector, loss)[0]


def our_noisy_loss(n: int, N: int) -> c.Prepared:
    from qml.backends.density_matrix import DensityMatrixBackend

    bound = DensityMatrixBackend(noise=DEVICE).bind(c.model(n, reps=2), c.points(N, n))
    w, projector, loss = c.weights(n, 2), c.parity_projector(n), c.cross_entropy(c.labels(N))
    return lambda: loss(bound.probabilities(w) @ projector)[0]


def aer_noisy_loss(n: int, N: int) -> c.Prepared:
    model, X, w = c.model(n, reps=2), c.points(N, n), c.weights(n, 2)
    values = np.hstack([X, np.tile(w, (N, 1))])[:, model.columns]
    work = _aer_probabilities(model.circuit, values)
    projector, loss = c.parity_projector(n), c.cross_entropy(c.labels(N))
    return lambda: loss(work() @ projector)[0]


def _aer_probabilities(circuit: Any, values: Any) -> c.Prepared:
    """Return outcome probabilities of Aer's density matrices, with the device's wrong readouts."""
    from qiskit.transpiler import generate_preset_pass_manager
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel

    from qml.devices import snapshot

    device = snapshot(DEVICE)
    model = NoiseModel.from_backend(device)
    simulator = AerSimulator(method="density_matrix", noise_model=model)
    n = circuit.num_qubits

    def work() -> Any:
        manager = generate_preset_pass_manager(1, backend=device, seed_transpiler=0)
        isa = manager.run(circuit.measure_all(inplace=False))
        reads = [
            isa.find_bit(step.qubits[0]).index
            for step in isa.data
            if step.operation.name == "measure"
        ]
        isa.data = [step for step in isa.data if step.operation.name not in ("measure", "barrier")]
        isa.save_probabilities(reads)
        place = {parameter: i for i, parameter in enumerate(circuit.parameters)}
        binds = {p: values[:, place[p]].tolist() for p in isa.parameters}
        result = simulator.run(isa, parameter_binds=[binds], shots=1).result()
        found = np.array([result.data(i)["probabilities"] for i in range(len(values))])
        for bit, qubit in enumerate(reads):
            readout = np.array(model._local_readout_errors[(qubit,)].probabilities).T
            tensor = found.reshape(-1, 1 << (n - 1 - bit), 2, 1 << bit)
            found = np.einsum("ij,rajb->raib", readout, tensor).reshape(len(values), -1)
        return found

    return work
