"""Scaling of the engine: time and memory against samples, qubits and parameters, as one picture.

``python -m benchmarks.scaling`` writes ``docs/scaling.png`` and ``benchmarks/scaling.json``.
"""

from __future__ import annotations

import json
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import circuits as c
from qml.engine import EncodedModel, gram, statevectors, warm_up

HERE = Path(__file__).parent
SERIES = ("states", "Gram matrix", "loss", "loss and gradient")


def timed(work: Callable[[], object]) -> float:
    """Return the best of three calls, in seconds."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def memory(work: Callable[[], object]) -> int:
    """Return the peak of what NumPy allocates during a call, in bytes."""
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def works(n_qubits: int, n_samples: int, reps: int) -> dict[str, Callable[[], object]]:
    """Return the four works at one size."""
    model, X = c.model(n_qubits, reps), c.points(n_samples, n_qubits)
    weights = c.weights(n_qubits, reps)
    projector, loss = c.parity_projector(n_qubits), c.cross_entropy(c.labels(n_samples))
    feature_map = c.zz_feature_map(n_qubits)
    encoded = EncodedModel(model.circuit, model.inputs, model.weights, X, projector)
    return {
        "states": lambda: statevectors(feature_map, X),
        "Gram matrix": lambda: gram(feature_map, X),
        "loss": lambda: loss(encoded.outputs(weights))[0],
        "loss and gradient": lambda: encoded.value_and_gradient(weights, loss),
    }


def sweep(axis: str, sizes: list[int], fixed: dict[str, int]) -> list[dict[str, Any]]:
    """Measure all works along one axis."""
    rows = []
    for size in sizes:
        arguments = {**fixed, axis: size}
        row: dict[str, Any] = {"axis": axis, **arguments}
        for name, work in works(**arguments).items():
            work()
            row[name] = {"time_s": timed(work), "memory_bytes": memory(work)}
        rows.append(row)
        print(row, flush=True)
    return rows


def plot(sweeps: dict[str, list[dict[str, Any]]], file: Path) -> None:
    """Draw time above memory, a column an axis."""
    from matplotlib.figure import Figure

    titles = {
        "n_samples": "samples (8 qubits, 64 parameters)",
        "n_qubits": "qubits (200 samples, 3 repetitions)",
        "reps": "parameters (8 qubits, 500 samples)",
    }
    colours = dict(zip(SERIES, ("tab:blue", "tab:orange", "tab:green", "tab:red"), strict=True))
    figure = Figure(figsize=(11, 6), layout="constrained")
    axes = figure.subplots(2, 3, sharey="row")
    for column, (axis, rows) in enumerate(sweeps.items()):
        x = [16 * (row["reps"] + 1) if axis == "reps" else row[axis] for row in rows]
        for name, marker in zip(SERIES, "osv^", strict=True):
            if axis == "reps" and name in ("states", "Gram matrix"):
                continue  # they have no trained parameters
            style = {"marker": marker, "markersize": 4, "color": colours[name], "label": name}
            axes[0, column].plot(x, [row[name]["time_s"] for row in rows], **style)
            axes[1, column].plot(x, [row[name]["memory_bytes"] / 2**20 for row in rows], **style)
        for panel in axes[:, column]:
            panel.set_yscale("log")
            panel.grid(alpha=0.3)
            if axis != "n_qubits":
                panel.set_xscale("log")
            panel.set_xticks(x, labels=[f"{size:,}" for size in x])
            panel.minorticks_off()
        axes[1, column].set_xlabel(titles[axis])
    axes[0, 0].set_ylabel("time [s]")
    axes[1, 0].set_ylabel("peak memory [MiB]")
    axes[0, 0].legend(fontsize=8)
    figure.savefig(file, dpi=110)


def main() -> None:
    """Measure, write the numbers, draw."""
    warm_up()
    sweeps = {
        "n_samples": sweep("n_samples", [10, 30, 100, 300, 1000, 3000], {"n_qubits": 8, "reps": 3}),
        "n_qubits": sweep("n_qubits", [2, 4, 6, 8, 10, 12, 14], {"n_samples": 200, "reps": 3}),
        "reps": sweep("reps", [1, 3, 7, 15, 31], {"n_qubits": 8, "n_samples": 500}),
    }
    (HERE / "scaling.json").write_text(json.dumps(sweeps, indent=1) + "\n", encoding="utf-8")
    plot(sweeps, HERE.parent / "docs" / "scaling.png")


if __name__ == "__main__":
    main()
