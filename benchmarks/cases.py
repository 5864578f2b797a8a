"""The cases: one work, our side and the peers' sides, each returning what it computed.

A side is a function that prepares and returns a callable; only the callable is timed. A peer that
would take hours runs on part of the work and says by which factor its time is multiplied.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks import circuits as c

Prepared = Callable[[], Any]


@dataclass(frozen=True)
class Side:
    """One way to do the work.

    Parameters
    ----------
    prepare : callable
        Imports and builds, returns the callable that is timed.
    scale : float, default=1.0
        The whole work over what this side does.
    floor : float or None, default=None
        The ratio to us that is asked for.
    tolerance : float or None, default=1e-6
        Between its numbers and ours; None where it draws shots.
    """

    prepare: Callable[[], Prepared]
    scale: float = 1.0
    floor: float | None = None
    tolerance: float | None = 1e-6


@dataclass(frozen=True)
class Case:
    """A work and the ways to do it; the first side is ours."""

    title: str
    sides: dict[str, Side]
    reduce: Callable[[Any], Any] = field(default=lambda result: result)


# Gram matrices


def _our_gram(n: int, N: int) -> Prepared:
    from qml.engine import gram

    feature_map, X = c.zz_feature_map(n), c.points(N, n)
    return lambda: gram(feature_map, X)


def _fidelity_quantum_kernel(n: int, N: int, aer: bool) -> Prepared:
    from qiskit_machine_learning.kernels import FidelityQuantumKernel
    from qiskit_machine_learning.state_fidelities import ComputeUncompute

    if aer:
        from qiskit_aer.primitives import SamplerV2

        sampler = SamplerV2(default_shots=1024, seed=1)
    else:
        from qiskit.primitives import StatevectorSampler

        sampler = StatevectorSampler(seed=1)
    feature_map = c.zz_feature_map(n)
    if aer:
        feature_map = feature_map.decompose(reps=3)
    kernel = FidelityQuantumKernel(feature_map=feature_map, fidelity=ComputeUncompute(sampler))
    X = c.points(N, n)
    return lambda: kernel.evaluate(X)


def _statevector_kernel(n: int, N: int) -> Prepared:
    from qiskit_machine_learning.kernels import FidelityStatevectorKernel

    X = c.points(N, n)
    return lambda: FidelityStatevectorKernel(feature_map=c.zz_feature_map(n)).evaluate(X)


def _pennylane_kernel(n: int, N: int, device: str) -> Prepared:
    import pennylane as qml

    @qml.qnode(qml.device(device, wires=n))
    def overlap(x: Any, y: Any) -> Any:
        c.pennylane_zz(qml, x, n)
        qml.adjoint(lambda: c.pennylane_zz(qml, y, n))()
        return qml.probs(wires=range(n))

    X = c.points(N, n)
    return lambda: qml.kernels.square_kernel_matrix(X, lambda x, y: overlap(x, y)[0])


def _plain_numpy_gram(n: int, N: int) -> Prepared:
    """All phases by one matrix product, Hadamard layers by reshaping: what NumPy alone can do."""
    bits = (np.arange(1 << n)[:, None] >> np.arange(n)) & 1
    pairs = [(i, j) for j in range(n) for i in range(j)]
    terms = np.vstack([bits.T, [bits[:, i] ^ bits[:, j] for i, j in pairs]])
    X = c.points(N, n)

    def hadamards(states: Any) -> Any:
        for q in range(n):
            view = states.reshape(N, -1, 2, 1 << q)
            states = np.stack([view[:, :, 0] + view[:, :, 1], view[:, :, 0] - view[:, :, 1]], 2)
        return states.reshape(N, -1) / 2 ** (n / 2)

    def work() -> Any:
        products = [(np.pi - X[:, i]) * (np.pi - X[:, j]) for i, j in pairs]
        diagonal = np.exp(2j * (np.column_stack([X, *products]) @ terms))
        states = hadamards(diagonal / 2 ** (n / 2)) * diagonal
        return np.abs(states @ states.conj().T) ** 2

    return work


def _bare_product(n: int, N: int) -> Prepared:
    states = _our_states(n, N)()
    return lambda: np.abs(states @ states.conj().T) ** 2


def _aer_gram(n: int, N: int) -> Prepared:
    states = _aer_states(n, N)

    def work() -> Any:
        found = states()
        return np.abs(found @ found.conj().T) ** 2

    return work


def _jax_gram(n: int, N: int) -> Prepared:
    states = _jax_states(n, N)

    def work() -> Any:
        found = states()
        return np.abs(found @ found.conj().T) ** 2

    return work


# States


def _our_states(n: int, N: int) -> Prepared:
    from qml.engine import statevectors

    feature_map, X = c.zz_feature_map(n), c.points(N, n)
    return lambda: statevectors(feature_map, X)


def _aer_states(n: int, N: int) -> Prepared:
    from qiskit import transpile
    from qiskit_aer import AerSimulator

    circuit = c.zz_feature_map(n)
    order = list(circuit.parameters)
    circuit.save_statevector()
    simulator = AerSimulator(method="statevector")
    compiled = transpile(circuit, simulator, optimization_level=1)
    X = c.points(N, n)
    binds = [{parameter: X[:, i].tolist() for i, parameter in enumerate(order)}]

    def work() -> Any:
        result = simulator.run(compiled, parameter_binds=binds).result()
        return np.array([np.asarray(result.data(i)["statevector"]) for i in range(N)])

    return work


def _pennylane_states(n: int, N: int) -> Prepared:
    import pennylane as qml

    @qml.qnode(qml.device("default.qubit", wires=n))
    def state(x: Any) -> Any:
        c.pennylane_zz(qml, x, n)
        return qml.state()

    X = c.points(N, n)
    return lambda: c.from_pennylane(state(X), n)


def _jax_states(n: int, N: int) -> Prepared:
    import jax
    import pennylane as qml

    jax.config.update("jax_enable_x64", True)

    @qml.qnode(qml.device("default.qubit", wires=n), interface="jax")
    def state(x: Any) -> Any:
        c.pennylane_zz(qml, x, n)
        return qml.state()

    batched = jax.jit(jax.vmap(state))
    X = jax.numpy.asarray(c.points(N, n))
    return lambda: c.from_pennylane(batched(X).block_until_ready(), n)


# One loss, and loss with gradient


def _our_loss(n: int, N: int) -> Prepared:
    from qml.engine import EncodedModel

    model, w, y = c.model(n), c.weights(n), c.labels(N)
    projector, loss = c.parity_projector(n), c.cross_entropy(y)
    encoded = EncodedModel(model.circuit, model.inputs, model.weights, c.points(N, n), projector)
    return lambda: loss(encoded.outputs(w))[0]


def _our_gradient(n: int, N: int) -> Prepared:
    from qml.engine import EncodedModel

    model, w, y = c.model(n), c.weights(n), c.labels(N)
    projector, loss = c.parity_projector(n), c.cross_entropy(y)
    encoded = EncodedModel(model.circuit, model.inputs, model.weights, c.points(N, n), projector)

    def work() -> Any:
        value, gradient = encoded.value_and_gradient(w, loss)
        return np.concatenate([[value], gradient])

    return work


def _jax_loss_function(n: int, N: int) -> tuple[Any, Any]:
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


def _jax_loss(n: int, N: int) -> Prepared:
    jax, loss = _jax_loss_function(n, N)
    jitted, w = jax.jit(loss), jax.numpy.asarray(c.weights(n))
    return lambda: float(jitted(w))


def _jax_gradient(n: int, N: int) -> Prepared:
    jax, loss = _jax_loss_function(n, N)
    jitted, w = jax.jit(jax.value_and_grad(loss)), jax.numpy.asarray(c.weights(n))

    def work() -> Any:
        value, gradient = jitted(w)
        return np.concatenate([[float(value)], np.asarray(gradient)])

    return work


def _lightning_gradient(n: int, N: int) -> Prepared:
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


def _aer_loss(n: int, N: int, shots: int | None) -> Prepared:
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


def _qml_vqc(n: int, N: int, evaluations: int) -> Prepared:
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


def _our_fit(n: int, N: int, evaluations: int) -> Prepared:
    from qml.classifiers.vqc import VQC

    X, y = c.points(N, n), c.labels(N)

    def work() -> Any:
        optimizer = {"name": "cobyla", "maxiter": evaluations}
        return VQC(optimizer=optimizer, initial_point=c.weights(n)).fit(X, y).result_.history[0]

    return work


def _jax_fit(n: int, N: int, evaluations: int) -> Prepared:
    from scipy.optimize import minimize

    jax, loss = _jax_loss_function(n, N)
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


def _our_steps(n: int, N: int, steps: int) -> Prepared:
    from qml.engine import EncodedModel

    model, start = c.model(n), c.weights(n)
    projector, loss, X = c.parity_projector(n), c.cross_entropy(c.labels(N)), c.points(N, n)

    def work() -> Any:
        encoded = EncodedModel(model.circuit, model.inputs, model.weights, X, projector)
        w = start.copy()
        for _ in range(steps):
            w -= 0.1 * encoded.value_and_gradient(w, loss)[1]
        return w

    return work


def _jax_steps(n: int, N: int, steps: int) -> Prepared:
    jax, loss = _jax_loss_function(n, N)
    gradient, start = jax.jit(jax.grad(loss)), jax.numpy.asarray(c.weights(n))

    def work() -> Any:
        w = start
        for _ in range(steps):
            w = w - 0.1 * gradient(w)
        return np.asarray(w)

    return work


# The workbench itself


def _help() -> Prepared:
    import subprocess
    import sys

    command = [sys.executable, "-m", "experiments", "--help"]
    return lambda: subprocess.run(command, check=True, capture_output=True).returncode


def _cell_overhead(n_cells: int) -> Prepared:
    import tempfile

    from experiments.study import Study

    study = Study.from_dict(
        {
            "name": "overhead",
            "datasets": ["wine"],
            "models": ["dummy"],
            "protocol": {"folds": 10, "repeats": n_cells // 10},
        }
    )

    def work() -> None:
        with tempfile.TemporaryDirectory() as folder:
            study.run(jobs=1, out=folder)

    return work


# Somebody else's code on our primitives


def _sampler_network(n: int, N: int, sampler: str) -> Prepared:
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


# A study: one Gram matrix, or one a fit


_CS = [0.1, 1.0, 10.0, 100.0, 1000.0]
_FITS = 5 * 3 * len(_CS) + 1  # folds, repeats and values of C; and the best once more on all points


def _search(model: Any, n: int, N: int) -> Any:
    from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold

    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=0)
    search = GridSearchCV(model, {"C": _CS}, cv=folds)
    return search.fit(c.points(N, n), c.labels(N)).cv_results_["mean_test_score"]


def _our_search(n: int, N: int, shared: bool) -> Prepared:
    from qml.classifiers.qsvc import QSVC

    X = c.points(N, n)
    return lambda: _search(QSVC().sharing(X) if shared else QSVC(), n, N)


def _our_matrix_alone(n: int, N: int) -> Prepared:
    from qml.classifiers.qsvc import QSVC

    X = c.points(N, n)

    def work() -> None:
        QSVC().sharing(X)

    return work


def _classical_search(n: int, N: int) -> Prepared:
    from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold
    from sklearn.svm import SVC

    from qml.engine import gram

    K = gram(c.zz_feature_map(n), c.points(N, n))
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=0)
    search = GridSearchCV(SVC(kernel="precomputed"), {"C": _CS}, cv=folds)
    return lambda: search.fit(K, c.labels(N)).cv_results_["mean_test_score"]


def _qml_fit(n: int, N: int, statevectors: bool) -> Prepared:
    """One fit and its prediction: four fifths of the points, then the last fifth."""
    from qiskit.primitives import StatevectorSampler
    from qiskit_machine_learning.algorithms import QSVC
    from qiskit_machine_learning.kernels import FidelityQuantumKernel, FidelityStatevectorKernel
    from qiskit_machine_learning.state_fidelities import ComputeUncompute

    feature_map = c.zz_feature_map(n)
    X, y = c.points(N, n), c.labels(N)
    cut = 4 * N // 5

    def work() -> None:
        if statevectors:
            kernel: Any = FidelityStatevectorKernel(feature_map=feature_map)
        else:
            fidelity = ComputeUncompute(StatevectorSampler(seed=1))
            kernel = FidelityQuantumKernel(feature_map=feature_map, fidelity=fidelity)
        QSVC(quantum_kernel=kernel).fit(X[:cut], y[:cut]).score(X[cut:], y[cut:])

    return work


# Matrix product states


def _chain(n: int) -> Any:
    from qiskit.circuit.library import zz_feature_map

    return zz_feature_map(n, reps=2, entanglement="linear")


def _our_mps_gram(n: int, N: int) -> Prepared:
    from qml.backends import resolve_backend

    feature_map, X = _chain(n), 0.1 * c.points(N, n)
    return lambda: resolve_backend("mps").gram(feature_map, X)


def _aer_mps_entries(n: int, entries: int) -> Prepared:
    """Compute-uncompute, one circuit an entry, as a general simulator is asked for a kernel."""
    from qiskit_aer import AerSimulator

    from qml.circuits import overlap_circuit

    overlap = overlap_circuit(_chain(n))
    circuit = overlap.circuit.decompose(reps=3)
    circuit.measure_all()
    simulator = AerSimulator(method="matrix_product_state")
    X = 0.1 * c.points(2 * entries, n)
    pairs = np.hstack([X[:entries], X[entries:]])[:, overlap.columns]
    binds = {p: pairs[:, i].tolist() for i, p in enumerate(circuit.parameters)}

    def work() -> None:
        result = simulator.run(circuit, parameter_binds=[binds], shots=1024).result()
        if not result.success:
            raise RuntimeError(result.status)

    return work


CASES: dict[str, Case] = {
    "gram_5_40": Case(
        "exact Gram matrix, ZZ map, 5 qubits, 40 points",
        {
            "qml-workbench": Side(lambda: _our_gram(5, 40)),
            "QML FidelityQuantumKernel, exact sampler": Side(
                lambda: _fidelity_quantum_kernel(5, 40, aer=False), tolerance=None
            ),
            "QML FidelityQuantumKernel, Aer 1,024 shots": Side(
                lambda: _fidelity_quantum_kernel(5, 40, aer=True), tolerance=None
            ),
            "QML FidelityStatevectorKernel": Side(lambda: _statevector_kernel(5, 40)),
            "plain NumPy, written for this map alone": Side(lambda: _plain_numpy_gram(5, 40)),
            "PennyLane kernel matrix, default.qubit": Side(
                lambda: _pennylane_kernel(5, 40, "default.qubit")
            ),
            "PennyLane kernel matrix, lightning.qubit": Side(
                lambda: _pennylane_kernel(5, 40, "lightning.qubit")
            ),
        },
    ),
    "gram_5_200": Case(
        "exact Gram matrix, 5 qubits, 200 points",
        {
            "qml-workbench": Side(lambda: _our_gram(5, 200)),
            "QML FidelityQuantumKernel (40 points, by entries)": Side(
                lambda: _fidelity_quantum_kernel(5, 40, aer=False),
                scale=200 * 199 / (40 * 39),
                floor=10_000,
                tolerance=None,
            ),
            "QML FidelityStatevectorKernel": Side(lambda: _statevector_kernel(5, 200)),
            "plain NumPy, written for this map alone": Side(lambda: _plain_numpy_gram(5, 200)),
        },
    ),
    "states_10_1000": Case(
        "all states, 10 qubits, 1,000 points",
        {
            "qml-workbench": Side(lambda: _our_states(10, 1000)),
            "Aer statevector, batched binds": Side(lambda: _aer_states(10, 1000)),
            "PennyLane default.qubit, broadcasting": Side(lambda: _pennylane_states(10, 1000)),
            "PennyLane default.qubit, JAX jit + vmap": Side(lambda: _jax_states(10, 1000)),
        },
        reduce=lambda states: np.abs(np.asarray(states)[::50]) ** 2,
    ),
    "gram_10_1000": Case(
        "exact Gram matrix, 10 qubits, 1,000 points",
        {
            "qml-workbench": Side(lambda: _our_gram(10, 1000)),
            "QML FidelityStatevectorKernel (200 points, by entries)": Side(
                lambda: _statevector_kernel(10, 200), scale=25.0, floor=100, tolerance=None
            ),
            "Aer batched states + product": Side(lambda: _aer_gram(10, 1000), floor=20),
            "PennyLane + JAX states + product": Side(lambda: _jax_gram(10, 1000), floor=6),
            "the bare matrix product": Side(lambda: _bare_product(10, 1000), floor=0.5),
            "plain NumPy, written for this map alone": Side(lambda: _plain_numpy_gram(10, 1000)),
        },
    ),
    "grid_8_500": Case(
        "a study: 500 points, 8 qubits, 5 folds x 3 repeats x 5 values of C, fits and predictions",
        {
            "qml-workbench": Side(lambda: _our_search(8, 500, shared=True)),
            "that Gram matrix alone": Side(lambda: _our_matrix_alone(8, 500), tolerance=None),
            "scikit-learn's search on that matrix": Side(lambda: _classical_search(8, 500)),
            "the same with a Gram matrix a fit": Side(
                lambda: _our_search(8, 500, shared=False), tolerance=1e-2
            ),
            "QML QSVC, FidelityStatevectorKernel (100 points, 1 fit, by both)": Side(
                lambda: _qml_fit(8, 100, statevectors=True), scale=25.0 * _FITS, tolerance=None
            ),
            "QML QSVC, FidelityQuantumKernel (20 points, 1 fit, by both)": Side(
                lambda: _qml_fit(8, 20, statevectors=False), scale=625.0 * _FITS, tolerance=None
            ),
        },
    ),
    "mps_165_200": Case(
        "Gram matrix of 165 features on a chain, 200 points, matrix product states",
        {
            "qml-workbench": Side(lambda: _our_mps_gram(165, 200)),
            "Aer, compute-uncompute, 1,024 shots (40 entries, by entries)": Side(
                lambda: _aer_mps_entries(165, 40), scale=200 * 199 / 2 / 40, tolerance=None
            ),
        },
    ),
    "loss_5_750": Case(
        "one VQC loss, 5 qubits, 40 parameters, 750 samples",
        {
            "qml-workbench": Side(lambda: _our_loss(5, 750)),
            "Aer EstimatorV2, one broadcast item": Side(lambda: _aer_loss(5, 750, None)),
            "Aer SamplerV2, 1,024 shots": Side(lambda: _aer_loss(5, 750, 1024), tolerance=None),
            "PennyLane default.qubit + JAX, jitted": Side(lambda: _jax_loss(5, 750)),
        },
    ),
    "gradient_5_750": Case(
        "VQC loss and gradient, 5 qubits, 40 parameters, 750 samples",
        {
            "qml-workbench": Side(lambda: _our_gradient(5, 750)),
            "PennyLane default.qubit + JAX, jitted": Side(lambda: _jax_gradient(5, 750), floor=40),
            "PennyLane lightning adjoint (75 samples)": Side(
                lambda: _lightning_gradient(5, 75), scale=10.0, tolerance=None
            ),
        },
    ),
    "gradient_10_750": Case(
        "VQC loss and gradient, 10 qubits, 80 parameters, 750 samples",
        {
            "qml-workbench": Side(lambda: _our_gradient(10, 750)),
            "PennyLane default.qubit + JAX, jitted": Side(lambda: _jax_gradient(10, 750), floor=15),
        },
    ),
    "fit_5_800": Case(
        "a whole VQC fit, 100 COBYLA evaluations, 800 x 5",
        {
            "qml-workbench": Side(lambda: _our_fit(5, 800, 100)),
            "QML VQC (10 samples, 45 evaluations, by both)": Side(
                lambda: _qml_vqc(5, 10, 45), scale=80 * 100 / 45, floor=1000, tolerance=None
            ),
            "SciPy COBYLA on PennyLane + JAX, jitted": Side(lambda: _jax_fit(5, 800, 100)),
        },
    ),
    "steps_5_800": Case(
        "100 exact-gradient steps, 800 x 5",
        {
            "qml-workbench": Side(lambda: _our_steps(5, 800, 100)),
            "PennyLane + JAX, jitted": Side(lambda: _jax_steps(5, 800, 100)),
        },
    ),
    "drop_in_5_200": Case(
        "QML SamplerQNN forward, 5 qubits, 200 samples, 1,024 shots: one line changed",
        {
            "qml-workbench": Side(lambda: _sampler_network(5, 200, "ours")),
            "Qiskit StatevectorSampler": Side(
                lambda: _sampler_network(5, 200, "Qiskit"), tolerance=None
            ),
        },
    ),
    "help": Case("`qml --help`, the whole process", {"qml-workbench": Side(_help)}),
    "cell_overhead": Case(
        "a study's cell with a dummy model: load, split, fit, store, export (of 200)",
        {"qml-workbench": Side(lambda: _cell_overhead(200), scale=1 / 200)},
    ),
    "gram_14_5000": Case(
        "exact Gram matrix, 14 qubits, 5,000 points (memory under 2 GiB)",
        {"qml-workbench": Side(lambda: _our_gram(14, 5000))},
        reduce=lambda K: K[::500],
    ),
}
