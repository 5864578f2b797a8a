"""Classification apart from training: its own shots, as often as the study says."""

from __future__ import annotations

import numpy as np
import pytest

from experiments import Study
from experiments.evaluation.metrics import Predictions, score
from experiments.evaluation.rows import rows_of_stored
from experiments.evaluation.sittings import first_time, sittings_of
from experiments.records import StoredPredictions
from qml.backends import Kept, with_shots
from qml.errors import SpecError
from qml.jobs import Ledger

VQC = {"name": "vqc", "optimizer": {"name": "cobyla", "maxiter": 5}}
VALUES = {
    "name": "apart",
    "datasets": [{"name": "ad_hoc", "n_samples": 12, "test_sets": 2, "test_rows": 10}],
    "models": [{**VQC, "classify": {"shots": 1000, "times": 3}}],
    "backend": "exact:shots=100",
    "protocol": {"seed": 3},
}


def study(**changes):
    return Study.from_dict({**VALUES, **changes})


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return study().run(jobs=1, out=tmp_path_factory.mktemp("apart"))


def test_test_rows_have_shots_of_their_own_and_are_foreseen(run, tmp_path):
    [row] = run.cells().to_dict("records")
    assert row["fit_shots"] == 100 * row["fit_circuits"]
    assert row["circuits"] - row["fit_circuits"] == 3 * 20
    assert row["shots"] - row["fit_shots"] == 3 * 20 * 1000
    foreseen = study().check(tmp_path)
    [one] = foreseen.rows
    plain = study(models=[VQC]).check(tmp_path)
    assert one.shots == foreseen.shots == plain.shots - 20 * 100 + 3 * 20 * 1000
    assert one.circuits == foreseen.circuits == plain.circuits + 2 * 20


def test_each_time_is_a_classification_of_its_own_and_ratios_are_averaged(run):
    [row] = run.cells().to_dict("records")
    stored = run.find(row["key"]).predictions
    assert (len(stored.row), len(set(stored.row))) == (3 * 20, 20)
    probabilities = np.asarray(stored.scores).reshape(3, 20, 2)
    np.testing.assert_allclose(probabilities * 1000, np.round(probabilities * 1000), atol=1e-6)
    assert (probabilities[0] != probabilities[1]).any()
    np.testing.assert_allclose(probabilities.std(axis=0).mean(), 0.0129, atol=0.006)
    names = [f"accuracy_set_{s}_time_{t}" for s in range(2) for t in range(3)]
    assert row["accuracy"] == pytest.approx(np.mean([row[name] for name in names]))
    assert (row["test_sets"], row["times"]) == (2, 3)


def test_training_is_what_it_was(run, tmp_path):
    plain = study(models=[VQC]).run(jobs=1, out=tmp_path)
    [one], [other] = (list(each.results().cells.values()) for each in (run, plain))
    assert one.record.training == other.record.training
    assert one.record.costs.fit == other.record.costs.fit
    assert one.cell.key != other.cell.key
    assert one.record.train_scores == other.record.train_scores


@pytest.mark.parametrize("datasets", [VALUES["datasets"], [{"name": "ad_hoc", "n_samples": 12}]])
def test_a_kernel_machine_measures_its_test_block_apart(datasets, tmp_path):
    """Training on exact entries, blocks of 64 shots: no table stands in for one of them."""
    protocol = {"classify": {"shots": 64, "times": 2}}
    fold = {} if "test_sets" in datasets[0] else {"folds": 3, "repeats": 1}
    asked = study(
        datasets=datasets, models=["qsvc", "svc"], backend="exact", protocol={**protocol, **fold}
    )
    foreseen = asked.check(tmp_path)
    run = asked.run(jobs=1, out=tmp_path)
    cells = run.cells()
    assert (cells.status == "done").all()
    mine = cells[cells.model == "qsvc"]
    assert (mine.fit_shots == 0).all()
    assert (mine.shots == 64 * 2 * mine.n_test * mine.training_support_vectors).all()
    assert foreseen.shots == 64 * sum(2 * mine.n_test * mine.n_train)
    assert cells[cells.model == "svc"].filter(like="time_1").isna().all().all()
    assert mine.filter(like="time_1").notna().any().any()
    assert run.table(interval="bootstrap").accuracy.notna().all()


def test_what_a_row_does_to_the_mean_counts_every_time_it_was_classified():
    """By hand: four rows, twice; the influence of a row is the mean of its two."""
    once = StoredPredictions((4, 5, 6, 7), (0, 1, 1, 1), (0, 1, 1, 0), (0, 1))
    row, true = once.row * 2, once.true * 2
    twice = StoredPredictions(
        row, true, (*once.predicted, 0, 1, 1, 1), (0, 1), time=(0,) * 4 + (1,) * 4
    )
    found = rows_of_stored("accuracy", twice)
    assert found.row.tolist() == [4, 5, 6, 7]
    wanted = rows_of_stored("accuracy", once).influence / 2
    np.testing.assert_allclose(found.influence, wanted)
    np.testing.assert_allclose(found.step, 0.25)
    assert first_time(twice) == once
    grouped = StoredPredictions(
        row, true, twice.predicted, (0, 1), time=twice.time, groups=(1, 1, 2, 2) * 2
    )
    assert rows_of_stored("accuracy", grouped).row.tolist() == [1, 2]


def test_sittings_are_sets_and_times():
    said = StoredPredictions(
        (1, 2) * 2, (0, 1) * 2, (0, 1, 1, 1), (0, 1), test_set=(0, 1) * 2, time=(0, 0, 1, 1)
    )
    assert [one.name for one in sittings_of(said)] == [
        f"set_{s}_time_{t}" for s in range(2) for t in range(2)
    ]
    whole = Predictions.stored(said)
    parts = [whole.of_rows(np.array([0, 1])), whole.of_rows(np.array([2, 3]))]
    joined = Predictions.joined(parts)
    assert score("accuracy", joined) == score("accuracy", whole) == 0.75


def test_other_shots_keep_the_ledger(tmp_path):
    kept = Kept("ibm:fake_manila", Ledger(tmp_path))
    changed = with_shots(kept, 50)
    assert changed == "ibm:fake_manila,shots=50"
    assert changed.ledger is kept.ledger
    assert with_shots(
        "density_matrix:noise=uniform,noise.t1_us=50,shots=7,zne_factors=[1,3]", 9
    ) == ("density_matrix:noise=uniform,noise.t1_us=50,zne_factors=[1,3],shots=9")


@pytest.mark.parametrize(
    "changes, line",
    [
        (
            {"models": [{**VQC, "classify": {"shot": 5}}]},
            r"models\[0\].classify.shot: unknown key \(did you mean 'shots'\?\)",
        ),
        ({"models": [{**VQC, "classify": {"times": 0}}]}, r"classify.times: Input should be"),
        (
            {"models": [{"name": "svc", "classify": {"times": 2}}]},
            r"models\[0\].classify: svc runs no circuits",
        ),
        (
            {"backend": "exact", "protocol": {"classify": {"times": 2}}},
            r"protocol.classify: 'exact' has no shots, so every answer is the same; name shots",
        ),
    ],
)
def test_what_cannot_be_measured_is_one_line(changes, line):
    models = {"models": [VQC], **changes}
    with pytest.raises(SpecError, match=line) as caught:
        study(**models)
    assert len(str(caught.value).splitlines()) == 1
