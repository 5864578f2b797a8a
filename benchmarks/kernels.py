"""The sides of the kernel cases: states, Gram matrices, a study on one, matrix product states."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks import circuits as c

# Gram matrices


def our_gram(n: int, N: int) -> c.Prepared:
    from qml.engine import gram

    feature_map, X = c.zz_feature_map(n), c.points(N, n)
    return lambda: gram(feature_map, X)


def our_gram_beside_aer(n: int, N: int) -> c.Prepared:
    """Return ours in a process with Aer, whose matrix library has one thread."""
    import qiskit_aer  # noqa: F401

    return our_gram(n, N)


def fidelity_quantum_kernel(n: int, N: int, aer: bool) -> c.Prepared:
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


def statevector_kernel(n: int, N: int) -> c.Prepared:
    from qiskit_machine_learning.kernels import FidelityStatevectorKernel

    X = c.points(N, n)
    return lambda: FidelityStatevectorKernel(feature_map=c.zz_feature_map(n)).evaluate(X)


def pennylane_kernel(n: int, N: int, device: str) -> c.Prepared:
    import pennylane as qml

    @qml.qnode(qml.device(device, wires=n))
    def overlap(x: Any, y: Any) -> Any:
        c.pennylane_zz(qml, x, n)
        qml.adjoint(lambda: c.pennylane_zz(qml, y, n))()
        return qml.probs(wires=range(n))

    X = c.points(N, n)
    return lambda: qml.kernels.square_kernel_matrix(X, lambda x, y: overlap(x, y)[0])


def plain_numpy_gram(n: int, N: int) -> c.Prepared:
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


def bare_product(n: int, N: int) -> c.Prepared:
    states = our_states(n, N)()
    return lambda: np.abs(states @ states.conj().T) ** 2


def aer_gram(n: int, N: int) -> c.Prepared:
    states = aer_states(n, N)

    def work() -> Any:
        found = states()
        return np.abs(found @ found.conj().T) ** 2

    return work


def jax_gram(n: int, N: int) -> c.Prepared:
    states = jax_states(n, N)

    def work() -> Any:
        found = states()
        return np.abs(found @ found.conj().T) ** 2

    return work


# States


def our_states(n: int, N: int) -> c.Prepared:
    from qml.engine import statevectors

    feature_map, X = c.zz_feature_map(n), c.points(N, n)
    return lambda: statevectors(feature_map, X)


def aer_states(n: int, N: int) -> c.Prepared:
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


def pennylane_states(n: int, N: int) -> c.Prepared:
    import pennylane as qml

    @qml.qnode(qml.device("default.qubit", wires=n))
    def state(x: Any) -> Any:
        c.pennylane_zz(qml, x, n)
        return qml.state()

    X = c.points(N, n)
    return lambda: c.from_pennylane(state(X), n)


def jax_states(n: int, N: int) -> c.Prepared:
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


# A study: one Gram matrix, or one a fit


CS = [0.1, 1.0, 10.0, 100.0, 1000.0]
FITS = 5 * 3 * len(CS) + 1  # folds, repeats and values of C; and the best once more on all points


def search(model: Any, n: int, N: int) -> Any:
    from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold

    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=0)
    search = GridSearchCV(model, {"C": CS}, cv=folds)
    return search.fit(c.points(N, n), c.labels(N)).cv_results_["mean_test_score"]


def our_search(n: int, N: int, shared: bool) -> c.Prepared:
    from qml.classifiers.qsvc import QSVC

    X = c.points(N, n)
    return lambda: search(QSVC(bandwidth=1.0).sharing(X) if shared else QSVC(bandwidth=1.0), n, N)


def our_matrix_alone(n: int, N: int) -> c.Prepared:
    from qml.classifiers.qsvc import QSVC

    X = c.points(N, n)

    def work() -> None:
        QSVC(bandwidth=1.0).sharing(X)

    return work


def classical_search(n: int, N: int) -> c.Prepared:
    from sklearn.model_selection import GridSearchCV, RepeatedStratifiedKFold
    from sklearn.svm import SVC

    from qml.engine import gram

    K = gram(c.zz_feature_map(n), c.points(N, n))
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=3, random_state=0)
    search = GridSearchCV(SVC(kernel="precomputed"), {"C": CS}, cv=folds)
    return lambda: search.fit(K, c.labels(N)).cv_results_["mean_test_score"]


def qml_fit(n: int, N: int, statevectors: bool) -> c.Prepared:
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
        QSVC(quantum_kernel=kernel, bandwidth=1.0).fit(X[:cut], y[:cut]).score(X[cut:], y[cut:])

    return work


# Matrix product states


def chain(n: int) -> Any:
    from qiskit.circuit.library import zz_feature_map

    return zz_feature_map(n, reps=2, entanglement="linear")


def our_mps_gram(n: int, N: int) -> c.Prepared:
    from qml.backends import resolve_backend

    feature_map, X = chain(n), 0.1 * c.points(N, n)
    return lambda: resolve_backend("mps").gram(feature_map, X)


def aer_mps_entries(n: int, entries: int) -> c.Prepared:
    """Compute-uncompute, one circuit an entry, as a general simulator is asked for a kernel."""
    from qiskit_aer import AerSimulator

    from qml.circuits import overlap_circuit

    overlap = overlap_circuit(chain(n))
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
