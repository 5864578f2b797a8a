"""What a study is said to show before it runs, against simulated rows."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import Study
from experiments.evaluation.rows import FoldRows, Rows
from experiments.evaluation.statistics import compare
from qml.errors import SpecError

VALUES = {
    "name": "foreseen",
    "datasets": [{"name": "moons", "n_samples": 200}],
    "models": [{"name": "qsvc", "label": "q"}, "svc", "k_nearest_neighbours", "dummy"],
    "protocol": {"folds": 5, "repeats": 2},
}


def test_families_are_counted_as_declared():
    counts = [
        ("classical", 3),
        ("best_classical", 3),
        ("all_pairs", 6),
        ({"reference": "svc"}, 3),
        ({"pairs": [["q", "svc"]]}, 1),
    ]
    for said, wanted in counts:
        [found] = Study.from_dict({**VALUES, "compare": said}).foresee()
        assert (found.n_comparisons, found.n_rows, found.n_splits) == (wanted, 200, 10), said
    [found] = Study.from_dict({**VALUES, "controls": True, "compare": "controls"}).foresee()
    assert (found.n_comparisons, found.n_controls) == (0, 5)
    assert np.isnan(found.visible)
    assert found.visible_of_controls > 0


def test_foreseen_difference_is_shown_four_times_in_five():
    """Rows on which one of two models is right alone, as often as it takes."""
    values = {**VALUES, "compare": {"pairs": [["q", "svc"]]}}
    [found] = Study.from_dict(values).foresee(0.85, 0.2)
    rng, n = np.random.default_rng(0), found.n_rows
    seen = []
    for _ in range(800):
        luck = rng.random(n)
        first = luck < 0.2 / 2 + found.visible / 2  # the first is right alone
        second = (luck >= 0.2 / 2 + found.visible / 2) & (luck < 0.2)
        right = first.astype(float) - second.astype(float)
        scores, folds = [], []
        for _ in range(2):
            for test in np.array_split(rng.permutation(n), 5):
                mine = right[test]
                scores.append(mine.mean())
                influence = (mine - mine.mean()) / np.sqrt(len(test) * (len(test) - 1))
                folds.append(FoldRows(test, influence, np.full(len(test), 1 / len(test))))
        seen.append(compare(scores, 0.25, 0.0, Rows.of_folds(folds)).p < 0.05)
    assert np.mean(seen) == pytest.approx(0.8, abs=0.06)


def test_what_cannot_be_is_one_line():
    study = Study.from_dict(VALUES)
    with pytest.raises(SpecError, match="--disagreement: must lie above 0 and at most at 0.2"):
        study.foresee(0.9, 0.5)
    with pytest.raises(SpecError, match="--accuracy: must lie between 0 and 1"):
        study.foresee(1.0, 0.5)


def test_few_groups_and_a_tiny_minority_are_said():
    rng = np.random.default_rng(0)
    mine = {
        "X": rng.normal(size=(60, 2)),
        "y": np.arange(60) % 10 == 0,
        "groups": np.arange(60) % 6,
    }
    values = {"name": "few", "datasets": ["mine"], "models": ["svc", "dummy"]}
    protocol = {"split": "grouped", "folds": 3}
    [found] = Study.from_dict({**values, "protocol": protocol}, {"mine": mine}).foresee()
    assert [remark.split(":")[0] for remark in found.remarks] == [
        "6 groups",
        "6 rows of class True",
    ]
    [plain] = Study.from_dict(VALUES).foresee()
    assert plain.remarks == ()


@pytest.mark.parametrize(
    "change, words",
    [
        ({"compare": "al_pairs"}, "did you mean 'all_pairs'"),
        ({"compare": {"referenc": "svc"}}, "did you mean 'reference'"),
        ({"compare": {"reference": "svm"}}, "compare.reference: no model of this study"),
        ({"compare": {"pairs": [["q", "svn"]]}}, "compare.pairs[0][1]: no model of this study"),
        ({"compare": {"pairs": [["q", "q"]]}}, "beside itself"),
        ({"compare": {"reference": "svc", "pairs": [["q", "svc"]]}}, "two answers"),
        ({"compare": "controls"}, "add `controls: true`"),
        ({"compare": 3}, "must name a family"),
        ({"rope": {"acuracy": 0.1}}, "did you mean 'accuracy'"),
        ({"rope": {"accuracy": -0.1}}, "rope.accuracy"),
    ],
)
def test_mistakes_in_what_is_declared_are_one_line(change, words):
    with pytest.raises(SpecError) as caught:
        Study.from_dict({**VALUES, **change})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
