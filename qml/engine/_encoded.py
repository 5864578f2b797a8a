"""The angles that data turn: what a circuit's rotations are, without its states."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from qml.circuits import ModelCircuit
from qml.engine._lowering import lower
from qml.engine._program import Program, Step

__all__ = ["EncodedAngles"]


class EncodedAngles:
    """The rotations of a circuit whose angles depend on the data; weights are at 0.

    Parameters
    ----------
    model : ModelCircuit
        Circuit with its inputs and its weights.

    Attributes
    ----------
    times : list of int
        Number of rotations that share each angle, wherever in the circuit they are.

    Examples
    --------
    >>> from qml.circuits import resolve_trainable_map
    >>> angles = EncodedAngles(resolve_trainable_map({"name": "zz", "reps": 2}, 2))
    >>> angles(np.array([[0.5, 1.0]])).shape, angles.times
    ((1, 3), [2, 2, 2])
    """

    def __init__(self, model: ModelCircuit) -> None:
        self._model, self._program = model, lower(model.circuit)
        counted = Counter((step.column, abs(step.scale)) for step in self._of_data())
        self._columns, self.times = list(counted), list(counted.values())

    def _of_data(self) -> list[Step]:
        """Return the steps that turn by the data."""
        program: Program = self._program
        places = {parameter: i for i, parameter in enumerate(self._model.circuit.parameters)}
        inputs = {places[parameter] for parameter in self._model.inputs}
        return [step for step in program.steps if step.scale and program.depends_on(step) & inputs]

    def __call__(self, X: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the angles at these points, shape (n_samples, n_angles); equal ones come once."""
        values = np.hstack([X, np.zeros((len(X), len(self._model.weights)))])
        columns = self._program.table.evaluate(values[:, self._model.columns])
        turned = [scale * columns[:, column] for column, scale in self._columns]
        return np.stack(turned, axis=1) if turned else np.empty((len(X), 0))
