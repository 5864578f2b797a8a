"""What of a noise model would be left out, by Aer or here: refused, each by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from qml.errors import SpecError

__all__ = ["check_consumed"]

# names under which Aer looks for no error
_WITHOUT_ERRORS = ("barrier", "pauli", "kraus", "superop", "roerror", "quantum_channel")
_SINGLE = ("measure", "reset")  # instructions of one qubit each, however many a line names

Places = tuple[int, ...]


def check_consumed(
    errors: Mapping[str, Mapping[Places, Any]],
    default_errors: Mapping[str, Any],
    readouts: Iterable[Places],
    default_readout: Any,
    passes: Sequence[Any],
) -> None:
    """Refuse a noise model of which a part would be applied nowhere.

    Parameters
    ----------
    errors : mapping
        Errors by the name that they are under, and by qubits.
    default_errors : mapping
        Errors on all qubits by the name that they are under.
    readouts : iterable of tuple of int
        Qubits that have wrong readouts of their own.
    default_readout : ReadoutError or None
        Wrong readout of all other qubits, which is one of a single qubit always.
    passes : sequence
        Passes that add noise to circuits.
    """
    for name, error in default_errors.items():
        _check_error(error, name, "all qubits")
    for name, by_place in errors.items():
        for places, error in by_place.items():
            _check_error(error, name, f"qubits {list(places)}")
    for places in readouts:
        if len(places) > 1:
            raise SpecError(
                f"noise: a joint readout error on qubits {list(places)}: Aer reads qubit by qubit "
                "and never applies it; allowed are readout errors of one qubit"
            )
    from qiskit_aer.noise import LocalNoisePass

    for found in passes:
        if not isinstance(found, LocalNoisePass):
            raise SpecError(
                f"noise: a noise pass of type {type(found).__name__}; allowed are Aer's "
                "LocalNoisePass and RelaxationNoisePass"
            )


def _check_error(error: Any, name: str, where: str) -> None:
    from qiskit_aer.noise import PauliLindbladError, QuantumError

    which = f"noise: an error under {name!r} on {where}"
    if not isinstance(error, QuantumError | PauliLindbladError):
        raise SpecError(
            f"{which} is a {type(error).__name__}; allowed are QuantumError and PauliLindbladError"
        )
    if isinstance(error, PauliLindbladError) and (error.rates < 0).any():
        raise SpecError(f"{which} has the rate {error.rates.min():g}; allowed are rates from 0")
    if name in _WITHOUT_ERRORS:
        raise SpecError(
            f"{which}: Aer applies none there; allowed are names and labels of gates, 'measure', "
            "'reset' and 'delay'"
        )
    if name in _SINGLE and error.num_qubits > 1:
        raise SpecError(
            f"{which} is one of {error.num_qubits} qubits: Aer takes every {name} by itself and "
            "never applies it; allowed are errors of one qubit"
        )
