"""The rooms of plug-ins as the workbench has them: an estimator from a name and plain values."""

from __future__ import annotations

import pytest

from experiments.evaluation.tuning import read_space, with_values
from experiments.registry import MODELS, build_estimator, search_space


@pytest.mark.parametrize("name", [name for name in MODELS.installed() if search_space(name)])
def test_every_search_space_is_one_of_its_own_model(name):
    space = search_space(name)
    named = build_estimator(MODELS, name, {}).get_params(deep=False)
    for path, values in read_space(space).items():
        for value in values.samples:
            changed = with_values(named, {path: value})
            key = path.partition(".")[0]
            build_estimator(MODELS, name, {key: changed[key]})
