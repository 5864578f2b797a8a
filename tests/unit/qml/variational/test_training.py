"""Training: budgets, minibatches, early stops, restarts, warm starts, callbacks, the tape."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from experiments.datasets.ad_hoc import ad_hoc
from qml.backends import resolve_backend
from qml.classifiers.data_reuploading_classifier import DataReuploadingClassifier
from qml.classifiers.vqc import VQC
from qml.costs import Usage
from qml.errors import SpecError, StoreError
from qml.optimizers import OPTIMIZERS, resolve_optimizer
from qml.variational import Counts, Trace, Training, resolve_training, train

DATA = ad_hoc(4, n_samples=40)
X, Y = DATA.X, DATA.y


def vqc(optimizer="cobyla", maxiter=50, backend="exact", random_state=0, **training):
    spec = {"name": optimizer, "maxiter": maxiter} if isinstance(optimizer, str) else optimizer
    return VQC(
        ansatz={"name": "real_amplitudes", "reps": 1},
        optimizer=spec,
        training=training or None,
        backend=backend,
        random_state=random_state,
    )


@pytest.mark.parametrize("name", OPTIMIZERS.names())
@pytest.mark.parametrize(
    "backend", ["exact", "exact:gradient_circuits=parameter_shift", "exact:shots=20"]
)
def test_no_optimizer_goes_beyond_the_budget_in_circuits(name, backend):
    model = vqc(name, 10_000, backend, max_circuits=2_000).fit(X, Y)
    assert model.usage_.circuits <= 2_000
    assert model.trained_.counts.circuits == model.usage_.circuits
    assert model.training_["stopped_by"] in ("budget", "optimizer")
    estimate = model.backend_.estimate(model.workload(40, 0, 2, 2))
    assert model.usage_.circuits <= estimate.circuits <= 2_000


def test_budget_in_shots_and_in_seconds():
    model = vqc("spsa", 10_000, "exact:shots=50", max_shots=30_000).fit(X, Y)
    assert 30_000 - 40 * 50 < model.usage_.shots <= 30_000
    start = time.perf_counter()
    model = vqc("spsa", 10_000_000, max_seconds=0.3).fit(X, Y)
    assert time.perf_counter() - start < 3
    assert model.training_["stopped_by"] == "budget"


def test_budget_below_one_evaluation_is_one_line():
    for optimizer in ("cobyla", "adam", "natural_gradient", "qnspsa"):
        for budget in ({"max_circuits": 39}, {"max_seconds": 1e-9}):
            with pytest.raises(SpecError, match="stopped before the first evaluation"):
                vqc(optimizer, **budget).fit(X, Y)
    with pytest.raises(SpecError, match="stopped before the first evaluation"):
        vqc("adam", backend="exact:shots=10", max_shots=40 * 9 * 10 - 1).fit(X, Y)


def test_answer_of_a_stopped_training_is_the_best_point():
    model = vqc("spsa", 1000, max_circuits=4_000).fit(X, Y)
    assert model.result_.fun == min(model.result_.history)


# What an optimizer asks for beyond values and gradients costs circuits too, by its own rule.
PLAIN = [
    name
    for name in OPTIMIZERS.names()
    if (optimizer := resolve_optimizer(name)).stochastic
    and not (optimizer.uses_metric or optimizer.uses_fidelity)
]


@pytest.mark.parametrize(
    "name, further",
    [
        *((name, 0) for name in PLAIN),
        ("natural_gradient", 3),  # a metric a step
        ("qnspsa", 12),  # four fidelities a step
    ],
)
def test_minibatches_cost_their_size_and_still_train(name, further):
    model = vqc(name, 3, batch_size=8).fit(X, Y)
    assert model.usage_.circuits == 8 * (model.result_.n_evaluations + further)


class Batches:
    """A problem of ten samples that writes down which of them a step looks at."""

    n_samples = 10

    def __init__(self):
        self.seen = []

    def selecting(self, rows):
        self.seen.append(rows)
        return self

    def circuits(self, question):
        return 5

    def value(self, weights):
        return float(weights @ weights)

    def value_and_gradient(self, weights):
        return self.value(weights), 2 * weights


def batches_of(optimizer, **training):
    problem = Batches()
    start, backend = lambda rng: np.ones(2), resolve_backend("exact")
    train(problem, resolve_optimizer(optimizer), Training(**training), start, backend, seed=0)
    return problem.seen


def test_minibatches_see_every_sample_once_an_epoch():
    seen = batches_of({"name": "spsa", "maxiter": 4, "a": 0.1}, batch_size=5)
    np.testing.assert_array_equal(np.sort(np.concatenate(seen[:2])), np.arange(10))
    np.testing.assert_array_equal(np.sort(np.concatenate(seen[2:4])), np.arange(10))
    assert not np.array_equal(seen[0], seen[2])


def test_minibatches_are_refused_where_values_of_steps_are_compared():
    with pytest.raises(SpecError, match=r"training.batch_size: COBYLA compares values"):
        vqc("cobyla", batch_size=8).fit(X, Y)


STEADY = ["adam", "gradient_descent", "lion", "natural_gradient"]


@pytest.mark.parametrize("name", STEADY)
def test_training_ends_at_convergence_by_default(name):
    """Where every loss is that of all samples at a step's end: no end is missed, none is early."""
    found = vqc(name, 2000).fit(X, Y)
    whole = vqc(name, 2000, patience=None).fit(X, Y)
    assert found.training_["stopped_by"] == "patience"
    assert found.training_["evaluations"] < 1500
    assert whole.training_["evaluations"] == 2001
    assert found.training_["loss"] < whole.result_.best_fun + 0.005


