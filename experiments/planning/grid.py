"""Grids: a list of values in a study becomes a row a value, and each row knows where it stands."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from experiments.records import BackendSpec, Coordinate, Parameters, Step
from qml.backends import describe_backend

__all__ = [
    "BackendPoint",
    "Point",
    "differing_settings",
    "empty_lists",
    "expand_backends",
    "expand_grid",
    "told_apart",
]


@dataclass(frozen=True)
class Point:
    """One combination of the listed values.

    Parameters
    ----------
    parameters : mapping
        Plain values, no grid left among them.
    coordinates : tuple of Coordinate
        Place on every axis that has more than one value.
    """

    parameters: Parameters
    coordinates: tuple[Coordinate, ...]

    @property
    def text(self) -> str:
        """Words that tell the point apart; empty where there is no other."""
        return ", ".join(coordinate.text for coordinate in self.coordinates)


def expand_grid(parameters: Parameters) -> list[Point]:
    """Return every combination of listed values.

    A list is a grid, also inside a component; a list of lists gives lists as values.

    Examples
    --------
    >>> point = expand_grid({"C": [1, 10], "optimizer": {"name": "cobyla", "maxiter": [5]}})[1]
    >>> point.parameters, point.text
    ({'C': 10, 'optimizer': {'name': 'cobyla', 'maxiter': 5}}, 'C=10')
    """
    axes = [[(key, point) for point in _values(key, value)] for key, value in parameters.items()]
    return [
        Point(
            {key: point.parameters[key] for key, point in combination},
            tuple(place for _, point in combination for place in point.coordinates),
        )
        for combination in itertools.product(*axes)
    ]


def _values(key: str, value: Any) -> list[Point]:
    """Return the points of one parameter."""
    if isinstance(value, list):
        alone = len(value) == 1
        return [
            Point({key: item}, () if alone else (Coordinate(key, item, f"{key}={text}"),))
            for item, text in zip(value, told_apart(value), strict=True)
        ]
    if isinstance(value, Mapping):
        return [
            Point({key: inner.parameters}, tuple(_inside(key, c) for c in inner.coordinates))
            for inner in expand_grid(value)
        ]
    return [Point({key: value}, ())]


def _inside(key: str, place: Coordinate) -> Coordinate:
    return Coordinate(f"{key}.{place.axis}", place.value, f"{key}.{place.text}")


def told_apart(specs: Sequence[Any]) -> list[str]:
    """Return what tells the values of a grid apart: for components the name, and what differs.

    Examples
    --------
    >>> told_apart(["cobyla", {"name": "spsa", "maxiter": 9}])
    ['cobyla', 'spsa']
    >>> told_apart([{"name": "spsa", "a": 4.0, "c": 0.1}, {"name": "spsa", "c": 0.1}])
    ['spsa (a=4.0)', 'spsa']
    """
    components = [_component(spec) for spec in specs]
    return [_apart(component, components) for component in components]


def _component(spec: Any) -> Step:
    """Return the name and the settings of a grid's value; a bare value is its own name."""
    if not isinstance(spec, Mapping):
        return Step(spec, {})
    settings = dict(spec)
    # what has no name is told apart by all that it is
    return Step(settings.pop("name", str(spec)), settings)


def _apart(one: Step, among: Sequence[Step]) -> str:
    namesakes = [other.parameters for other in among if other.name == one.name]
    differing = differing_settings(one.parameters, namesakes)
    told = "; ".join(f"{key}={value}" for key, value in differing.items())
    # no comma: it stands between a grid's axes
    return f"{one.name} ({told})" if told else str(one.name)


def differing_settings(own: Parameters, others: Sequence[Parameters]) -> Parameters:
    """Return the settings in which a component differs from another one.

    Examples
    --------
    >>> differing_settings({"a": 4.0, "c": 0.1}, [{"c": 0.1}])
    {'a': 4.0}
    """
    return {
        key: value for key, value in own.items() if any(other.get(key) != value for other in others)
    }


def empty_lists(parameters: Parameters) -> Iterator[str]:
    """Yield the path of every list without values, which would give no row."""
    for key, value in parameters.items():
        if value == []:
            yield key
        elif isinstance(value, Mapping):
            yield from (f"{key}.{path}" for path in empty_lists(value))


# -- backends


@dataclass(frozen=True)
class BackendPoint:
    """One of the backends that a study names.

    Parameters
    ----------
    name : str
        Short name, as in ``aer:shots=1024``.
    coordinates : tuple of Coordinate
        Place in the grid that names it.
    """

    name: str
    coordinates: tuple[Coordinate, ...] = ()

    @property
    def text(self) -> str:
        """Words that tell it apart; empty where there is no other."""
        return ", ".join(coordinate.text for coordinate in self.coordinates)

    @property
    def spec(self) -> BackendSpec:
        """Its kind and parameters."""
        parameters = describe_backend(self.name)
        return BackendSpec(self.name, str(parameters.pop("kind")), parameters)


def expand_backends(chosen: Any, study: Any = None) -> list[BackendPoint]:
    """Return every backend that a study names.

    Parameters
    ----------
    chosen : str, mapping or list of them
        Short names, or mappings with ``kind`` and parameters. A mapping is a grid, as everywhere; a
        value of None is the backend's default. One without ``kind`` adds its options to each of the
        study's own backends.
    study : str, mapping, list or None, default=None
        The study's own choice, for such options.

    Examples
    --------
    >>> point = expand_backends({"kind": "aer", "noise": "fake_manila", "shots": [100, 1000]})[1]
    >>> point.name, point.text
    ('aer:noise=fake_manila,shots=1000', 'shots=1000')
    >>> expand_backends("exact")
    [BackendPoint(name='exact', coordinates=())]
    """
    if isinstance(chosen, str):
        return [BackendPoint(chosen)]
    if not isinstance(chosen, Mapping):
        return [found for one in chosen for found in expand_backends(one, study)]
    described = dict(chosen)
    owners = [BackendPoint(str(described.pop("kind")))] if "kind" in described else []
    if not owners and study is not None:
        owners = expand_backends(study)
    return [_with_options(owner, point) for owner in owners for point in expand_grid(described)]


def _with_options(owner: BackendPoint, options: Point) -> BackendPoint:
    items = [_item(key, value) for key, value in options.parameters.items() if value is not None]
    between = "" if not items else "," if ":" in owner.name else ":"
    places = tuple(_of_backend(place) for place in options.coordinates)
    return BackendPoint(f"{owner.name}{between}{','.join(items)}", owner.coordinates + places)


def _of_backend(place: Coordinate) -> Coordinate:
    exact = place.axis == "shots" and place.value is None
    text = "exact" if exact else place.text
    return replace(place, axis=f"backend.{place.axis}", text=text)


def _item(key: str, value: Any) -> str:
    """Return ``key=value`` as a backend's short name has it."""
    if isinstance(value, Mapping):
        inner = dict(value)
        named = [f"{key}={inner.pop('name', '')}"]
        return ",".join([*named, *(f"{key}.{part}={text}" for part, text in inner.items())])
    if isinstance(value, bool):
        return f"{key}={str(value).lower()}"
    return f"{key}={value}".replace(" ", "") if isinstance(value, list) else f"{key}={value}"
