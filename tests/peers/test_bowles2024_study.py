"""The studies after Bowles et al. (2024) against the digest: printed values, printed settings."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from sklearn.pipeline import Pipeline

from benchmarks.bowles2024.digest import read_digest
from benchmarks.bowles2024.estimators import ENTRIES
from experiments import Study
from experiments.planning.building import load_dataset, make_pipeline
from qml.estimator import QuantumEstimator

#: The suite's names of what a study calls otherwise; a number stands for the level.
DATA_SETS = {
    "linearly separable": r"linearly_separable_(\d+)d",
    "two curves": r"two_curves-5degree-0.1offset-(\d+)d",
    "two curves, degree": r"two_curves-10d-(\d+)degree",
    "hyperplanes": r"hyperplanes-10d-from3d-(\d+)n",
    "bars and stripes": r"bars_and_stripes_(\d+)_x_\d+_0.5noise",
    "MNIST 3 and 5, 2": r"mnist_3-5_(2)d-250",
    "MNIST 3 and 5, 10": r"mnist_3-5_(10)d-250",
}
MODELS = {
    "SVC": "SVC",
    "MLP": "MLPClassifier",
    "IQP kernel": "IQPKernelClassifier",
    "separable kernel": "SeparableKernelClassifier",
    "projected kernel": "ProjectedQuantumKernel",
    "kitchen sinks": "QuantumKitchenSinks",
    "IQP variational": "IQPVariationalClassifier",
    "separable variational": "SeparableVariationalClassifier",
    "circuit-centric": "CircuitCentricClassifier",
    "tree tensor": "TreeTensorClassifier",
    "data re-uploading": "DataReuploadingClassifier",
    "dressed circuit": "DressedQuantumCircuitClassifier",
    "metric learner": "QuantumMetricLearner",
    "Boltzmann machine, ours": "QuantumBoltzmannMachine",
    "Boltzmann machine without entanglement, ours": "QuantumBoltzmannMachineSeparable",
    "WeiNet, ours": "WeiNet",
    "quanvolution, ours": "QuanvolutionalNeuralNetwork",
}
NOT_OURS = {"ConvolutionalNeuralNetwork"}


@pytest.fixture(scope="module")
def digest():
    """Printed rows by the study's word for the family, the level, and the suite's model."""
    named = os.environ.get("QML_DATA")
    if not named or not (Path(named) / "bowles2024").is_dir():
        pytest.skip("QML_DATA names no folder with bowles2024/")
    found = {}
    for row in read_digest(Path(named) / "bowles2024"):
        for word, pattern in DATA_SETS.items():
            if match := re.fullmatch(pattern, row.data_set):
                found[word, int(match[1]), row.model] = row
    return found


def test_every_printed_accuracy_of_generated_data_stands_in_the_study(digest):
    stands = {}
    for printed in Study.load("bowles2024").spec.published:
        for level, value in printed.curve:
            at = printed.dataset, int(level), MODELS[printed.model]
            stands[*at, printed.quantity] = value
    expected = {}
    for at, row in digest.items():
        if not at[0].startswith("MNIST") and row.model not in NOT_OURS:
            expected[*at, "accuracy"] = row.mean
            expected[*at, "accuracy_train"] = row.train_mean
    assert len(expected) > 1500
    assert stands == expected


def test_printed_accuracies_of_digits_are_the_digests(digest):
    printed = Study.load("bowles2024_mnist").spec.published
    assert len(printed) == 18
    for one in printed:
        level = int(one.dataset.rpartition(" ")[2])
        row = digest[one.dataset, level, MODELS[one.model]]
        assert one.value == (row.mean if one.quantity == "accuracy" else row.train_mean)


@pytest.mark.parametrize("study", ["bowles2024", "bowles2024_mnist"])
def test_models_have_the_hyperparameters_that_were_printed_as_best(digest, study):
    seen = 0
    for planned in Study.load(study).plan():
        split, draw = planned.cell.split, planned.cell.dataset.draw
        words = planned.dataset.entry.removesuffix(", drawn anew")
        printed = MODELS.get(planned.model.label, "")
        if split.start or draw or printed not in ENTRIES:
            continue
        data = load_dataset(planned.cell.dataset, split.seed)
        level = planned.dataset.spec.parameters.get("level", data.X.shape[1])
        settings = digest[words, level, printed].settings
        theirs = ENTRIES[printed].build(settings, data.X, 0)
        steps = [*theirs] if isinstance(theirs, Pipeline) else [theirs]
        ours = [*make_pipeline(planned.cell)]
        assert len(ours) == len(steps), planned.cell
        assert _settings(ours[-1]) == _settings(steps[-1]), planned.cell
        train = data.folds < 0
        for mine, scaler in zip(ours[:-1], steps[:-1], strict=True):
            fitted = mine.fit_transform(data.X[train])
            assert fitted == pytest.approx(scaler.fit_transform(data.X[train]), abs=1e-12)
        seen += 1
    assert seen > (100 if study == "bowles2024" else 8)


def _settings(model):
    """Return what decides a model: parameters as plain values, without those of the draw."""
    own = dict(model.get_params(deep=False), random_state=None)
    if isinstance(model, QuantumEstimator):
        own |= {"backend": str(own["backend"])}
    else:
        own = {k: list(v) if isinstance(v, tuple) else v for k, v in own.items()}
    if isinstance(own.get("feature_map"), dict):
        feature_map = {"seed": 0, **own["feature_map"]}
        if "time" in feature_map:
            feature_map["time"] = round(feature_map["time"], 6)
        own["feature_map"] = feature_map
    if isinstance(own.get("quantum_kernel"), dict):
        kernel = own["quantum_kernel"]
        own["quantum_kernel"] = {**kernel, "gamma_factor": round(kernel["gamma_factor"], 6)}
    return own
