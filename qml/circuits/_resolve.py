"""From what a user writes (a name, a mapping, a circuit, a callable) to a `QuantumCircuit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeGuard

from qiskit.circuit import QuantumCircuit

from qml.circuits._compose import ModelCircuit
from qml.circuits._foreseen import CircuitMaker, check_gates, foreseen_size
from qml.circuits._gates import gates_only
from qml.errors import SpecError, WorkbenchError
from qml.registry import Room
from qml.texts import shown

__all__ = [
    "ANSATZES",
    "FEATURE_MAPS",
    "CircuitSpec",
    "foreseen_width",
    "resolve_ansatz",
    "resolve_feature_map",
    "resolve_trainable_map",
]

FEATURE_MAPS: Room[CircuitMaker] = Room(
    "feature map", "qml.circuits.feature_maps", supplied=("n_features",)
)
ANSATZES: Room[CircuitMaker] = Room("ansatz", "qml.circuits.ansatzes", supplied=("n_qubits",))

CircuitSpec: TypeAlias = (
    str | Mapping[str, object] | QuantumCircuit | Callable[[int], QuantumCircuit]
)


def resolve_feature_map(feature_map: CircuitSpec, n_features: int) -> QuantumCircuit:
    """Return the circuit that encodes `n_features` features.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable
        A name (``"zz"``), a name with parameters (``{"name": "zz", "reps": 1}``), a circuit whose
        parameters take the features in ``circuit.parameters`` order, or a callable that makes one
        from the number of features.
    n_features : int
        Number of columns of the data.

    Raises
    ------
    SpecError
        If the name is unknown, the circuit does not take `n_features` parameters, or it has weights
        to train.

    Examples
    --------
    >>> resolve_feature_map("zz", 3).num_qubits
    3
    """
    model = resolve_trainable_map(feature_map, n_features)
    if model.weights:
        raise SpecError(
            f"the circuit has weights to train ({model.weights[0].name}, ...), "
            "which only the kernel 'trainable' does",
            "feature_map",
        )
    return model.circuit


def resolve_trainable_map(feature_map: CircuitSpec, n_features: int) -> ModelCircuit:
    """Return the circuit that encodes `n_features` features, and tell its weights from its inputs.

    A circuit with exactly `n_features` parameters has no weights. In any other, the parameters
    whose names start with ``θ`` or ``theta`` are weights, and the rest take the features.

    Parameters
    ----------
    feature_map, n_features
        Parameters of `resolve_feature_map`.

    Raises
    ------
    SpecError
        If the name is unknown or the circuit does not take `n_features` features.

    Examples
    --------
    >>> len(resolve_trainable_map("covariant", 4).weights)
    1
    """
    circuit = _build(FEATURE_MAPS, feature_map, n_features)
    weights = [p for p in circuit.parameters if p.name.startswith(("θ", "theta"))]
    if circuit.num_parameters == n_features:
        weights = []
    inputs = [parameter for parameter in circuit.parameters if parameter not in weights]
    if len(inputs) != n_features:
        raise SpecError(
            f"the data has {n_features} features, the circuit takes {len(inputs)}", "feature_map"
        )
    return ModelCircuit(circuit, tuple(inputs), tuple(weights))


def foreseen_width(feature_map: CircuitSpec, n_features: int) -> int:
    """Return how many qubits a feature map takes at least, where that is known before it is made.

    Parameters
    ----------
    feature_map, n_features
        Parameters of `resolve_feature_map`.

    Returns
    -------
    int
        Number of qubits; 0 for a callable of the user's own, which is not called for this.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong.

    Examples
    --------
    >>> foreseen_width("covariant", 10**9)
    500000000
    """
    if isinstance(feature_map, QuantumCircuit):
        return int(feature_map.num_qubits)
    if not isinstance(feature_map, str | Mapping):
        return 0
    try:
        return foreseen_size(FEATURE_MAPS, feature_map, n_features).n_qubits
    except SpecError as error:
        raise error.under("feature_map") from error.__cause__


def resolve_ansatz(ansatz: CircuitSpec, n_qubits: int) -> QuantumCircuit:
    """Return the trainable circuit on `n_qubits` qubits.

    Parameters
    ----------
    ansatz : str, mapping, QuantumCircuit or callable
        Ansatz in the forms of `resolve_feature_map`; a callable takes the number of qubits.
    n_qubits : int
        Width of the feature map.

    Raises
    ------
    SpecError
        If the name is unknown, the width differs, or there is nothing to train.
    """
    circuit = _build(ANSATZES, ansatz, n_qubits)
    if circuit.num_qubits != n_qubits:
        raise SpecError(
            f"the feature map has {n_qubits} qubits, the ansatz {circuit.num_qubits}", "ansatz"
        )
    if circuit.num_parameters == 0:
        raise SpecError("the circuit has no parameter to train", "ansatz")
    return circuit


def _build(room: Room[CircuitMaker], spec: CircuitSpec, size: int) -> QuantumCircuit:
    field = room.kind.replace(" ", "_")
    allowed = (
        f"allowed are a Qiskit circuit, the {room.kind}'s name, a mapping with its name, or a "
        f"callable of {room.supplied[0]} that makes a circuit"
    )
    try:
        if isinstance(spec, str | Mapping):
            check_gates(room, spec, size)
            return gates_only(room.bind(spec)(size))
        made = _called(spec, size, allowed) if _makes_circuits(spec) else spec
        if isinstance(made, QuantumCircuit):
            return gates_only(made, resets=True)
    except SpecError as error:
        raise error.under(field) from error.__cause__
    got = _shown(spec) if made is spec else f"a callable that makes {_shown(made)}"
    raise SpecError(f"got {got}; {allowed}", field)


def _makes_circuits(spec: object) -> TypeGuard[CircuitMaker]:
    return callable(spec) and not _of_pennylane(spec)


def _called(make: CircuitMaker, size: int, allowed: str) -> object:
    """Return what a user's callable makes; its own error stays the cause of the line."""
    try:
        return make(size)
    except WorkbenchError:
        raise
    except Exception as error:
        raised = shown(f"{type(error).__name__}: {error}", 120)
        raise SpecError(f"got a callable that fails with {size}, {raised}; {allowed}") from error


def _of_pennylane(spec: object) -> bool:
    """Return whether it is a thing of PennyLane, whose callables make no circuit."""
    modules = (str(getattr(thing, "__module__", "")) for thing in (spec, type(spec)))
    return any(module.split(".")[0] == "pennylane" for module in modules)


def _shown(spec: object) -> str:
    return ("PennyLane's " if _of_pennylane(spec) else "") + shown(spec)
