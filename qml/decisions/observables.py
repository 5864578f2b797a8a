"""Class-wise observables: one Pauli product a class, through a softmax."""

from __future__ import annotations

import numpy as np
from pydantic import PositiveFloat

from qml.decisions._contract import Decision
from qml.engine import outcomes
from qml.errors import SpecError

__all__ = ["observables"]


def observables(
    n_qubits: int, n_classes: int, paulis: str = "", scale: PositiveFloat = 6.0
) -> Decision:
    r"""Give every class the expectation value of its own Pauli product.

    .. math:: p_c = \mathrm{softmax}_c\big(s\,\langle O_c\rangle\big)

    Parameters
    ----------
    n_qubits, n_classes : int
        Numbers of qubits and of classes.
    paulis : str, default=""
        Products of Pauli matrices, one a class, separated by commas, the last qubit first as in
        Qiskit: ``"IIZ,IZI,ZII"``. They must agree on every qubit where both act, so that one
        measurement serves all. Empty is Z on one qubit after the other.
    scale : float, default=6.0
        Factor :math:`s` on the values: at 6 the softmax of two opposite values reaches 0.99999.

    Raises
    ------
    SpecError
        If a product has another length, another letter, is the identity, or another basis than
        one before it; or if there are not as many as classes.

    Examples
    --------
    >>> observables(2, 2, "IX,XI").basis
    'XX'
    """
    if not paulis:
        if n_qubits < n_classes:
            raise SpecError(f"{n_classes} classes need as many qubits, or products", "paulis")
        products = ["I" * (n_qubits - c - 1) + "Z" + "I" * c for c in range(n_classes)]
    else:
        products = [product.strip().upper() for product in paulis.split(",")]
    if len(products) != n_classes:
        raise SpecError(f"{len(products)} products, the data has {n_classes} classes", "paulis")
    basis = ["Z"] * n_qubits
    fixed = [False] * n_qubits
    signs = []
    for product in products:
        if len(product) != n_qubits or set(product) - set("IXYZ") or not product.strip("I"):
            raise SpecError(
                f"{product!r} is no product of I, X, Y, Z on {n_qubits} qubits", "paulis"
            )
        for place, letter in enumerate(product):
            if letter != "I" and fixed[place] and basis[place] != letter:
                raise SpecError(
                    f"{product!r} needs {letter} where another product needs {basis[place]}",
                    "paulis",
                )
            if letter != "I":
                basis[place], fixed[place] = letter, True
        mask = sum(1 << q for q, letter in enumerate(reversed(product)) if letter != "I")
        signs.append(1.0 - 2.0 * (np.bitwise_count(outcomes(n_qubits) & mask) & 1))
    return Decision(np.stack(signs, axis=1), scale, "".join(basis))
