"""Kernel health as tables and as a figure."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from experiments.reporting.writer import as_text, picture
from qml.diagnostics.kernel_health import KernelHealth

__all__ = ["drawn", "findings", "number_in_words", "render", "summary_rows"]

_SUMMARY = {
    "points": "points",
    "features": "features",
    "qubits": "qubits",
    "mean": "off-diagonal mean",
    "haar_mean": "- of random states",
    "variance": "off-diagonal variance",
    "haar_variance": "- of random states",
    "shots_to_resolve": "shots to resolve an entry",
    "effective_rank": "effective rank",
    "largest_share": "share of the largest eigenvalue",
    "alignment": "alignment with the labels",
    "centred_alignment": "centred alignment",
    "accuracy": "accuracy, 5-fold, C tuned",
    "rbf_accuracy": "- of the best RBF kernel",
    "rbf_similarity": "similarity to that RBF kernel (CKA)",
    "geometric_difference": "geometric difference from it, one-sided",
    "s_quantum": "model complexity s_Q",
    "s_rbf": "- of the RBF kernel, s_C",
}
_QUBITS = (
    "features",
    "qubits",
    "mean",
    "haar_mean",
    "variance",
    "haar_variance",
    "shots_to_resolve",
)
_BANDWIDTHS = (
    "bandwidth",
    "mean",
    "variance",
    "shots_to_resolve",
    "effective_rank",
    "centred_alignment",
    "rbf_similarity",
    "geometric_difference",
    "accuracy",
)
_MANY_SHOTS = 100  # below it a kernel of few qubits is no trouble, however random it looks
_REPAIRS = ("repair", "lowest_eigenvalue", "negative_weight", "moved", "distance_to_exact")


def render(health: KernelHealth, shots: int | None) -> str:
    """Return the tables as text, and a sentence for each thing that is wrong.

    Parameters
    ----------
    health : KernelHealth
        Findings on one kernel.
    shots : int or None
        Shots an entry of the matrix that is repaired; None if the backend has its own.
    """

    def table(rows: list[dict[str, Any]], columns: tuple[str, ...]) -> str:
        cells = [[number_in_words(row[column]) for column in columns] for row in rows]
        headers = [column.replace("_", " ") for column in columns]
        return as_text(cells, headers)

    parts = [as_text(summary_rows(health))]
    if health.qubits:
        parts += ["Against the number of features", table(health.qubits, _QUBITS)]
    parts += ["Against the bandwidth", table(health.bandwidths, _BANDWIDTHS)]
    measured = "Measured" if shots is None else f"At {shots:,} shots an entry"
    parts += [f"{measured}, and repaired", table(health.repairs, _REPAIRS)]
    return "\n\n".join([*parts, "\n".join(findings(health))]) + "\n"


def summary_rows(health: KernelHealth) -> list[list[str]]:
    """Return the numbers of the summary beside their words."""
    return [[title, number_in_words(health.summary[key])] for key, title in _SUMMARY.items()]


def findings(health: KernelHealth) -> list[str]:
    """Return what a referee would say, a sentence each."""
    s, sweep = SimpleNamespace(**health.summary), pd.DataFrame(health.bandwidths)
    best = sweep.iloc[int(sweep.accuracy.argmax())]
    said = []
    if s.variance < 2 * s.haar_variance and s.shots_to_resolve > _MANY_SHOTS:
        said.append(
            "Concentrated: the entries spread no more than those of random states; telling them "
            f"apart takes about {number_in_words(s.shots_to_resolve)} shots each."
        )
    if s.effective_rank > 0.9 * s.points:
        said.append("Every point is a stranger to every other: the kernel is nearly the identity.")
    if s.effective_rank < 1.5:
        said.append("All points look alike: the kernel is nearly constant.")
    if s.rbf_similarity > 0.95:
        said.append("It is an RBF kernel in all but name (CKA above 0.95).")
    if s.s_rbf <= s.s_quantum:
        said.append("The labels are no easier for it than for the best RBF kernel (s_C <= s_Q).")
    if s.accuracy < s.rbf_accuracy:
        said.append(f"The best RBF kernel is ahead, {s.rbf_accuracy:.3f} to {s.accuracy:.3f}.")
    if best.accuracy > s.accuracy:
        said.append(f"Bandwidth {best.bandwidth:g} does better: {best.accuracy:.3f}.")
    return said or ["Nothing speaks against it here."]


def drawn(health: KernelHealth, title: str, dpi: int = 150) -> bytes:
    """Return concentration, spectrum, bandwidth sweep and repairs as a PNG picture.

    Parameters
    ----------
    health : KernelHealth
        Findings on one kernel.
    title : str
        Words above the picture.
    dpi : int, default=150
        Dots of the picture to an inch.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
    figure.suptitle(title)
    _draw_concentration(axes[0, 0], health)
    eigenvalues = health.eigenvalues[health.eigenvalues > 1e-14 * health.eigenvalues[0]]
    axes[0, 1].semilogy(np.arange(1, len(eigenvalues) + 1), eigenvalues, ".-", color="C0")
    rank = SimpleNamespace(**health.summary).effective_rank
    axes[0, 1].axvline(rank, color="C1", ls="--", label=f"effective rank {rank:.3g}")
    axes[0, 1].set(xlabel="eigenvalue number", ylabel="eigenvalue", title="Spectrum")
    axes[0, 1].legend()
    _draw_sweep(axes[1, 0], health)
    repairs = pd.DataFrame(health.repairs)
    axes[1, 1].bar(repairs.repair, repairs.distance_to_exact, color="C0")
    axes[1, 1].set(ylabel="Frobenius distance to the exact matrix", title="Measured and repaired")
    content = picture(figure, dpi=dpi)
    plt.close(figure)
    return content


def _draw_concentration(axis: Any, health: KernelHealth) -> None:
    rows = pd.DataFrame(health.qubits or [health.summary])
    for key, random, mark, color in (
        ("mean", "haar_mean", "o-", "C0"),
        ("variance", "haar_variance", "s-", "C1"),
    ):
        axis.semilogy(rows.qubits, rows[key], mark, color=color, label=key)
        beside = f"{key}, random states"
        axis.semilogy(rows.qubits, rows[random], "--", color=color, label=beside)
    axis.set(xlabel="qubits", ylabel="off-diagonal entries", title="Concentration")
    axis.xaxis.get_major_locator().set_params(integer=True)
    axis.legend(fontsize="small")


def _draw_sweep(axis: Any, health: KernelHealth) -> None:
    sweep = pd.DataFrame(health.bandwidths)
    for key, label, color in (
        ("accuracy", "accuracy", "C0"),
        ("rbf_similarity", "similarity to RBF", "C1"),
        ("centred_alignment", "centred alignment", "C2"),
    ):
        axis.semilogx(sweep.bandwidth, sweep[key], "o-", label=label, color=color)
    best = SimpleNamespace(**health.summary).rbf_accuracy
    axis.axhline(best, color="C0", ls="--", label="accuracy of best RBF")
    axis.set(xlabel="bandwidth", title="Bandwidth", ylim=(None, 1.03))
    axis.legend(fontsize="small")


def number_in_words(value: Any) -> str:
    """Return a number as a table shows it: three digits, thousands in groups."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, np.integer)):
        return f"{value:,}"
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "infinite"
    if abs(value) < 1e-12:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