@pytest.mark.parametrize(
    "name, backend, training",
    [
        ("adam", "exact:shots=50", {}),  # the lowest of noisy losses is low by chance
        ("adam", "exact", {"batch_size": 10}),
        ("adam", "exact", {"max_circuits": 10**6}),  # a budget is there to be spent
        ("adam", "exact", {"plateau": 40}),  # another rule of convergence
        ("spsa", "exact", {}),  # looks on either side of where it is
        ("adam", "exact", {"patience": None}),
    ],
)
def test_training_that_cannot_be_seen_to_converge_goes_on(name, backend, training):
    step = {"eta": 1e-12} if name == "adam" else {"a": 1e-12, "c": 1e-9}
    model = vqc({"name": name, "maxiter": 70, **step}, backend=backend, **training).fit(X, Y)
    assert model.training_["stopped_by"] == "optimizer"


def test_patience_stops():
    long, short = vqc("spsa", 500).fit(X, Y), vqc("spsa", 500, patience=20).fit(X, Y)
    assert short.result_.n_evaluations < long.result_.n_evaluations
    assert short.training_["stopped_by"] == "patience"
    tail = short.result_.history[-20:]
    assert min(tail) >= min(short.result_.history[:-20]) - 1e-4


def first_plateau(losses, window):
    """Return how many losses there are when the published criterion first holds."""
    for step in range(len(losses)):
        if step > 2 * window:
            seen = losses[: step + 1]
            last, before = seen[-window:], seen[-2 * window : -window]
            if abs(np.mean(before) - np.mean(last)) <= np.std(last) / np.sqrt(window) / 2:
                return step + 1
    return None


def test_plateau_stops_where_the_published_criterion_does_and_keeps_the_last_point():
    noisy = {"batch_size": 8, "with_replacement": True}
    seen = []
    long = vqc("adam", 400, **noisy).fit(X, Y).result_
    short = vqc("adam", 400, **noisy, plateau=20, callback=lambda n, w, *_: seen.append(w))
    result = short.fit(X, Y).result_
    n_losses = first_plateau(long.history, 20)
    assert 42 < n_losses < 400
    assert result.history == long.history[: n_losses + 1]
    assert short.training_["stopped_by"] == "plateau"
    assert result.fun == result.history[-1] > min(result.history)
    # the point after the window is a step further than the last one that the callback saw
    assert 0 < np.abs(result.x - seen[-1]).max() < 0.2
    assert len(seen) == n_losses


