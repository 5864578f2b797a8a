"""From a device's name to the device."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any

from qiskit.transpiler import Target

from qml.devices._device import Described, Device
from qml.errors import SpecError, did_you_mean
from qml.registry import Room

__all__ = [
    "DEVICES",
    "part_of_snapshot",
    "resolve_device",
    "snapshot",
    "snapshot_names",
    "snapshot_qubits",
]

DEVICES: Room[Callable[..., Device]] = Room("device", "qml.devices")


def resolve_device(spec: str | dict[str, Any] | Device) -> Device:
    """Return the device that is meant.

    Parameters
    ----------
    spec : str, dict or Device
        A snapshot of the runtime package (``"fake_torino"``), a saved calibration (a name ending in
        ``.json``), a file of this room (``"havlicek2019"``), or one with parameters
        (``{"name": "uniform", "t1_us": 50}``).

    Raises
    ------
    SpecError
        If the name or a parameter is wrong, or the file is no calibration.

    Examples
    --------
    >>> len(resolve_device("fake_manila").qubits)
    5
    """
    if isinstance(spec, Device):
        return spec
    if isinstance(spec, str) and spec.endswith(".json"):
        return Device.load(spec)
    if isinstance(spec, str) and spec.startswith("fake_"):
        return _snapshot_device(spec)
    name = spec.get("name") if isinstance(spec, dict) else spec
    if name not in DEVICES.names():
        known = [*DEVICES.names(), *_snapshots()]
        raise SpecError(f"unknown device {name!r}{did_you_mean(name, known)}")
    return DEVICES.bind(spec)()


def snapshot(name: str) -> Any:
    """Return the runtime package's own backend object of that snapshot.

    Raises
    ------
    SpecError
        If there is none; the message names the nearest one.
    """
    known = _snapshots()
    if name not in known:
        raise SpecError(f"unknown device {name!r}{did_you_mean(name, known)}")
    with warnings.catch_warnings():  # some snapshots warn that their numbers are not typical
        warnings.simplefilter("ignore")
        return known[name]()


@functools.lru_cache(maxsize=64)
def snapshot_qubits(name: str) -> int:
    """Return how many qubits a snapshot has; making one takes too long to do it at every question.

    Raises
    ------
    SpecError
        If there is none; the message names the nearest one.
    """
    return int(snapshot(name).num_qubits)


@functools.lru_cache(maxsize=8)
def _snapshot_device(name: str) -> Device:
    return Device.from_target(name, snapshot(name).target)


@functools.lru_cache(maxsize=64)
def part_of_snapshot(name: str, places: frozenset[int]) -> Any:
    """Return some qubits of a snapshot as a machine of their own, numbered in their order.

    The simulator makes a noise model of all qubits for every job, which takes seconds on a large
    machine, and cannot hold them where a pulse or a readout is put on every one. What happens on a
    few qubits does not depend on the others.
    """
    whole, order = snapshot(name).target, sorted(places)
    number = {place: i for i, place in enumerate(order)}
    part = Target(
        num_qubits=len(order),
        dt=whole.dt,
        qubit_properties=[whole.qubit_properties[place] for place in order],
        granularity=whole.granularity,
        min_length=whole.min_length,
        pulse_alignment=whole.pulse_alignment,
        acquire_alignment=whole.acquire_alignment,
    )
    for operation in whole.operation_names:
        where = whole[operation]
        if None in where:  # control flow is everywhere
            part.add_instruction(whole.operation_from_name(operation), name=operation)
            continue
        kept = {
            tuple(number[qubit] for qubit in qubits): found
            for qubits, found in where.items()
            if places.issuperset(qubits)
        }
        if kept:
            part.add_instruction(whole.operation_from_name(operation), kept, name=operation)
    return Described(name, part)


def snapshot_names() -> list[str]:
    """Return the names of the runtime package's snapshots, sorted."""
    return sorted(_snapshots())


@functools.lru_cache(maxsize=1)
def _snapshots() -> dict[str, Any]:
    from qiskit_ibm_runtime import fake_provider

    found = {}
    for attribute in dir(fake_provider):
        stem = attribute.removeprefix("Fake").removesuffix("V2").lower()
        if attribute.startswith("Fake") and not stem.startswith("provider"):
            found[f"fake_{stem}"] = getattr(fake_provider, attribute)
    return found
