"""Model health as tables and as a figure."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from experiments.health.kernel_report import number_in_words
from experiments.reporting.writer import as_text, picture
from qml.diagnostics.gradient_variance import decay_per_qubit
from qml.diagnostics.model_health import ModelHealth

__all__ = ["drawn", "findings", "render", "summary_rows"]

_SUMMARY = {
    "points": "points",
    "features": "features",
    "qubits": "qubits",
    "weights": "weights",
    "dead_weights": "- that move nothing",
    "gradient_variance": "variance of the last output's slope",
    "expressibility": "expressibility (0: as random states) [nats]",
    "entangling_capability": "entangling capability (Meyer-Wallach)",
    "effective_dimension": "effective dimension, at 10,000 samples",
    "loss_random": "loss at random weights, median",
    "loss_trained": "loss after training",
}


def render(health: ModelHealth) -> str:
    """Return the tables as text, and a sentence for each thing that a referee would ask."""

    def table(rows: list[dict[str, Any]]) -> str:
        cells = [[number_in_words(value) for value in row.values()] for row in rows]
        headers = [key.replace("_", " ") for key in rows[0]]
        return as_text(cells, headers)

    parts = [as_text(summary_rows(health))]
    if health.widths:
        parts += ["Gradient variance of the ansatz by qubits", table(health.widths)]
    if health.depths:
        parts += ["... and by layers", table(health.depths)]
    spectrum = [
        {"frequency": k, "mean_size": mean, "spread": spread}
        for k, (mean, spread) in enumerate(
            zip(health.fourier.mean, health.fourier.spread, strict=True)
        )
        if k <= health.fourier.degree
    ]
    parts += ["Fourier spectrum of the first feature, random weights", table(spectrum)]
    return "\n\n".join([*parts, "\n".join(findings(health))]) + "\n"


def summary_rows(health: ModelHealth) -> list[list[str]]:
    """Return the numbers of the summary beside their words."""
    return [[title, number_in_words(health.summary[key])] for key, title in _SUMMARY.items()]


def findings(health: ModelHealth) -> list[str]:
    """Return what stands out, a sentence each."""
    s, said = health.summary, []
    if len(health.widths) > 1:
        global_, local = (
            decay_per_qubit(health.widths, f"{kind}_variance") for kind in ("global", "local")
        )
        said.append(
            f"With each qubit the gradient's variance is multiplied by {2**global_:.2f} for the "
            f"parity of all, by {2**local:.2f} for the mean of single qubits."
        )
    if s["dead_weights"]:
        said.append(
            f"{s['dead_weights']} of {s['weights']} weights move no output: they commute with all "
            "that is measured after them."
        )
    if health.fourier.aliased:
        said.append(
            f"The feature reaches frequency {health.fourier.degree} or more, or is no angle: the "
            "spectrum's upper end is not reliable."
        )
    else:
        said.append(f"As a function of the first feature: degree {health.fourier.degree}.")
    if s["entangling_capability"] < 1e-9:
        said.append("It never entangles: any laptop follows it to any width.")
    return said


def drawn(health: ModelHealth, title: str, dpi: int = 130) -> bytes:
    """Return gradient variances, spectrum and landscape as a PNG picture; what there is of them.

    Parameters
    ----------
    health : ModelHealth
        Findings on one model.
    title : str
        Words above the picture.
    dpi : int, default=130
        Dots of the picture to an inch.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    panels: list[Callable[[Any], None]] = [
        lambda axis: _spectrum(axis, health),
        lambda axis: _landscape(axis, health),
    ]
    for rows, by in ((health.depths, "reps"), (health.widths, "qubits")):
        if rows:  # an ansatz of its own
            panels.insert(0, partial(_variances, rows=rows, by=by))
    height = 4.0 * math.ceil(len(panels) / 2)
    figure = plt.figure(figsize=(10, height), layout="constrained")
    figure.suptitle(title)
    for place, panel in enumerate(panels, 1):
        panel(figure.add_subplot(math.ceil(len(panels) / 2), 2, place))
    content = picture(figure, dpi=dpi)
    plt.close(figure)
    return content


def _spectrum(axis: Any, health: ModelHealth) -> None:
    frequencies = np.arange(len(health.fourier.mean))
    axis.bar(frequencies, health.fourier.mean, yerr=health.fourier.spread, color="C0")
    axis.set(
        xlabel="frequency of the first feature",
        ylabel="size of the coefficient",
        title="Fourier spectrum, random weights",
    )
    axis.set_ylim(bottom=0)


def _landscape(axis: Any, health: ModelHealth) -> None:
    slice_ = health.landscape
    image = axis.contourf(slice_.steps, slice_.steps, slice_.losses.T, levels=20)
    axis.plot(0, 0, "w+", ms=12)
    axis.set(
        xlabel="first direction [rad]",
        ylabel="second direction [rad]",
        title="Loss around the trained weights",
        aspect="equal",
    )
    axis.figure.colorbar(image, ax=axis)


def _variances(axis: Any, rows: list[dict[str, float]], by: str) -> None:
    name = "layers" if by == "reps" else by
    axis.set(xlabel=name, title=f"Gradient variance by {name}")
    x = [row[by] for row in rows]
    for key, label, mark in (
        ("global_variance", "parity of all", "o-"),
        ("local_variance", "mean of single qubits", "s-"),
    ):
        axis.semilogy(x, [row[key] for row in rows], mark, label=label)
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.legend()
