"""How large a circuit will be, foreseen from small ones of its kind: nothing large is made.

A plug-in says nothing of its size: it is called with few features and few layers, and its qubits
and gates are read off and continued. So a map that somebody adds is judged like those that are
here. What is small enough to be made at once is made, and is foreseen exactly.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from qiskit.circuit import QuantumCircuit

from qml.errors import SpecError
from qml.registry import Room

__all__ = ["CircuitSize", "check_gates", "foreseen_size"]

_SIZES = (3, 5, 9)  # features or qubits of the circuits that are made to see how they grow
_COUNTS = (8, 16)  # layers of these
_SOON_MADE = 500  # gates or features, which are made sooner than foreseen
_SMALL = 32  # features or qubits: whatever is done with pairs and triples of them is no matter
_MOST_GATES = 1_000_000  # half a GiB as Qiskit's instructions

CircuitMaker = Callable[..., QuantumCircuit]


class TooManyGates(SpecError):
    """A circuit is larger than any that can be held."""


@dataclass(frozen=True)
class CircuitSize:
    """Size of a circuit that has not been made.

    Parameters
    ----------
    n_qubits, n_gates : int
        Qubits and gates, at least; 0 qubits where the plug-in cannot be made small.
    """

    n_qubits: int
    n_gates: int


def foreseen_size(
    room: Room[CircuitMaker], spec: str | Mapping[str, object], size: int
) -> CircuitSize:
    """Return how large the circuit of a plug-in is at least.

    Parameters
    ----------
    room : Room
        Feature maps or ansatzes.
    spec : str or mapping
        Name, or name with parameters.
    size : int
        Number of features or qubits that it is made for.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong.

    Examples
    --------
    >>> from qml.circuits import FEATURE_MAPS
    >>> foreseen_size(FEATURE_MAPS, "zz", 1000)
    CircuitSize(n_qubits=1000, n_gates=3001000)
    """
    named = {"name": spec} if isinstance(spec, str) else dict(spec)
    make = room.bind(named)
    try:
        plain = json.dumps(named)
    except TypeError:  # values of a caller's own
        return _foreseen(make, _counts(make), size)
    return _remembered(room, plain, size)


def check_gates(
    room: Room[CircuitMaker], spec: str | Mapping[str, object], size: int = _SIZES[0]
) -> None:
    """Refuse a circuit with more gates than can be held, before it is made.

    Parameters
    ----------
    room : Room
        Feature maps or ansatzes.
    spec : str or mapping
        Name, or name with parameters.
    size : int, default=3
        Number of features or qubits that it is made for; layers beyond all sense are seen at any.

    Raises
    ------
    SpecError
        If there are more; the message says how many, and how many are allowed.
    """
    counts = _counts(room.bind(spec))
    largest = max(counts, key=lambda name: counts[name], default="")
    layers = counts.get(largest, 0)
    wraps = isinstance(spec, Mapping) and any(isinstance(part, Mapping) for part in spec.values())
    if size <= _SMALL and layers <= _COUNTS[-1] and not wraps:
        return
    found = foreseen_size(room, spec, size)
    if found.n_gates <= _MOST_GATES:
        return
    name = spec if isinstance(spec, str) else spec["name"]
    made_of = f"{size:,} {room.supplied[0].removeprefix('n_')}"
    if layers > _COUNTS[-1]:
        made_of += f" and {largest}={layers:,}"
    raise TooManyGates(
        f"{name!r} of {made_of} has about {found.n_gates:,} gates, allowed are {_MOST_GATES:,}",
        largest if layers > size else "",
    )


@functools.lru_cache(maxsize=64)
def _remembered(room: Room[CircuitMaker], plain: str, size: int) -> CircuitSize:
    make = room.bind(json.loads(plain))
    return _foreseen(make, _counts(make), size)


def _counts(make: Any) -> dict[str, int]:
    """Return the plug-in's integers, given or by default; a seed counts nothing.

    Those of a plug-in that it wraps are judged when that one is made.
    """
    taken = inspect.signature(make).parameters
    return {
        name: parameter.default
        for name, parameter in taken.items()
        if type(parameter.default) is int and not name.endswith(("seed", "random_state"))
    }


def _foreseen(make: CircuitMaker, counts: Mapping[str, int], size: int) -> CircuitSize:
    many = {name: count for name, count in counts.items() if count > _COUNTS[-1]}
    try:
        found = _continued(make, many, size)
    except TooManyGates:  # of what it wraps
        raise
    except SpecError:  # what it is given fits no small circuit
        return CircuitSize(0, size * max([1, *counts.values()]))
    if (many or size > _SIZES[-1]) and max(found.n_gates, size) <= _SOON_MADE:
        return _size_of(make(size))
    return found


def _continued(make: CircuitMaker, many: Mapping[str, int], size: int) -> CircuitSize:
    """Return the size in small, continued to the number of features and to each of the counts."""
    few = dict.fromkeys(many, _COUNTS[0])
    sizes = _SIZES if size > _SIZES[-1] else (size,)
    made = [_size_of(make(each, **few)) for each in sizes]
    n_qubits = _grown([one.n_qubits for one in made], size)
    n_gates = _grown([one.n_gates for one in made], size)
    for name, count in many.items():
        more = _size_of(make(sizes[-1], **{**few, name: _COUNTS[1]}))
        n_qubits = _in_layers(n_qubits, made[-1].n_qubits, more.n_qubits, count)
        n_gates = _in_layers(n_gates, made[-1].n_gates, more.n_gates, count)
    return CircuitSize(n_qubits, n_gates)


def _size_of(circuit: QuantumCircuit) -> CircuitSize:
    return CircuitSize(circuit.num_qubits, circuit.size())


def _grown(found: list[int], size: int) -> int:
    """Return what grows as a line or a parabola; of what grows ever slower, the last that is known.

    Pairs of qubits are a parabola, and no circuit of gates on two qubits grows faster.
    """
    if len(found) == 1:
        return found[0]
    (a, b, c), (x, y, z) = found, _SIZES
    slope, next_slope = (b - a) / (y - x), (c - b) / (z - y)
    if next_slope < slope:
        return c
    bend = (next_slope - slope) / (z - x)
    return round(a + slope * (size - x) + bend * (size - x) * (size - y))


def _in_layers(at: int, few: int, more: int, count: int) -> int:
    """Return a number at the first of `_COUNTS` at that many layers, by how it grows with them."""
    first, second = _COUNTS
    layers = (more - few) * (count - first) / (second - first)
    return round(at * (1 + layers / max(1, few)))
