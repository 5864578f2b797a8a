"""How large circuits will be is told from small ones; what cannot be is refused unmade."""

from __future__ import annotations

import inspect
import time
import tracemalloc

import pytest

from qml.circuits import (
    ANSATZES,
    FEATURE_MAPS,
    check_gates,
    foreseen_size,
    foreseen_width,
    resolve_ansatz,
    resolve_feature_map,
)
from qml.errors import SpecError

BILLION = 10**9
PLUGINS = [(room, name) for room in (FEATURE_MAPS, ANSATZES) for name in room.installed()]
LAYERED = [
    (room, name, key)
    for room, name in PLUGINS
    for key, parameter in inspect.signature(room.load(name)).parameters.items()
    if type(parameter.default) is int and "seed" not in key
]
named = pytest.mark.parametrize("room, name", PLUGINS, ids=[name for _, name in PLUGINS])


@named
@pytest.mark.parametrize("size", [2, 12, 40])
def test_foreseen_is_what_is_made(room, name, size):
    if name == "amplitude" and size > 12:
        pytest.skip("its angles take seconds")
    made = room.bind(name)(size)
    found = foreseen_size(room, name, size)
    assert found.n_qubits == made.num_qubits
    assert found.n_gates == pytest.approx(made.size(), rel=0.02)


@pytest.mark.parametrize("room, name, key", LAYERED, ids=[f"{n}-{k}" for _, n, k in LAYERED])
def test_layers_are_foreseen_and_a_billion_is_refused_at_once(room, name, key):
    made = room.bind({"name": name, key: 40})(12)
    found = foreseen_size(room, {"name": name, key: 40}, 12)
    assert (found.n_qubits, found.n_gates) == pytest.approx((made.num_qubits, made.size()), rel=0.1)
    tracemalloc.start()
    began = time.perf_counter()
    with pytest.raises(SpecError, match=rf"{key}: .*{key}=1,000,000,000.*allowed are 1,000,000"):
        check_gates(room, {"name": name, key: BILLION})
    assert time.perf_counter() - began < 0.5  # 0.1 s where nothing else runs
    assert tracemalloc.get_traced_memory()[1] < 5 * 2**20
    tracemalloc.stop()


@named
def test_no_circuit_is_made_of_a_billion(room, name):
    resolve = resolve_feature_map if room is FEATURE_MAPS else resolve_ansatz
    with pytest.raises(SpecError, match="1,000,000,000"):
        resolve(name, BILLION)


def test_what_a_circuit_wraps_is_judged_too():
    with pytest.raises(SpecError, match=r"reps: 'zz' of .* gates, allowed are 1,000,000"):
        check_gates(
            FEATURE_MAPS, {"name": "without_entanglement", "of": {"name": "zz", "reps": BILLION}}
        )


def test_the_line_says_what_is_too_much():
    with pytest.raises(SpecError) as caught:
        resolve_feature_map({"name": "zz", "reps": BILLION}, 2)
    assert str(caught.value) == (
        "feature_map.reps: 'zz' of 2 features and reps=1,000,000,000 has about 7,000,000,000 "
        "gates, allowed are 1,000,000"
    )
    with pytest.raises(SpecError, match="'zz' of 1,000 features has about 3,001,000 gates"):
        resolve_feature_map("zz", 1000)


def test_widths_of_what_a_user_brings():
    assert foreseen_width(resolve_feature_map("angle", 7), 3) == 7
    assert foreseen_width(lambda n: pytest.fail("it was called"), 3) == 0
    with pytest.raises(SpecError, match="feature_map.name: unknown feature map"):
        foreseen_width("zzz", 3)


def test_a_pattern_of_pairs_that_no_small_circuit_has():
    far = {"name": "iqp", "entanglement": [[0, 40]]}
    assert foreseen_size(FEATURE_MAPS, far, 41).n_gates == 41
    assert resolve_feature_map(far, 41).num_qubits == 41
