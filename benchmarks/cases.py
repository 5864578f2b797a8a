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
from benchmarks import kernels, noise, training


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

    prepare: Callable[[], c.Prepared]
    scale: float = 1.0
    floor: float | None = None
    tolerance: float | None = 1e-6


@dataclass(frozen=True)
class Case:
    """A work and the ways to do it; the first side is ours."""

    title: str
    sides: dict[str, Side]
    reduce: Callable[[Any], Any] = field(default=lambda result: result)


# The workbench itself


def _help() -> c.Prepared:
    import subprocess
    import sys

    command = [sys.executable, "-m", "experiments", "--help"]
    return lambda: subprocess.run(command, check=True, capture_output=True).returncode


def _cell_overhead(n_cells: int) -> c.Prepared:
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


CASES: dict[str, Case] = {
    "gram_5_40": Case(
        "exact Gram matrix, ZZ map, 5 qubits, 40 points",
        {
            "qml-workbench": Side(lambda: kernels.our_gram(5, 40)),
            "QML FidelityQuantumKernel, exact sampler": Side(
                lambda: kernels.fidelity_quantum_kernel(5, 40, aer=False), tolerance=None
            ),
            "QML FidelityQuantumKernel, Aer 1,024 shots": Side(
                lambda: kernels.fidelity_quantum_kernel(5, 40, aer=True), tolerance=None
            ),
            "QML FidelityStatevectorKernel": Side(lambda: kernels.statevector_kernel(5, 40)),
            "plain NumPy, written for this map alone": Side(
                lambda: kernels.plain_numpy_gram(5, 40)
            ),
            "PennyLane kernel matrix, default.qubit": Side(
                lambda: kernels.pennylane_kernel(5, 40, "default.qubit")
            ),
            "PennyLane kernel matrix, lightning.qubit": Side(
                lambda: kernels.pennylane_kernel(5, 40, "lightning.qubit")
            ),
        },
    ),
    "gram_5_200": Case(
        "exact Gram matrix, 5 qubits, 200 points",
        {
            "qml-workbench": Side(lambda: kernels.our_gram(5, 200)),
            "QML FidelityQuantumKernel (40 points, by entries)": Side(
                lambda: kernels.fidelity_quantum_kernel(5, 40, aer=False),
                scale=200 * 199 / (40 * 39),
                floor=10_000,
                tolerance=None,
            ),
            "QML FidelityStatevectorKernel": Side(lambda: kernels.statevector_kernel(5, 200)),
            "plain NumPy, written for this map alone": Side(
                lambda: kernels.plain_numpy_gram(5, 200)
            ),
        },
    ),
    "states_10_1000": Case(
        "all states, 10 qubits, 1,000 points",
        {
            "qml-workbench": Side(lambda: kernels.our_states(10, 1000)),
            "Aer statevector, batched binds": Side(lambda: kernels.aer_states(10, 1000)),
            "PennyLane default.qubit, broadcasting": Side(
                lambda: kernels.pennylane_states(10, 1000)
            ),
            "PennyLane default.qubit, JAX jit + vmap": Side(lambda: kernels.jax_states(10, 1000)),
        },
        reduce=lambda states: np.abs(np.asarray(states)[::50]) ** 2,
    ),
    "gram_10_1000": Case(
        "exact Gram matrix, 10 qubits, 1,000 points",
        {
            "qml-workbench": Side(lambda: kernels.our_gram(10, 1000)),
            "QML FidelityStatevectorKernel (200 points, by entries)": Side(
                lambda: kernels.statevector_kernel(10, 200), scale=25.0, floor=100, tolerance=None
            ),
            "Aer batched states + product": Side(lambda: kernels.aer_gram(10, 1000), floor=20),
            "PennyLane + JAX states + product": Side(lambda: kernels.jax_gram(10, 1000), floor=6),
            "the bare matrix product": Side(lambda: kernels.bare_product(10, 1000), floor=0.5),
            "plain NumPy, written for this map alone": Side(
                lambda: kernels.plain_numpy_gram(10, 1000)
            ),
        },
    ),
    **{
        f"gram_10_{N}_aer": Case(
            f"exact Gram matrix, 10 qubits, {N:,} points, with Aer in the process",
            {
                "qml-workbench": Side(lambda N=N: kernels.our_gram(10, N)),
                "qml-workbench, after `import qiskit_aer`": Side(
                    lambda N=N: kernels.our_gram_beside_aer(10, N), tolerance=0.0
                ),
            },
        )
        for N in (900, 1000)
    },
    "noisy_gram_4_100": Case(
        "noisy Gram matrix without shots, 4 qubits, 100 points, noise of fake_manila",
        {
            "qml-workbench": Side(lambda: noise.our_noisy_gram(4, 100)),
            "Aer density matrix, one broadcast run": Side(
                lambda: noise.aer_noisy_gram(4, 100), floor=50, tolerance=1e-10
            ),
            "Aer sampler, 1,024 shots (20 points, by entries)": Side(
                lambda: noise.aer_noisy_gram_shots(4, 20),
                scale=100 * 99 / (20 * 19),
                tolerance=None,
            ),
        },
    ),
    "noisy_loss_4_100": Case(
        "one noisy VQC loss without shots, 4 qubits, 24 parameters, 100 samples",
        {
            "qml-workbench": Side(lambda: noise.our_noisy_loss(4, 100)),
            "qml-workbench, with its gradient": Side(
                lambda: noise.our_noisy_gradient(4, 100), tolerance=1e-10
            ),
            "Aer density matrix, one broadcast run": Side(
                lambda: noise.aer_noisy_loss(4, 100), tolerance=1e-10
            ),
        },
    ),
    "grid_8_500": Case(
        "a study: 500 points, 8 qubits, 5 folds x 3 repeats x 5 values of C, fits and predictions",
        {
            "qml-workbench": Side(lambda: kernels.our_search(8, 500, shared=True)),
            "that Gram matrix alone": Side(
                lambda: kernels.our_matrix_alone(8, 500), tolerance=None
            ),
            "scikit-learn's search on that matrix": Side(lambda: kernels.classical_search(8, 500)),
            "the same with a Gram matrix a fit": Side(
                lambda: kernels.our_search(8, 500, shared=False), tolerance=1e-2
            ),
            "QML QSVC, FidelityStatevectorKernel (100 points, 1 fit, by both)": Side(
                lambda: kernels.qml_fit(8, 100, statevectors=True),
                scale=25.0 * kernels.FITS,
                tolerance=None,
            ),
            "QML QSVC, FidelityQuantumKernel (20 points, 1 fit, by both)": Side(
                lambda: kernels.qml_fit(8, 20, statevectors=False),
                scale=625.0 * kernels.FITS,
                tolerance=None,
            ),
        },
    ),
    "mps_165_200": Case(
        "Gram matrix of 165 features on a chain, 200 points, matrix product states",
        {
            "qml-workbench": Side(lambda: kernels.our_mps_gram(165, 200)),
            "Aer, compute-uncompute, 1,024 shots (40 entries, by entries)": Side(
                lambda: kernels.aer_mps_entries(165, 40), scale=200 * 199 / 2 / 40, tolerance=None
            ),
        },
    ),
    "loss_5_750": Case(
        "one VQC loss, 5 qubits, 40 parameters, 750 samples",
        {
            "qml-workbench": Side(lambda: training.our_loss(5, 750)),
            "Aer EstimatorV2, one broadcast item": Side(lambda: training.aer_loss(5, 750, None)),
            "Aer SamplerV2, 1,024 shots": Side(
                lambda: training.aer_loss(5, 750, 1024), tolerance=None
            ),
            "PennyLane default.qubit + JAX, jitted": Side(lambda: training.jax_loss(5, 750)),
        },
    ),
    "gradient_5_750": Case(
        "VQC loss and gradient, 5 qubits, 40 parameters, 750 samples",
        {
            "qml-workbench": Side(lambda: training.our_gradient(5, 750)),
            "PennyLane default.qubit + JAX, jitted": Side(
                lambda: training.jax_gradient(5, 750), floor=40
            ),
            "PennyLane lightning adjoint (75 samples)": Side(
                lambda: training.lightning_gradient(5, 75), scale=10.0, tolerance=None
            ),
        },
    ),
    "gradient_10_750": Case(
        "VQC loss and gradient, 10 qubits, 80 parameters, 750 samples",
        {
            "qml-workbench": Side(lambda: training.our_gradient(10, 750)),
            "PennyLane default.qubit + JAX, jitted": Side(
                lambda: training.jax_gradient(10, 750), floor=15
            ),
        },
    ),
    "fit_5_800": Case(
        "a whole VQC fit, 100 COBYLA evaluations, 800 x 5",
        {
            "qml-workbench": Side(lambda: training.our_fit(5, 800, 100)),
            "QML VQC (10 samples, 45 evaluations, by both)": Side(
                lambda: training.qml_vqc(5, 10, 45), scale=80 * 100 / 45, floor=1000, tolerance=None
            ),
            "SciPy COBYLA on PennyLane + JAX, jitted": Side(lambda: training.jax_fit(5, 800, 100)),
        },
    ),
    "steps_5_800": Case(
        "a whole VQC fit, 100 exact-gradient steps, 800 x 5",
        {
            "qml-workbench": Side(lambda: training.our_steps(5, 800, 100)),
            "PennyLane + JAX, jitted": Side(lambda: training.jax_steps(5, 800, 100)),
        },
    ),
    "drop_in_5_200": Case(
        "QML SamplerQNN forward, 5 qubits, 200 samples, 1,024 shots: one line changed",
        {
            "qml-workbench": Side(lambda: training.sampler_network(5, 200, "ours")),
            "Qiskit StatevectorSampler": Side(
                lambda: training.sampler_network(5, 200, "Qiskit"), tolerance=None
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
        {"qml-workbench": Side(lambda: kernels.our_gram(14, 5000))},
        reduce=lambda K: K[::500],
    ),
}
