"""The tree of seeds of a study."""

from __future__ import annotations

from experiments.seeds import child_seed


def test_seeds_differ_by_place_and_do_not_run_together():
    seeds = {
        child_seed(0, *place) for place in [("a", 1), ("a", 2), ("a1",), ("b", 1), ("a", "1x")]
    }
    assert len(seeds) == 5
    assert child_seed(0, "a") != child_seed(1, "a")
