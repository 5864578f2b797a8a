"""Cost of matrix product kernels against features, points and bonds; written to ``mps.md``.

Run as ``python -m benchmarks.mps``; with ``--full`` the published mark of 165 features and 6,400
points is computed whole as well (ten minutes), beside its extrapolation. What is extrapolated is
marked so: times grow linearly in the points for the states, and in the pairs for the Gram matrix.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np

from experiments.running.environment import usable_cores
from qml.circuits import resolve_feature_map
from qml.engine import encode_mps, warm_up

HERE = Path(__file__).parent
FEATURES = (20, 50, 100, 165, 300, 784)
LAYERS = (1, 2, 3, 4)  # bonds of 2, 4, 8 and 16 on a chain
PUBLISHED = (
    ("165 features x 6,400 points (arXiv:2411.09336)", 165, 6400, 2),
    ("784 features x 1,000 points (qubits of arXiv:2405.02630)", 784, 1000, 2),
)


def measure(n_features: int, n_points: int, reps: int) -> tuple[int, float, float]:
    """Return the bond dimension, seconds a state and seconds a pair."""
    feature_map = resolve_feature_map(
        {"name": "zz", "entanglement": "linear", "reps": reps}, n_features
    )
    X = np.random.default_rng(0).uniform(0, 0.3, (n_points, n_features))
    start = time.perf_counter()
    states = encode_mps(feature_map, X)
    encoded = time.perf_counter()
    states.gram()
    contracted = time.perf_counter()
    pairs = n_points * (n_points + 1) / 2
    return states.bond_dimension, (encoded - start) / n_points, (contracted - encoded) / pairs


def main() -> None:
    """Measure and write."""
    warm_up()
    lines = [
        "# Cost of matrix product kernels",
        "",
        f"Made by `python -m benchmarks.mps` on {usable_cores()} cores: the ZZ map on a chain of "
        "neighbours, exact (no bond truncated).",
        "",
        "| features | layers | bond dimension | a state | a pair |",
        "|---:|---:|---:|---:|---:|",
    ]
    cost = {}
    for n, reps in [*((n, 2) for n in FEATURES), *((100, reps) for reps in LAYERS if reps != 2)]:
        n_points = 192 if reps <= 2 else 96
        bond, state_s, pair_s = measure(n, n_points, reps)
        cost[n, reps] = (state_s, pair_s)
        lines.append(f"| {n} | {reps} | {bond} | {state_s * 1e3:.3g} ms | {pair_s * 1e6:.3g} µs |")
        print(lines[-1], flush=True)
    lines += [
        "",
        "Beside the published marks, on this machine, *extrapolated* from the rows above (states "
        "linearly in the points, the matrix in their pairs):",
        "",
        "| mark | states | Gram matrix |",
        "|---|---:|---:|",
    ]
    for title, n, n_points, reps in PUBLISHED:
        state_s, pair_s = cost[n, reps]
        matrix_s = pair_s * n_points * (n_points + 1) / 2
        lines.append(f"| {title} | {state_s * n_points:.0f} s | {matrix_s:.0f} s |")
        print(lines[-1], flush=True)
    if "--full" in sys.argv:
        title, n, n_points, reps = PUBLISHED[0]
        bond, state_s, pair_s = measure(n, n_points, reps)
        matrix_s = pair_s * n_points * (n_points + 1) / 2
        lines += [
            "",
            f"Measured in full, {title}, on random features: bonds of {bond}, states "
            f"{state_s * n_points:.0f} s, Gram matrix {matrix_s:.0f} s.",
        ]
        print(lines[-1], flush=True)
    (HERE / "mps.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
