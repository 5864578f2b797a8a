"""What every test shares."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.threats import evidence, rewrite, table

# Before NumPy is loaded, and for the processes that tests start: one thread a test, as a cell has.
# The tests run side by side already, and threads that wait busily for the next small product on
# cores which another test needs made some tests take twenty times as long.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

settings.register_profile("workbench", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("workbench")


@pytest.fixture
def reviews_folder() -> str:
    """The folder with the restaurant reviews, where one is named."""
    folder = os.environ.get("QML_DATA")
    if not folder:
        pytest.skip("QML_DATA names no folder with yelp_labelled.txt")
    return folder


@pytest.fixture
def tiny_study() -> dict:
    """A study of seconds: one small data set, a quantum and two classical models."""
    return {
        "name": "tiny",
        "datasets": [{"name": "ad_hoc", "n_samples": 24}],
        "models": [
            {"name": "qsvc", "label": "QSVC"},
            {"name": "logistic_regression", "label": "LR"},
            {"name": "dummy"},
        ],
        "protocol": {"folds": 3, "repeats": 1, "seed": 1},
    }


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test's report say for which rows of the table it stands."""
    for mark in item.iter_markers("reliability"):
        item.user_properties += [("threat", name) for name in mark.args]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the table of what was measured, where that is what was run."""
    if not config.option.markexpr.startswith("reliability") or hasattr(config, "workerinput"):
        return  # something else was asked for, or this is one of several that were asked
    ended = {"passed": "passed", "failed": "failed", "error": "failed", "skipped": "skipped"}
    reports = [
        (outcome, report)
        for category, outcome in ended.items()
        for report in terminalreporter.stats.get(category, [])
    ]
    lines = list(table(evidence(reports)))
    terminalreporter.section("what was measured")
    for line in lines:
        terminalreporter.line(line)
    if page := os.environ.get("RELIABILITY_PAGE"):
        rewrite(Path(page), lines)
