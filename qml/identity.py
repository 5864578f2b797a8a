"""What was made of an object, found again by the object itself."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

__all__ = ["ByIdentity"]

Made = TypeVar("Made")


class ByIdentity(Generic[Made]):
    """A bounded cache of what is made of objects, which are told apart by ``is``.

    Circuits and arrays are compared slowly or not at all, and training asks again and again about
    the same object. The cache holds the object too: as long as it does, no other object can have
    its place in memory. A copy and a pickle are empty, since other objects live there.

    Parameters
    ----------
    most : int
        Largest number of things that are kept; the oldest goes first.

    Examples
    --------
    >>> lengths = ByIdentity(most=8)
    >>> word = [1, 2, 3]
    >>> lengths.get(word, lambda: len(word))
    3
    >>> lengths.get(word, lambda: 0), lengths.get([1, 2, 3], lambda: 0), len(lengths)
    (3, 0, 2)
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[tuple[int, Hashable], tuple[object, Made]] = {}

    def get(self, thing: object, make: Callable[[], Made], aspect: Hashable = None) -> Made:
        """Return what was made of an object; make it if it is not here.

        Parameters
        ----------
        thing : object
            Object by which it is found.
        make : callable
            Maker of what is missing; it may ask this cache for other aspects.
        aspect : hashable, default=None
            Distinction between several things that are made of the same object.
        """
        place = id(thing), aspect
        known = self._kept.get(place)
        if known is not None:
            return known[1]
        made = make()
        while len(self._kept) >= self._most:
            self._kept.pop(next(iter(self._kept)), None)
        self._kept[place] = thing, made
        return made

    def __len__(self) -> int:
        return len(self._kept)

    def __getstate__(self) -> dict[str, Any]:
        """Leave the content behind."""
        return {"_most": self._most, "_kept": {}}
