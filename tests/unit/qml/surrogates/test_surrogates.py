"""Surrogates: linear in the spectrum of an encoding, and the RBF kernel most like it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from sklearn.metrics.pairwise import rbf_kernel

from qml.circuits import (
    resolve_ansatz,
    resolve_feature_map,
)
from qml.engine import probabilities
from qml.kernels import centred_alignment
from qml.surrogates.matched_rbf import MatchedRBF
from qml.surrogates.spectrum_surrogate import SpectrumSurrogate


@pytest.mark.parametrize(
    "spec", ["angle", {"name": "zz", "reps": 1}, "iqp", {"name": "separable", "reps": 3}]
)
def test_spectrum_holds_every_outcome_probability(spec):
    """With all frequencies, any circuit on that map is linear in the surrogate's features."""
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (600, 2))
    surrogate = SpectrumSurrogate(feature_map=spec)
    surrogate.bandwidth_ = 1.0
    angles = surrogate._angles(X)
    ranges = [range(-times, times + 1) for times in surrogate._times]
    surrogate.frequencies_ = np.array(list(itertools.product(*ranges)))
    features = surrogate._features(angles)
    ansatz = resolve_ansatz("efficient_su2", 2).assign_parameters(rng.normal(size=16))
    outcome = probabilities(resolve_feature_map(spec, 2).compose(ansatz), X)
    weights, *_ = np.linalg.lstsq(features[:500], outcome[:500], rcond=1e-10)
    np.testing.assert_allclose(features[500:] @ weights, outcome[500:], atol=1e-6)


def test_surrogate_learns_what_its_spectrum_holds_and_not_what_it_does_not():
    X = np.linspace(0, 2 * np.pi, 200, endpoint=False)[:, None]
    slow, fast = np.cos(X[:, 0]) > 0, np.cos(5 * X[:, 0]) > 0
    model = SpectrumSurrogate(feature_map="angle", C=1e4, random_state=0)
    assert model.fit(X, slow).score(X, slow) > 0.98
    assert model.fit(X, fast).score(X, fast) < 0.7
    tower = SpectrumSurrogate(feature_map={"name": "separable", "reps": 5}, C=1e4, random_state=0)
    assert tower.fit(X, fast).score(X, fast) > 0.95


def test_matched_rbf_has_the_width_that_aligns_best():
    X = np.random.default_rng(0).uniform(0, 1, (40, 3))
    model = MatchedRBF(feature_map="angle", bandwidth=0.5).fit(X, X[:, 0] > 0.5)
    K = np.prod(np.cos(0.25 * (X[:, None] - X[None])) ** 2, axis=2)  # the angle map's own kernel
    alignments = [
        centred_alignment(K, rbf_kernel(X, gamma=factor * model.gamma_)) for factor in (0.5, 1, 2)
    ]
    assert np.argmax(alignments) == 1
    assert model.alignment_ == pytest.approx(alignments[1])
    assert model.alignment_ > 0.99
