"""Scikit-learn's checks of estimators, each called by the name of the plug-in, too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

__all__ = ["scikit_learn_checks"]


def scikit_learn_checks(
    estimators: Sequence[BaseEstimator], names: Mapping[type, str], **options: Any
) -> pytest.MarkDecorator:
    """Do what `parametrize_with_checks` does, with `names` of the classes before its own.

    ``pytest -k NAME`` finds the checks of a plug-in so, as it finds all other tests of it.
    """
    theirs = parametrize_with_checks(estimators, **options)
    called = theirs.kwargs["ids"]

    def name(value: object) -> str | None:
        stem = names.get(type(value))
        return f"{stem}-{called(value)}" if stem else called(value)

    return pytest.mark.parametrize(*theirs.args, ids=name)
