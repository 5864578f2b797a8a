"""The sides of the training cases: losses, gradients, fits, and a network on our primitives."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import circuits as c

# One loss, and loss with gradient


def our_loss(n: int, N: int) -> c.Prepared:
    from qml.engine import EncodedModel

    model, w, y = c.model(n), c.weights(n), c.labels(N)
    projector, loss = c.parity_projector(n), c.cross_entropy(y)
    encoded = EncodedModel(model.circuit, model.inputs, model.weights, c.points(N, n), projector)
    return lambda: loss(encoded.outputs(w))[0]


def our_gradient(n: int, N: int) -> c.Prepared:
    from qml.engine import EncodedModel

    model, w, y = c.model(n), c.weights(n), c.labels(N)
    projector, loss = c.parity_projector(n), c.cross_entropy(y)
    encoded = EncodedModel(model.circuit, model.inputs, model.weights, c.points(N, n), projector)

    def work() -> Any:
        value, gradient = encoded.value_and_gradient(w, loss)
        return np.concatenate([[value], gradient])

    return work


def jax_loss_function(n: int, N: int) -> tuple[Any, Any]:
    import jax
    import pennylane as qml

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    @qml.qnode(qml.device("default.qubit", wires=n), interface="jax")
    def probs(x: Any, w: Any) -> Any:
        c.pennylane_zz(qml, x, n)
        c.pennylane_su2(qml, w, n)
        return qml.probs(wires=range(n))

    X, y = jnp.asarray(c.points(N, n)), c.labels(N)
    projector = jnp.asarray(c.parity_projector(n))  # parity does not mind the order of bits
    batched = jax.vmap(probs, in_axes=(0, None))

    def loss(w: Any) -> Any:
        outputs = batched(X, w) @ projector
        return -jnp.log(jnp.maximum(outputs[jnp.arange(N), y], 1e-12)).mean()

    return jax, loss


def jax_loss(n: int, N: int) -> c.Prepared:
    jax, loss = jax_loss_function(n, N)
    jitted, w = jax.jit(loss), jax.numpy.asarray(c.weights(n))
    return lambda: float(jitted(w))


def jax_gradient(n: int, N: int) -> c.Prepared:
    jax, loss = jax_loss_function(n, N)
    jitted, w = jax.jit(jax.value_and_grad(loss)), jax.numpy.asarray(c.weights(n))

    def work() -> Any:
        value, gradient = jitted(w)
        return np.concatenate([[float(value)], np.asarray(gradient)])

    return work


def lightning_gradient(n: int, N: int) -> c.Prepared:
    """Adjoint differentiation of the parity's expectation value, sample by sample."""
    import pennylane as qml
    from pennylane import numpy as pnp

    @qml.qnode(qml.device("lightning.qubit", wires=n), diff_method="adjoint")
    def parity(w: Any, x: Any) -> Any:
        c.pennylane_zz(qml, x, n)
        c.pennylane_su2(qml, w, n)
        return qml.expval(qml.prod(*[qml.PauliZ(i) for i in range(n)]))

    X, y = c.points(N, n), c.labels(N)
    w = pnp.array(c.weights(n), requires_grad=True)
    slope = qml.grad(parity, argnums=0)

    def work() -> Any:
        value, gradient = 0.0, np.zeros(len(w))
        for x, label in zip(X, y, strict=True):
            sign = 1 - 2 * label
            p = (1 + sign * float(parity(w, x))) / 2
            value -= np.log(p) / N
            gradient -= sign * np.asarray(slope(w, x)) / (2 * p * N)
        return np.concatenate([[value], gradient])

    return work


