"""A model is one new file: dropped into a copy, the whole workbench takes it up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

MODEL = '''
"""Nearest centroid on angles: thirty lines, as a newcomer would write them."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

__all__ = ["AngleCentroid"]


class AngleCentroid(ClassifierMixin, BaseEstimator):
    """Predict the class whose mean is nearest."""

    def __init__(self, order=2):
        self.order = order

    def fit(self, X, y):
        X, y = validate_data(self, X, y)
        check_classification_targets(y)
        self.classes_ = np.unique(y)
        self.means_ = np.array([X[y == label].mean(axis=0) for label in self.classes_])
        return self

    def predict(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, reset=False)
        distances = np.linalg.norm(X[:, None] - self.means_, ord=self.order, axis=2)
        return self.classes_[distances.argmin(axis=1)]
'''

STUDY = """
name: newcomer
datasets: [wine]
models:
  - {name: angle_centroid, order: [1, 2]}
  - dummy
protocol: {folds: 2}
"""


def test_one_new_file_is_enough(tmp_path):
    copy = tmp_path / "copy"
    for folder in ("qml", "classical", "experiments", "qml_workbench", "tests"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    (copy / "classical" / "angle_centroid.py").write_text(MODEL)
    (copy / "newcomer.yaml").write_text(STUDY)

    def run(*command: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=copy,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(copy)},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "angle_centroid" in run("experiments", "list", "models")
    assert "angle_centroid [order=1]" in run("experiments", "check", "newcomer.yaml")
    run("experiments", "run", "newcomer.yaml", "--jobs", "1")
    table = run("experiments", "table", "results/newcomer")
    assert "angle_centroid [order=2]" in table
    checked = run(
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "tests/contract/test_models.py",
        "-k",
        "AngleCentroid or angle_centroid",
    )
    assert "failed" not in checked
    assert "passed" in checked
