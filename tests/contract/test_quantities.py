"""Every quantity: needs something, says what it returns, and finds finite numbers or nothing."""

from __future__ import annotations

import json
import math
from typing import get_args

import numpy as np
import pytest

from experiments.registry import QUANTITIES
from qml.classifiers.qsvc import QSVC
from qml.quantities import Examined, Finding, Quantity
from qml.quantities._contract import Need

RNG = np.random.default_rng(0)
X, y = RNG.uniform(0, 2, (12, 2)), np.arange(12) % 2


@pytest.fixture(scope="module")
def examined():
    model = QSVC(backend="exact:shots=100", random_state=0).fit(X, y)
    labels, decided = model.predict_with_scores(X)
    trained = np.tile([0.3, 0.7], (12, 1))
    return Examined(model, X, y, trained, np.arange(12), labels != y, decided)


@pytest.mark.parametrize("name", QUANTITIES.names())
def test_a_quantity_is_a_function_of_what_was_fitted(name, examined):
    one = QUANTITIES.load(name)
    assert isinstance(one, Quantity)
    assert one.needs in get_args(Need)
    assert one.__doc__.startswith("Return")
    found = one(examined)
    assert isinstance(found, Finding)
    numbers = [*found.values, *found.where] + ([] if found.value is None else [found.value])
    assert all(type(number) in (int, float) and math.isfinite(number) for number in numbers)
    json.dumps([found.value, found.where, found.values], allow_nan=False)
    assert one(examined) == found