def aer_loss(n: int, N: int, shots: int | None) -> c.Prepared:
    from qiskit import transpile
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer import AerSimulator
    from qiskit_aer.primitives import EstimatorV2, SamplerV2

    model, y, X = c.model(n), c.labels(N), c.points(N, n)
    w = c.weights(n)
    values = np.hstack([X, np.tile(w, (N, 1))])[:, model.columns]
    signs = 1 - 2 * y
    if shots is None:
        circuit = transpile(model.circuit, AerSimulator(), optimization_level=1)
        estimator = EstimatorV2()
        item = (circuit, SparsePauliOp("Z" * n), values)
        return lambda: float(
            -np.log((1 + signs * estimator.run([item]).result()[0].data.evs) / 2).mean()
        )
    circuit = transpile(
        model.circuit.measure_all(inplace=False), AerSimulator(), optimization_level=1
    )
    sampler = SamplerV2(seed=1)

    def work() -> float:
        bits = sampler.run([(circuit, values)], shots=shots).result()[0].data.meas
        ones = np.unpackbits(bits.array, axis=-1).sum(axis=-1) % 2
        p = np.maximum((ones == y[:, None]).mean(axis=1), 1e-12)
        return float(-np.log(p).mean())

    return work


def qml_vqc(n: int, N: int, evaluations: int) -> c.Prepared:
    """qiskit-machine-learning's VQC, its own fit: COBYLA, exact sampler."""
    from qiskit.circuit.library import efficient_su2
    from qiskit.primitives import StatevectorSampler
    from qiskit_machine_learning.algorithms import VQC
    from qiskit_machine_learning.optimizers import COBYLA

    X, y = c.points(N, n), c.labels(N)
    y[:2] = (0, 1)

    def work() -> None:
        VQC(
            feature_map=c.zz_feature_map(n),
            ansatz=efficient_su2(n, reps=3),
            optimizer=COBYLA(maxiter=evaluations),
            initial_point=c.weights(n),
            sampler=StatevectorSampler(seed=1),
        ).fit(X, y)

    return work


def our_fit(n: int, N: int, evaluations: int) -> c.Prepared:
    from qml.classifiers.vqc import VQC

    X, y = c.points(N, n), c.labels(N)

    def work() -> Any:
        optimizer = {"name": "cobyla", "maxiter": evaluations}
        return (
            VQC(optimizer=optimizer, bandwidth=1.0, initial_point=c.weights(n))
            .fit(X, y)
            .result_.history[0]
        )

    return work


def jax_fit(n: int, N: int, evaluations: int) -> c.Prepared:
    from scipy.optimize import minimize

    jax, loss = jax_loss_function(n, N)
    jitted, w = jax.jit(loss), c.weights(n)
    history: list[float] = []

    def objective(point: Any) -> float:
        history.append(float(jitted(point)))
        return history[-1]

    def work() -> float:
        history.clear()
        minimize(objective, w, method="COBYLA", options={"maxiter": evaluations})
        return history[0]

    return work


def our_steps(n: int, N: int, steps: int) -> c.Prepared:
    """A whole fit: gradient descent, its last point evaluated once more."""
    from qml.classifiers.vqc import VQC

    X, y = c.points(N, n), c.labels(N)

    def work() -> Any:
        optimizer = {"name": "gradient_descent", "maxiter": steps, "eta": 0.1}
        return (
            VQC(optimizer=optimizer, bandwidth=1.0, initial_point=c.weights(n)).fit(X, y).weights_
        )

    return work


def jax_steps(n: int, N: int, steps: int) -> c.Prepared:
    jax, loss = jax_loss_function(n, N)
    gradient, start = jax.jit(jax.grad(loss)), jax.numpy.asarray(c.weights(n))

    def work() -> Any:
        w = start
        for _ in range(steps):
            w = w - 0.1 * gradient(w)
        return np.asarray(w)

    return work


# Somebody else's code on our primitives


def sampler_network(n: int, N: int, sampler: str) -> c.Prepared:
    from qiskit.primitives import StatevectorSampler
    from qiskit_machine_learning.neural_networks import SamplerQNN

    from qml.engine import BatchedSampler

    feature_map, ansatz = c.zz_feature_map(n), c.efficient_su2(n, reps=3)
    network = SamplerQNN(
        circuit=feature_map.compose(ansatz),
        sampler={"ours": BatchedSampler, "Qiskit": StatevectorSampler}[sampler](seed=1),
        input_params=list(feature_map.parameters),
        weight_params=list(ansatz.parameters),
        interpret=lambda outcome: outcome.bit_count() % 2,
        output_shape=2,
    )
    X, w = c.points(N, n), c.weights(n)
    return lambda: network.forward(X, w)