def test_plateau_is_refused_where_points_are_tried_that_are_not_gone_to():
    with pytest.raises(SpecError, match=r"training.plateau: SPSA evaluates points"):
        vqc("spsa", plateau=8).fit(X, Y)


def test_minibatches_with_replacement_draw_from_all_samples_each_time():
    adam = {"name": "adam", "maxiter": 50}
    rows = np.array(batches_of(adam, batch_size=12, with_replacement=True))
    assert rows.shape == (50, 12)  # more than there are samples
    assert set(rows.ravel()) == set(range(10))
    share = np.mean([len(set(batch)) for batch in rows]) / 10
    assert share == pytest.approx(1 - 0.9**12, abs=0.05)  # of the samples, in a batch


def test_workload_bounds_batches_that_are_larger_than_the_sample():
    model = vqc("adam", 5, batch_size=100, with_replacement=True).fit(X, Y)
    assert model.usage_.circuits == 600
    estimate = model.backend_.estimate(model.workload(40, 0, X.shape[1], 2))
    assert estimate.circuits >= 600


def test_validation_keeps_the_point_that_generalises():
    model = vqc("adam", 30, validation_fraction=0.25).fit(X, Y)
    # 30 training rows and 10 held out, each evaluation
    assert model.usage_.circuits == 40 * model.result_.n_evaluations
    many = vqc("adam", 5, validation_fraction=0.25, restarts=3).fit(X, Y)
    seed = int(np.random.RandomState(0).randint(np.iinfo(np.int32).max))
    _, held_out = many._split(Y, resolve_training(many.training), seed)
    losses = []
    for run in many.trained_.runs:
        p = many._predictions(X[held_out], run.x)
        losses.append(-np.log(p[np.arange(10), Y[held_out]]).mean())
    best = many.trained_.runs[int(np.argmin(losses))]
    np.testing.assert_array_equal(many.weights_, best.x)
    with pytest.raises(SpecError, match="validation_fraction"):
        vqc("adam", 3, validation_fraction=0.99).fit(X, Y)


def test_restarts_start_elsewhere_and_the_lowest_loss_wins():
    model = vqc("cobyla", 30, restarts=4).fit(X, Y)
    runs = model.trained_.runs
    assert len({run.history[0] for run in runs}) == 4
    assert model.result_.fun == min(run.fun for run in runs)
    single = vqc("cobyla", 30).fit(X, Y)
    assert runs[0].history == single.result_.history
    given = vqc("cobyla", 30, restarts=3).set_params(initial_point=np.zeros(4)).fit(X, Y)
    assert len({run.history[0] for run in given.trained_.runs}) == 3
    at_zero = vqc("cobyla", 30).set_params(initial_point=np.zeros(4)).fit(X, Y)
    assert given.trained_.runs[0].history == at_zero.result_.history
    budgeted = vqc("spsa", 10_000, restarts=4, max_circuits=8_000).fit(X, Y)
    shares = [run.n_evaluations * 40 for run in budgeted.trained_.runs]
    assert max(shares) <= 2_000
    assert budgeted.usage_.circuits <= 8_000


def test_fit_twice_is_the_same_but_warm_start_goes_on():
    model = vqc("cobyla", 20)
    first = model.fit(X, Y).weights_.copy()
    np.testing.assert_array_equal(model.fit(X, Y).weights_, first)
    warm = vqc("cobyla", 20, warm_start=True)
    loss = warm.fit(X, Y).result_.fun
    again = warm.fit(X, Y)
    assert again.result_.history[0] == pytest.approx(loss, abs=1e-12)


def test_callback_sees_iteration_parameters_loss_and_counts():
    seen = []

    def callback(number, weights, loss, counts):
        weights[:] = np.nan  # a copy: the training goes on undisturbed
        seen.append((number, loss, counts))
        return number == 7

    model = vqc("cobyla", 50, callback=callback).fit(X, Y)
    assert [number for number, _, _ in seen] == list(range(1, 8))
    assert [loss for _, loss, _ in seen] == list(model.result_.history)
    assert [counts.circuits for _, _, counts in seen] == [40 * n for n in range(1, 8)]
    assert model.training_["stopped_by"] == "callback"


