"""The cache by identity: bounded, never wrong about an object, empty where it is copied to."""

from __future__ import annotations

import copy
import gc
import pickle

from qml.identity import ByIdentity


def test_equal_objects_are_two_and_the_same_object_is_made_of_once():
    made = []
    cache = ByIdentity(most=4)
    one, other = [1], [1]
    for thing in (one, other, one, other):
        cache.get(thing, lambda: made.append(thing))
    assert len(made) == len(cache) == 2


def test_aspects_of_an_object_are_apart_and_a_maker_may_ask_for_another():
    cache, thing = ByIdentity(most=4), object()
    folded = cache.get(thing, lambda: cache.get(thing, lambda: 1, 1.0) + 2, 3.0)
    assert (folded, cache.get(thing, lambda: 0, 1.0), cache.get(thing, lambda: 0, 3.0)) == (3, 1, 3)


def test_the_oldest_goes_when_it_is_full():
    cache, things = ByIdentity(most=3), [[i] for i in range(5)]
    for thing in things:
        cache.get(thing, lambda: True)
    assert len(cache) == 3
    assert [cache.get(thing, lambda: False) for thing in things[2:]] == [True, True, True]
    assert cache.get(things[0], lambda: False) is False


def test_no_new_object_takes_the_place_of_a_kept_one():
    cache = ByIdentity(most=100)
    for number in range(100):
        assert cache.get([number], lambda: number) == number  # the list would be freed at once
    gc.collect()
    fresh = [[None] for _ in range(1000)]
    assert all(cache.get(thing, lambda: "new", "look") == "new" for thing in fresh)


def test_copies_and_pickles_are_empty_but_as_large():
    cache, things = ByIdentity(most=2), [[0], [1], [2]]
    cache.get(things[0], lambda: 7)
    for twin in (pickle.loads(pickle.dumps(cache)), copy.deepcopy(cache), copy.copy(cache)):
        assert len(twin) == 0
        for thing in things:
            twin.get(thing, lambda: 8)
        assert len(twin) == 2
    assert cache.get(things[0], lambda: 8) == 7
