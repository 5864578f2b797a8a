"""Model health: what a variational model can express, and whether it can be trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit
from sklearn.base import clone, is_classifier

from qml.backends import BoundCircuit, resolve_backend
from qml.circuits import resolve_ansatz
from qml.diagnostics.effective_dimension import effective_dimension, fisher_information
from qml.diagnostics.entangling_capability import entangling_capability
from qml.diagnostics.expressibility import expressibility
from qml.diagnostics.fourier_spectrum import FourierSpectrum, fourier_spectrum
from qml.diagnostics.gradient_variance import variance_over_widths
from qml.diagnostics.loss_landscape import Landscape, loss_landscape
from qml.errors import SpecError
from qml.variational import Architecture, VariationalEstimator

__all__ = ["ModelHealth", "model_health"]

Values = NDArray[np.float64]

_DRAWS = 30  # of weights, where each costs a pass over the samples
_DEPTHS = (1, 2, 4, 8, 16)
_AS_IF_SAMPLES = 10_000  # with few samples the formula gives more dimensions than weights


@dataclass(frozen=True)
class ModelHealth:
    """What was found.

    Parameters
    ----------
    summary : dict
        Numbers of the whole model, by name.
    widths, depths : list of dict
        Gradient variance of the ansatz by qubits and by layers, for a global and a local
        observable; empty for models without an ansatz of their own choice.
    fourier : FourierSpectrum
        Spectrum of the first feature, over random weights, the other features at 0.
    landscape : Landscape
        Training loss around the trained weights.
    """

    summary: dict[str, Any]
    widths: list[dict[str, float]]
    depths: list[dict[str, float]]
    fourier: FourierSpectrum
    landscape: Landscape


def model_health(
    model: VariationalEstimator,
    X: ArrayLike,
    y: ArrayLike,
    qubits: Sequence[int] = (2, 4, 6, 8),
    n_steps: int = 25,
    random_state: int = 0,
) -> ModelHealth:
    """Examine a variational model on data; everything on ideal qubits.

    Parameters
    ----------
    model : VariationalEstimator
        Unfitted model; a copy is fitted, for the landscape and the losses.
    X : array-like of shape (n_samples, n_features)
        Features, as the model takes them.
    y : array-like of shape (n_samples,)
        Labels or targets.
    qubits : sequence of int, default=(2, 4, 6, 8)
        Widths of the ansatz.
    n_steps : int, default=25
        Number of points a side of the landscape.
    random_state : int, default=0
        Seed of all draws.

    Raises
    ------
    SpecError
        If the model is not trained by the circuit's weights alone.
    """
    if not isinstance(model, VariationalEstimator):
        raise SpecError(f"{type(model).__name__} has no circuit that is trained")
    fitted = clone(model).set_params(backend="exact", random_state=random_state, training=None)
    fitted.fit(X, y)
    points = np.asarray(X, dtype=np.float64)
    architecture: Architecture = fitted._built
    rng = np.random.default_rng(random_state)
    inputs = fitted._inputs(points)
    circuit = _at_one_point(architecture, inputs[0])
    draws = [_random_weights(architecture, rng) for _ in range(_DRAWS)]
    bound = resolve_backend("exact").bind(architecture.model, inputs)
    jacobians = [_jacobian(architecture, bound, weights) for weights in draws]
    slopes = np.array([J[:, -1].mean(axis=0) for _, J in jacobians])
    loss = _training_loss(fitted, inputs, y)
    summary: dict[str, Any] = {
        "points": len(points),
        "features": points.shape[1],
        "qubits": architecture.model.circuit.num_qubits,
        "weights": architecture.n_weights,
        "dead_weights": int((np.abs(slopes).max(axis=0) < 1e-12).sum()),
        "gradient_variance": float(slopes.var(axis=0).mean()),
        "expressibility": expressibility(circuit, random_state=random_state),
        "entangling_capability": entangling_capability(circuit, random_state=random_state),
        "loss_random": float(np.median([loss(weights) for weights in draws])),
        "loss_trained": float(fitted.result_.fun),
    }
    summary["effective_dimension"] = float("nan")
    if is_classifier(model):
        fishers = [fisher_information(p, J) for p, J in jacobians]
        summary["effective_dimension"] = effective_dimension(fishers, _AS_IF_SAMPLES)
    ansatz = model.get_params(deep=False).get("ansatz")
    return ModelHealth(
        summary=summary,
        widths=[]
        if ansatz is None or isinstance(ansatz, QuantumCircuit)
        else (variance_over_widths(ansatz, qubits, random_state=random_state)),
        depths=_depths(ansatz, architecture.model.circuit.num_qubits, random_state),
        fourier=_fourier(fitted, architecture, points.shape[1], draws),
        landscape=loss_landscape(
            loss,
            fitted.weights_,
            n_steps=n_steps,
            random_state=random_state,
        ),
    )


def _training_loss(fitted: VariationalEstimator, inputs: Values, y: ArrayLike) -> Any:
    """Return the training loss as a function of the weights."""
    labels = np.asarray(y)
    if is_classifier(fitted):
        labels = np.searchsorted(fitted.classes_, labels)
    architecture, loss = fitted._built, fitted._loss_of(labels)
    bound = resolve_backend("exact").bind(architecture.model, inputs)

    def value(weights: Values) -> float:
        angles, own = architecture.split(weights)
        outputs = bound.probabilities(angles) @ architecture.readout
        return float(loss(architecture.head(outputs, own)[0])[0])

    return value


def _random_weights(architecture: Architecture, rng: np.random.Generator) -> Values:
    angles = rng.uniform(0, 2 * np.pi, architecture.n_circuit_weights)
    return np.concatenate([angles, architecture.head.start(rng)])


def _at_one_point(architecture: Architecture, row: Values) -> QuantumCircuit:
    """Return the circuit with the features of one point filled in."""
    values = dict(zip(architecture.model.inputs, row.tolist(), strict=True))
    filled: QuantumCircuit = architecture.model.circuit.assign_parameters(values)
    return filled


def _jacobian(
    architecture: Architecture, bound: BoundCircuit, weights: Values
) -> tuple[Values, Values]:
    """Return predictions and their slopes by the weights, (n, k) and (n, k, n_weights)."""
    angles, own = architecture.split(weights)
    n_samples = len(bound.X)
    parts, predicted = [], []
    for sample in range(n_samples):
        one = bound.selecting(np.array([sample]))
        rows = []
        predictions, _ = architecture.head(one.probabilities(angles) @ architecture.readout, own)
        for column in range(predictions.shape[1]):
            unit = np.zeros_like(predictions)
            unit[0, column] = 1.0
            rows.append(_slopes(architecture, one, angles, own, unit))
        parts.append(rows)
        predicted.append(predictions[0])
    return np.array(predicted), np.array(parts)


def _slopes(
    architecture: Architecture, one: BoundCircuit, angles: Values, own: Values, unit: Values
) -> Values:
    by_own: list[Values] = []

    def of_outputs(outputs: Values) -> tuple[float, Values]:
        predictions, pull = architecture.head(outputs, own)
        by_outputs, by_head = pull(unit)
        by_own[:] = [by_head]
        return float((predictions * unit).sum()), by_outputs

    _, by_angles = one.value_and_gradient(angles, architecture.readout, of_outputs)
    return np.concatenate([by_angles, by_own[0]])


def _depths(ansatz: Any, width: int, random_state: int) -> list[dict[str, float]]:
    """Return the gradient variance by layers, for an ansatz by name that has ``reps``."""
    spec = {"name": ansatz} if isinstance(ansatz, str) else ansatz
    if not isinstance(spec, Mapping):
        return []
    rows: list[dict[str, float]] = []
    for reps in _DEPTHS:
        try:
            resolve_ansatz({**spec, "reps": reps}, width)
        except SpecError:  # it has no such parameter
            return []
        [row] = variance_over_widths({**spec, "reps": reps}, (width,), random_state=random_state)
        rows.append({"reps": reps, **row})
    return rows


def _fourier(
    fitted: VariationalEstimator, architecture: Architecture, n_features: int, draws: list[Values]
) -> FourierSpectrum:
    """Return the spectrum of the last prediction's score, before a head's own softmax."""

    def functions(points: Values) -> Values:
        rows = np.zeros((len(points), n_features))
        rows[:, 0] = points
        inputs = fitted._inputs(rows)
        bound = resolve_backend("exact").bind(architecture.model, inputs)
        return np.array(
            [
                (bound.probabilities(architecture.split(w)[0]) @ architecture.readout)[:, -1]
                for w in draws
            ]
        )

    return fourier_spectrum(functions, n_frequencies=12)
