"""Local Z: every qubit votes with its own bit, and the votes are averaged."""

from __future__ import annotations

import numpy as np

from qml.decisions._contract import Decision
from qml.engine import outcome_bits
from qml.errors import SpecError

__all__ = ["local_z"]


def local_z(n_qubits: int, n_classes: int) -> Decision:
    r"""Average single-qubit votes, a local observable: :math:`\tfrac1n\sum_q Z_q` for two classes.

    For more, the qubits are dealt out among the classes, and each class has the share of the ones
    that fell on its qubits, :math:`p_c \propto \tfrac{1}{n_c}\sum_{q\in c} b_q`, with an equal
    share for all where no qubit is one. Its gradients do not vanish with the width as those of
    ``parity`` do.

    Parameters
    ----------
    n_qubits, n_classes : int
        Numbers of qubits and of classes.

    Raises
    ------
    SpecError
        If there are more than two classes, and fewer qubits than classes.

    References
    ----------
    Cerezo et al., Nat. Commun. 12, 1791 (2021), doi:10.1038/s41467-021-21728-w.

    Examples
    --------
    >>> local_z(2, 2).readout[:, 1]
    array([0. , 0.5, 0.5, 1. ])
    """
    bits = outcome_bits(n_qubits)
    if n_classes == 2:
        second = bits.mean(axis=1)
        return Decision(np.stack([1 - second, second], axis=1))
    if n_qubits < n_classes:
        raise SpecError(
            f"'local_z' gives each of {n_classes} classes a qubit of its own, there are {n_qubits}"
        )
    shares = np.stack([bits[:, c::n_classes].mean(axis=1) for c in range(n_classes)], axis=1)
    shares[0] = 1.0
    return Decision(shares / shares.sum(axis=1, keepdims=True))