def test_losses_of_steps_are_means_of_what_was_measured():
    """With two evaluations a step of SPSA, and one of its last point, which is the last step's."""
    model = vqc("spsa", 20, "exact:shots=30", step_losses=100).fit(X, Y)
    seen: dict[int, list[float]] = {}

    def callback(_, __, loss, counts):
        seen.setdefault(counts.steps, []).append(loss)

    again = vqc("spsa", 20, "exact:shots=30", callback=callback).fit(X, Y)
    trace = model.trace_
    assert trace["step_numbers"] == sorted(seen)
    np.testing.assert_allclose(trace["step_losses"], [np.mean(seen[k]) for k in sorted(seen)])
    assert [len(seen[k]) for k in range(1, 21)] == [2] * 19 + [3]
    few = vqc("spsa", 20, "exact:shots=30", step_losses=4).fit(X, Y).trace_
    assert few["step_numbers"][0] == trace["step_numbers"][0]
    assert (len(few["step_losses"]), few["step_losses"][-1]) == (4, trace["step_losses"][-1])
    assert "step_losses" not in again.trace_


def test_stages_are_on_ideal_qubits_and_cost_nothing():
    model = vqc("spsa", 60, "exact:shots=30", stages=6).fit(X, Y)
    spent = model.usage_
    stages = list(model.staged())
    assert 2 <= len(stages) <= 6
    assert model.usage_ == spent
    for counts, then in stages:
        assert then.predict(X).shape == Y.shape
        assert counts["circuits"] <= spent.circuits
    ideal = VQC(
        ansatz={"name": "real_amplitudes", "reps": 1},
        initial_point=stages[-1][1].weights_,
        optimizer={"name": "cobyla", "maxiter": 1},
    ).fit(X, Y)
    assert stages[-1][0]["loss"] == pytest.approx(ideal.result_.history[0], abs=1e-12)


def test_trace_keeps_improvements_and_thins_by_logarithm():
    trace = Trace()
    for number, loss in enumerate([5.0, 6.0, 4.0, 4.0, 3.0]):
        trace.add(Counts(evaluations=number + 1), loss, None)
    assert trace.losses == [5.0, 4.0, 3.0]
    assert trace.evaluations == [1, 3, 5]
    long = Trace()
    for number in range(1000):
        long.add(Counts(evaluations=number + 1), -number, None)
    thin = long.thinned(20)
    assert len(thin.losses) <= 20
    assert thin.evaluations[0] == 1
    assert thin.evaluations[-1] == 1000


def test_the_course_of_minibatches_is_not_that_of_the_easiest_of_them():
    """Stages are the weights of their time, with the loss over all samples."""
    model = vqc("adam", 6, batch_size=4, stages=50).fit(X, Y)
    stages = list(model.staged())
    assert [counts["evaluations"] for counts, _ in stages] == list(range(1, 8))
    weights = [twin.weights_ for _, twin in stages]
    assert len({row.tobytes() for row in weights}) == 7  # each step's own
    whole = vqc("adam", 1).set_params(initial_point=weights[3]).fit(X, Y)
    assert stages[3][0]["loss"] == pytest.approx(whole.result_.history[0], abs=1e-12)


