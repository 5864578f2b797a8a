"""Which pairs of qubits interact: the usual patterns, or the pairs themselves."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import Literal, TypeAlias

from qml.errors import SpecError

__all__ = ["Entanglement", "entangled_pairs"]

Edge: TypeAlias = tuple[int, int] | list[int]
Entanglement: TypeAlias = (
    Literal["full", "linear", "reverse_linear", "circular", "pairwise"] | list[Edge]
)


def entangled_pairs(entanglement: Entanglement, n_qubits: int) -> list[tuple[int, int]]:
    """Return the pairs of a pattern, in the order in which their gates are applied.

    Parameters
    ----------
    entanglement : str or list of pairs
        Pattern of the pairs, ``"full"``: every pair; ``"linear"``: neighbours on a line;
        ``"reverse_linear"``: the same from the far end; ``"circular"``: last with first, then the
        line; ``"pairwise"``: even neighbours, then odd ones; or the pairs, such as the edges of a
        graph.
    n_qubits : int
        Width of the circuit.

    Raises
    ------
    SpecError
        If a pair is no pair of two of the qubits.

    Examples
    --------
    >>> entangled_pairs("pairwise", 4)
    [(0, 1), (2, 3), (1, 2)]
    """
    line = list(pairwise(range(n_qubits)))
    patterns = {
        "full": list(combinations(range(n_qubits), 2)),
        "linear": line,
        "reverse_linear": line[::-1],
        "circular": [(n_qubits - 1, 0), *line] if n_qubits > 2 else line,
        "pairwise": line[::2] + line[1::2],
    }
    if isinstance(entanglement, str):
        return patterns[entanglement]
    pairs = []
    for edge in entanglement:
        qubits = set(edge)
        if len(edge) != 2 or len(qubits) != 2 or not qubits <= set(range(n_qubits)):
            raise SpecError(f"{list(edge)} is no pair of {n_qubits} qubits", "entanglement")
        pairs.append((edge[0], edge[1]))
    return pairs
