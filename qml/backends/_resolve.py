"""From a backend's short name to a backend: ``exact``, ``aer:noise=fake_manila,shots=4096``."""

from __future__ import annotations

import re
from typing import Any

import yaml

from qml.backends._contract import Backend
from qml.backends._kept import Kept
from qml.backends._room import BACKENDS
from qml.devices import resolve_device
from qml.errors import SpecError

__all__ = ["calibrations_of", "describe_backend", "resolve_backend", "with_shots"]

_BETWEEN_ITEMS = re.compile(r",(?![^\[]*\])")  # a comma that is not inside a list


def describe_backend(spec: object) -> dict[str, Any]:
    """Return the backend's kind and parameters as a mapping.

    Parameters
    ----------
    spec : str
        Short name: ``kind`` or ``kind:key=value,...``; a first item without ``=`` is the device's
        name. A value may be a list, ``zne_factors=[1,3]``, and a component's own parameter has a
        dotted name, ``noise=uniform,noise.t1_us=50``.

    Raises
    ------
    SpecError
        If it is no such string, or the kind or a parameter is unknown.

    Examples
    --------
    >>> describe_backend("aer:noise=fake_manila,shots=4096")
    {'kind': 'aer', 'noise': 'fake_manila', 'shots': 4096}
    >>> describe_backend("ibm:fake_manila")
    {'kind': 'ibm', 'name': 'fake_manila'}
    >>> describe_backend("aer:noise=uniform,noise.t1_us=50,zne_factors=[1,3]")["noise"]
    {'name': 'uniform', 't1_us': 50}
    """
    if not isinstance(spec, str):
        raise SpecError(f"a backend is a string such as 'aer:shots=1024', got {spec!r}")
    kind, _, rest = spec.partition(":")
    parameters: dict[str, Any] = {}
    for position, item in enumerate(filter(None, _BETWEEN_ITEMS.split(rest))):
        key, equals, text = item.partition("=")
        if not equals and position == 0:
            key, text = "name", item
        elif not equals:
            raise SpecError(f"{spec!r}: {item!r} is not key=value")
        _set(parameters, key.strip(), _value(text, spec), spec)
    if "random_state" in parameters:
        raise SpecError(f"{spec!r}: the seed comes from the study or the model's random_state")
    return {"kind": kind.strip(), **parameters}


def calibrations_of(spec: object) -> dict[str, str]:
    """Return the hash of every saved calibration that a backend's short name refers to.

    Examples
    --------
    >>> calibrations_of("aer:noise=fake_manila")
    {}
    """
    described = describe_backend(spec) if isinstance(spec, str) else {}
    files = [v for v in described.values() if isinstance(v, str) and v.endswith(".json")]
    return {file: resolve_device(file).sha256 for file in files}


def with_shots(spec: str, shots: int) -> str:
    """Return the short name of the same backend with other shots, and with the same ledger.

    Examples
    --------
    >>> with_shots("ibm:fake_manila,zne_factors=[1,3],shots=100", 5000)
    'ibm:fake_manila,zne_factors=[1,3],shots=5000'
    >>> with_shots("exact", 10)
    'exact:shots=10'
    """
    kind, _, rest = spec.partition(":")
    items = [item for item in _BETWEEN_ITEMS.split(rest) if item]
    kept = [item for item in items if item.partition("=")[0].strip() != "shots"]
    name = f"{kind}:{','.join([*kept, f'shots={shots}'])}"
    return Kept(name, spec.ledger) if isinstance(spec, Kept) else name


def _value(text: str, spec: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):  # no date is a ValueError
        raise SpecError(f"{spec!r}: {text!r} is no value") from None


def _set(parameters: dict[str, Any], key: str, value: Any, spec: str) -> None:
    """Put a value in its place: ``noise.t1_us`` into the component that ``noise`` has named."""
    owner, dot, inner = key.partition(".")
    if not dot:
        if key in parameters:
            raise SpecError(f"{spec!r}: {key!r} is given twice")
        parameters[key] = value
        return
    if owner not in parameters:
        raise SpecError(f"{spec!r}: {key!r} before {owner!r} is named")
    if not isinstance(parameters[owner], dict):
        parameters[owner] = {"name": parameters[owner]}
    if inner in parameters[owner]:
        raise SpecError(f"{spec!r}: {key!r} is given twice")
    parameters[owner][inner] = value


def resolve_backend(spec: str | Backend, random_state: int | None = None) -> Backend:
    """Return a backend, ready to run.

    Parameters
    ----------
    spec : str or Backend
        Short name, as in `describe_backend`, which may bring a ledger (`Kept`); a `Backend` is
        returned as it is.
    random_state : int or None, default=None
        Root of the backend's seeds.

    Raises
    ------
    SpecError
        If the name or a parameter is wrong.

    Examples
    --------
    >>> resolve_backend("exact:shots=100").shots
    100
    """
    if isinstance(spec, Backend):
        return spec
    description = describe_backend(spec)
    kind = description.pop("kind")
    try:
        made = BACKENDS.bind_named(kind, description)(random_state=random_state)
    except SpecError as error:
        problem = error.problem if error.path == "name" else str(error)
        raise SpecError(f"{spec!r}: {problem}") from None
    if isinstance(spec, Kept):
        made.keep_jobs(spec.ledger)
    return made