@pytest.mark.parametrize("every", [1, 3])
def test_a_metric_serves_as_many_steps_as_it_is_told_to(every):
    lazy = {"name": "natural_gradient", "metric_every": every, "maxiter": 7}
    model = vqc(lazy).fit(X, Y)
    plain = vqc("adam", 7).fit(X, Y)
    further = model.usage_.circuits - plain.usage_.circuits
    assert further == len(X) * -(-7 // every)
    foreseen = [one.workload(len(X), 0, X.shape[1], 2).n_evaluations for one in (model, plain)]
    assert foreseen[0] - foreseen[1] == further


@pytest.mark.parametrize("name", ["cobyla", "spsa", "adam", "l_bfgs_b", "cma_es", "qnspsa"])
@pytest.mark.parametrize("backend", ["exact", "exact:shots=40", "aer:shots=40"])
def test_interrupted_training_resumes_as_if_it_never_was(tmp_path, name, backend):
    if backend.startswith("aer") and name not in ("cobyla", "spsa"):
        pytest.skip("slow, and the tape does not know the backend")
    whole = vqc(name, 8, backend).fit(X, Y)

    class Cut(Exception):
        pass

    def cut(number, weights, loss, counts):
        if number == 7:
            raise Cut

    tape = str(tmp_path / "tape.jsonl")
    with pytest.raises(Cut):
        vqc(name, 8, backend, checkpoint=tape, callback=cut).fit(X, Y)
    resumed = vqc(name, 8, backend, checkpoint=tape).fit(X, Y)
    np.testing.assert_array_equal(resumed.weights_, whole.weights_)
    assert resumed.result_.history == whole.result_.history
    assert resumed.usage_ == whole.usage_
    # a finished one is played from the tape alone
    lines = Path(tape).read_text().count("\n")
    again = vqc(name, 8, backend, checkpoint=tape).fit(X, Y)
    np.testing.assert_array_equal(again.weights_, whole.weights_)
    assert Path(tape).read_text().count("\n") == lines


@pytest.mark.parametrize(
    "backend",
    [
        "density_matrix:noise=fake_manila",
        "density_matrix:noise=fake_manila,shots=40",
        "density_matrix:noise=fake_manila,shots=40,readout_mitigation=local",
        "density_matrix:noise=fake_manila,shots=40,readout_mitigation=full",
    ],
)
def test_resumed_training_reports_every_cost_that_the_uninterrupted_one_reports(tmp_path, backend):
    """Also those that only backends of machines have, such as gates on two qubits."""
    few, labels = X[::8], Y[::8]
    whole = vqc("spsa", 3, backend).fit(few, labels)
    tape = str(tmp_path / "tape.jsonl")
    cut = vqc("spsa", 3, backend, checkpoint=tape, callback=lambda number, *_: number == 4)
    cut.fit(few, labels)
    resumed = vqc("spsa", 3, backend, checkpoint=tape).fit(few, labels)
    assert whole.usage_.two_qubit_gates > 0
    assert resumed.usage_ == whole.usage_
    np.testing.assert_array_equal(resumed.weights_, whole.weights_)


def told(model):
    """All that a training reports but its seconds."""
    trained = model.trained_
    trace = {name: values for name, values in vars(trained.trace).items() if name != "seconds"}
    return {
        "usage": model.usage_,
        "counts": replace(trained.counts, seconds=0.0),
        "trace": {**trace, "points": [point.tolist() for point in trained.trace.points]},
        "runs": [
            {**vars(run), "x": run.x.tolist(), "best_x": run.best_x.tolist()}
            for run in trained.runs
        ],
        "training": model.training_,
        "weights": model.weights_.tolist(),
    }


@pytest.mark.parametrize(
    "name, backend, training",
    [
        ("cobyla", "exact", {"max_circuits": 400, "restarts": 2}),
        ("adam", "exact", {"max_circuits": 400, "restarts": 3, "stages": 4}),
        ("adam", "exact", {"batch_size": 8, "validation_fraction": 0.25, "restarts": 2}),
        ("spsa", "exact:shots=20", {"validation_fraction": 0.25, "patience": 3, "restarts": 2}),
        ("natural_gradient", "exact:shots=20", {"max_shots": 120_000, "restarts": 2}),
        ("l_bfgs_b", "exact", {"patience": 4}),
    ],
)
def test_training_killed_after_any_answer_reports_what_the_uninterrupted_one_reports(
    tmp_path, name, backend, training
):
    """Also where a run had spent its share of the budget before the next one began."""
    few, labels = X[::2], Y[::2]
    optimizer = {"name": "spsa", "maxiter": 4, "a": 0.5} if name == "spsa" else name
    whole = told(vqc(optimizer, 8, backend, **training).fit(few, labels))
    tape = tmp_path / "tape.jsonl"
    kept = vqc(optimizer, 8, backend, checkpoint=str(tape), **training).fit(few, labels)
    assert told(kept) == whole
    lines = tape.read_bytes().splitlines(keepends=True)
    for n_lines in range(1, len(lines) + 1):
        tape.write_bytes(b"".join(lines[:n_lines]))
        resumed = vqc(optimizer, 8, backend, checkpoint=str(tape), **training)
        assert told(resumed.fit(few, labels)) == whole, n_lines
        assert tape.read_bytes().count(b"\n") == len(lines)


def test_resumed_training_with_a_larger_budget_goes_on(tmp_path):
    tape = str(tmp_path / "tape.jsonl")
    vqc("cobyla", 30, checkpoint=tape, max_circuits=400).fit(X, Y)
    more = vqc("cobyla", 30, checkpoint=tape, max_circuits=800).fit(X, Y)
    assert more.usage_.circuits == 800
    assert told(more) == told(vqc("cobyla", 30, max_circuits=800).fit(X, Y))


def test_resumed_seconds_of_a_service_add_up_to_the_last_digit(tmp_path, monkeypatch):
    of_call = Usage.of_call
    bills = iter(np.random.default_rng(0).uniform(0, 1, 10_000))
    monkeypatch.setattr(
        Usage, "of_call", lambda *counts, **costs: of_call(*counts, **costs, qpu_s=next(bills))
    )
    tape = tmp_path / "tape.jsonl"
    whole = vqc("spsa", 20, "exact:shots=20", checkpoint=str(tape), restarts=2).fit(X, Y)
    assert whole.usage_.qpu_s > 10
    again = vqc("spsa", 20, "exact:shots=20", checkpoint=str(tape), restarts=2).fit(X, Y)
    assert again.usage_ == whole.usage_


@pytest.mark.parametrize("name", ["adam", "cma_es", "qnspsa"])
def test_resumed_minibatches_are_those_of_the_uninterrupted_training(tmp_path, name):
    """Also where an optimizer asks before its first step, and so looks at the first minibatch."""
    whole = vqc(name, 8, batch_size=8).fit(X, Y)
    tape = str(tmp_path / "tape.jsonl")
    cut = vqc(name, 8, checkpoint=tape, batch_size=8, callback=lambda number, *_: number == 7)
    cut.fit(X, Y)
    resumed = vqc(name, 8, checkpoint=tape, batch_size=8).fit(X, Y)
    np.testing.assert_array_equal(resumed.weights_, whole.weights_)


def test_checkpoint_of_another_version_is_one_line(tmp_path):
    tape = tmp_path / "tape.jsonl"
    vqc("cobyla", 3, checkpoint=str(tape)).fit(X, Y)
    first, *others = tape.read_text().splitlines(keepends=True)
    bare = {"training": json.loads(first)["training"]}
    # 2 did not tell a held-out loss, 3 not the run that asked
    for old in (bare, {**bare, "format": 2}, {**bare, "format": 3}):
        tape.write_text("".join([json.dumps(old) + "\n", *others]))
        with pytest.raises(StoreError, match="written by another version"):
            vqc("cobyla", 3, checkpoint=str(tape)).fit(X, Y)


def test_tape_whose_order_is_shifted_is_refused(tmp_path):
    """At the first line out of place, also where a loss held out is taken for the one minimized."""
    tape = tmp_path / "tape.jsonl"
    vqc("cobyla", 6, checkpoint=str(tape), validation_fraction=0.25).fit(X, Y)
    head, training, held_out, *others = tape.read_text().splitlines(keepends=True)
    for line, order in ((2, [held_out, training]), (2, [held_out]), (3, [training])):
        tape.write_text("".join([head, *order, *others]))
        with pytest.raises(StoreError, match=f"line {line} answers another question"):
            vqc("cobyla", 6, checkpoint=str(tape), validation_fraction=0.25).fit(X, Y)


def test_torn_line_is_dropped_and_foreign_tapes_are_refused(tmp_path):
    tape = tmp_path / "tape.jsonl"
    whole = vqc("cobyla", 12, checkpoint=str(tape)).fit(X, Y)
    text = tape.read_bytes()
    tape.write_bytes(text[: len(text) // 2])
    resumed = vqc("cobyla", 12, checkpoint=str(tape)).fit(X, Y)
    np.testing.assert_array_equal(resumed.weights_, whole.weights_)
    with pytest.raises(StoreError, match="belongs to another training"):
        vqc("spsa", 12, checkpoint=str(tape)).fit(X, Y)
    with pytest.raises(StoreError, match="belongs to another training"):
        vqc("cobyla", 12, checkpoint=str(tape)).fit(X + 0.1, Y)
    tape.write_text("hello\n")
    with pytest.raises(StoreError, match="is no checkpoint"):
        vqc("cobyla", 12, checkpoint=str(tape)).fit(X, Y)
    with pytest.raises(StoreError, match="checkpoint"):
        vqc("cobyla", 12, checkpoint=str(tmp_path)).fit(X, Y)


_KILLED = """
import sys
sys.path.insert(0, {tests!r})
from test_training import X, Y, vqc
model = vqc("spsa", 3000, "exact:shots=40", checkpoint={tape!r}).fit(X, Y)
"""


@pytest.mark.reliability
def test_killed_training_loses_no_answer(tmp_path):
    tape = tmp_path / "tape.jsonl"
    code = _KILLED.format(tests=str(Path(__file__).parent), tape=str(tape))
    process = subprocess.Popen([sys.executable, "-c", code], env={**os.environ})
    deadline = time.monotonic() + 120
    while (not tape.exists() or tape.read_bytes().count(b"\n") < 300) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    kept = tape.read_bytes().count(b"\n") - 1
    assert kept >= 299
    model = vqc("spsa", 3000, "exact:shots=40", checkpoint=str(tape)).fit(X, Y)
    whole = vqc("spsa", 3000, "exact:shots=40").fit(X, Y)
    np.testing.assert_array_equal(model.weights_, whole.weights_)
    answers = [json.loads(line) for line in tape.read_text().splitlines()[1:]]
    assert len(answers) == whole.result_.n_evaluations


def test_two_processes_do_not_write_one_tape(tmp_path):
    from qml.variational import Tape

    tape = Tape(tmp_path / "tape.jsonl", "x")
    with pytest.raises(StoreError, match="another process is writing it"):
        Tape(tmp_path / "tape.jsonl", "x")
    tape.close()
    Tape(tmp_path / "tape.jsonl", "x").close()


def test_training_is_checked_by_name_and_value():
    with pytest.raises(SpecError, match=r"training.max_circuit: .*did you mean 'max_circuits'"):
        resolve_training({"max_circuit": 3})
    with pytest.raises(SpecError, match=r"training.batch_size: .*greater than 0"):
        resolve_training({"batch_size": 0})
    with pytest.raises(SpecError, match="training: must be a mapping"):
        resolve_training("fast")


def test_what_belongs_to_one_model_is_refused_in_a_study():
    from experiments.registry import check_component

    with pytest.raises(SpecError, match=r"training.checkpoint: is for one model in Python"):
        check_component("training", {"checkpoint": "tape.jsonl"})
    check_component("training", {"max_circuits": 100})
    check_component("training", None)


def test_metric_reaches_the_optimizer_through_any_model():
    model = DataReuploadingClassifier(
        optimizer={"name": "natural_gradient", "maxiter": 5, "metric": "full"}, random_state=0
    ).fit(X, Y)
    assert model.result_.fun < model.result_.history[0]


def test_a_training_that_cannot_be_is_refused_before_it_runs():
    with pytest.raises(SpecError, match=r"training.batch_size: COBYLA compares values"):
        vqc("cobyla", batch_size=8).workload(40, 10, 2, 2)
