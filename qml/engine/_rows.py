"""Values of parameters as a table of finite numbers, or one line that says what is wrong."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from qiskit.circuit import QuantumCircuit

from qml.circuits import check_circuit
from qml.errors import SpecError
from qml.texts import shown

__all__ = ["as_rows", "rows_of"]


def as_rows(values: ArrayLike, n_parameters: int, what: str = "values") -> NDArray[np.float64]:
    """Return values as (batch, n_parameters); a single row may come without its brackets.

    Parameters
    ----------
    values : array-like of shape (batch, n_parameters)
        Real, finite numbers.
    n_parameters : int
        Number of parameters that a row has values for.
    what : str, default="values"
        Word for the values in an error.

    Raises
    ------
    SpecError
        If they are no such table; the first value that is not finite is named.
    """
    try:
        is_complex = np.iscomplexobj(values)
        given = np.asarray(values, dtype=None if is_complex else np.float64)
    except (TypeError, ValueError):
        raise SpecError(f"{what}: expected a table of real numbers, got {shown(values)}") from None
    if is_complex:
        raise SpecError(f"{what}: expected real numbers, got complex ones")
    rows = np.atleast_2d(given)
    if rows.ndim != 2 or rows.shape[1] != n_parameters:
        raise SpecError(f"{what}: shape {given.shape}, expected (batch, {n_parameters})")
    if not np.isfinite(rows).all():
        row, column = np.argwhere(~np.isfinite(rows))[0]
        found = rows[row, column]
        raise SpecError(f"{what}: row {row}, column {column} is {found}, expected finite numbers")
    return rows


def rows_of(
    circuit: QuantumCircuit, values: ArrayLike, what: str = "values"
) -> NDArray[np.float64]:
    """Return values for the parameters of a circuit, which may be none; see `as_rows`.

    Raises
    ------
    SpecError
        If it is no circuit, or the values are no such table.
    """
    check_circuit(circuit)
    return as_rows(values, circuit.num_parameters, what)
