"""A machine's service in trouble: one status, one line, at most one submission, nothing lost."""

from __future__ import annotations

import gc
import json
import time
from dataclasses import replace

import joblib
import numpy as np
import pytest
import qiskit_ibm_runtime
from fake_runtime import CRN, MACHINE, TROUBLES, service, submissions
from qiskit import QuantumCircuit
from qiskit.circuit.library import zz_feature_map
from qiskit.quantum_info import SparsePauliOp
from sklearn.base import BaseEstimator, ClassifierMixin, clone

from experiments.running import ledgers
from experiments.study import Study
from qml.backends import Usage, Workload, keep_jobs, resolve_backend
from qml.backends.ibm import IBMBackend
from qml.errors import BackendError, ResourceError, SpecError
from qml.jobs import Answer, Batch, JobState, Ledger, Machine, MachineError, Patience

pytestmark = pytest.mark.reliability

QUICK = Patience(
    wait_s=2.5, submit_s=5.0, answer_s=0.5, grace_s=0.4, poll_s=0.02, longest_poll_s=0.1
)
X = np.random.default_rng(0).uniform(0, 3, (4, 2))
FEATURE_MAP = zz_feature_map(2)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A function that puts the fake service, with some trouble, in the place of the real one."""

    def put(trouble="", device="fake_manila"):
        fake = service(tmp_path / "service", trouble, device)
        monkeypatch.setattr(qiskit_ibm_runtime, "QiskitRuntimeService", fake)
        return tmp_path / "service"

    return put


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "jobs", QUICK)


def kept_backend(ledger, **options):
    backend = IBMBackend(**{"name": MACHINE, "shots": 100, "random_state": 1, **options})
    backend.keep_jobs(ledger)
    return backend


def asked(ledger, **options):
    backend = kept_backend(ledger, **options)
    return backend.gram(FEATURE_MAP, X), backend


@pytest.mark.reliability("R9")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_every_trouble_is_one_status_one_line_and_one_submission(trouble, machine, ledger):
    status, words, count = TROUBLES[trouble]
    folder = machine(trouble)
    start = time.monotonic()
    if status == "done":
        K, backend = asked(ledger)
        assert (K.diagonal() == 1).all()
        assert (backend.usage.circuits, backend.usage.shots) == (6, 600)
    else:
        with pytest.raises(BackendError, match=words) as caught:
            asked(ledger)
        assert caught.value.status == status
        assert "\n" not in str(caught.value)
        assert str(caught.value).startswith(f"ibm:name={MACHINE}: ")
    assert time.monotonic() - start < QUICK.submit_s + 5
    assert len(submissions(folder)) == count
    # asked again, whatever happened: never a second job
    if status == "done":
        again, _ = asked(ledger)
        np.testing.assert_array_equal(again, K)
    elif count:
        with pytest.raises(BackendError):
            asked(ledger)
    assert len(submissions(folder)) == count


@pytest.mark.parametrize("trouble", ["queue forever", "401 while waiting", "bad payload"])
def test_what_was_submitted_is_fetched_once_the_trouble_is_over(trouble, machine, ledger):
    folder = machine(trouble)
    with pytest.raises(BackendError):
        asked(ledger)
    machine("")
    K, backend = asked(ledger)
    assert K.shape == (4, 4)
    assert len(submissions(folder)) == 1
    assert (backend.usage.qpu_s, backend.usage.queue_s) == (4.0, 150.0)


def test_failed_jobs_are_submitted_again_only_when_that_is_asked_for(machine, ledger):
    folder = machine("error")
    for _ in range(2):
        with pytest.raises(BackendError, match="Error code 1517"):
            asked(ledger)
    assert len(submissions(folder)) == 1
    machine("")
    with pytest.raises(BackendError, match="Error code 1517"):
        asked(ledger)
    K, _ = asked(replace(ledger, retry_before_s=time.time()))
    assert K.shape == (4, 4)
    assert len(submissions(folder)) == 2
    [entry] = ledger.entries()
    assert len(entry.earlier) == 1
    assert entry.job_id not in entry.earlier


@pytest.mark.reliability("R9")
def test_what_a_user_cancelled_is_never_submitted_again(machine, ledger):
    folder = machine("queue forever")
    with pytest.raises(BackendError, match="still queued"):
        asked(ledger)
    from qml.jobs import connect

    [entry] = ledger.entries()
    ledger.cancel(connect(MACHINE, ledger.folder), entry)
    assert (folder / f"{entry.job_id}.cancelled").exists()
    machine("")
    for kind in (ledger, replace(ledger, retry_before_s=time.time() + 10)):
        with pytest.raises(BackendError, match="was cancelled, and .* not submitted again") as e:
            asked(kind)
        assert e.value.status == "cancelled"
    assert len(submissions(folder)) == 1


@pytest.mark.reliability("R9")
def test_damage_to_the_ledger_costs_no_second_job(machine, ledger):
    folder = machine("")
    K, _ = asked(ledger)
    [entry] = ledger.entries()
    file = ledger.folder / f"{entry.address}.json"
    results = file.with_suffix(".npz")
    text, content = file.read_bytes(), results.read_bytes()
    for damaged in (b"", b"{", text[:50], text.replace(b"done", b"gone"), b"\xff\xfe"):
        file.write_bytes(damaged)
        np.testing.assert_array_equal(asked(ledger)[0], K)
    file.write_bytes(text)
    for damaged in (b"", content[:-20], content[:100] + b"x" + content[101:]):
        results.write_bytes(damaged)
        np.testing.assert_array_equal(asked(ledger)[0], K)
    results.unlink()
    np.testing.assert_array_equal(asked(ledger)[0], K)
    assert len(submissions(folder)) == 1


def test_address_is_the_content(machine, ledger):
    """Another circuit, value, number of shots, seed, option or machine is another batch."""
    machine("")
    isa = kept_backend(ledger).transpiled(FEATURE_MAP)
    batch = Batch(isa, X, 100, 1)
    base = batch.address("a", "c")
    assert base == Batch(isa.copy(), X.copy(), 100, 1).address("a", "c")
    moved = isa.copy_empty_like()
    for step in isa.data:
        moved.append(step)
    moved.rz(0.1, 0)
    other = X.copy()
    other[3, 1] += 1e-15
    bigger = np.random.default_rng(0).normal(size=(2000, 2))
    different = bigger.copy()
    different[1000, 0] = 0.0  # NumPy prints both alike
    observable = (SparsePauliOp("ZIIII"),)
    addresses = [
        base,
        batch.address("b", "c"),
        batch.address("a", "d"),
        replace(batch, shots=101).address("a", "c"),
        replace(batch, seed=2).address("a", "c"),
        replace(batch, values=other).address("a", "c"),
        replace(batch, circuit=moved).address("a", "c"),
        replace(batch, options={"max_execution_time": 5}).address("a", "c"),
        replace(batch, observables=observable).address("a", "c"),
        replace(batch, observables=(2 * observable[0],)).address("a", "c"),
        replace(batch, values=bigger).address("a", "c"),
        replace(batch, values=different).address("a", "c"),
    ]
    assert len(set(addresses)) == len(addresses)
    assert base == replace(batch, expected=Usage(qpu_s=9.0)).address("a", "c")


def test_same_layout_on_other_qubits_is_another_batch():
    addresses = []
    for qubit in (0, 3):
        circuit = QuantumCircuit(5, 1)
        circuit.x(qubit)
        circuit.measure(qubit, 0)
        addresses.append(Batch(circuit, np.empty((1, 0)), 10, 0).address("a", "c"))
    assert addresses[0] != addresses[1]


def test_one_item_a_call_split_by_the_services_limits(machine, ledger, monkeypatch):
    from qml.backends import ibm

    folder = machine("")
    monkeypatch.setattr(ibm, "_MOST_EXECUTIONS", 250)  # two rows of 100 shots
    K, backend = asked(ledger)
    assert len(submissions(folder)) == 3  # six entries
    assert backend.usage.jobs == 3
    jobs = [json.loads(file.read_text()) for file in folder.glob("d*.json")]
    assert {len(job["params"]["quantum_program"]["items"]) for job in jobs} == {1}
    monkeypatch.setattr(ibm, "_MOST_EXECUTIONS", 10_000_000)
    monkeypatch.setattr(ibm, "_LONGEST_JOB_S", 2.0 + 0.06)  # of 250 us and a circuit a shot
    assert backend._rows_a_job(0.0, 1) == 2
    assert np.abs(K - resolve_backend("exact").gram(FEATURE_MAP, X)).max() < 0.4


def test_half_built_matrices_go_on_where_they_stood(machine, ledger, monkeypatch):
    from qml.backends import ibm

    folder = machine("")
    monkeypatch.setattr(ibm, "_MOST_EXECUTIONS", 100)  # a job an entry
    with pytest.raises(ResourceError, match="100 more would make 400 of the 350"):
        asked(replace(ledger, max_shots=350))
    assert len(submissions(folder)) == 3
    K, _ = asked(ledger)
    tags = submissions(folder)
    assert len(tags) == len(set(tags)) == 6
    assert np.abs(K - resolve_backend("exact").gram(FEATURE_MAP, X)).max() < 0.4


def test_calibration_is_kept_so_that_tomorrow_finds_todays_answers(machine, ledger):
    """The machine is calibrated anew between two runs: other errors, perhaps another layout."""
    folder = machine("", "fake_manila")
    K, backend = asked(ledger)
    machine("", "fake_lima")
    again, _ = asked(ledger)
    np.testing.assert_array_equal(again, K)
    assert len(submissions(folder)) == 1
    assert backend.report["calibration"] == ledger.calibration(backend._machine).sha256[:12]


def test_budgets_are_a_hard_stop_before_submission(machine, ledger):
    folder = machine("")
    with pytest.raises(ResourceError, match="600 more would make 600 of the 599 that max_shots"):
        asked(replace(ledger, max_shots=599))
    with pytest.raises(ResourceError, match="max_qpu_seconds allows; nothing was submitted"):
        asked(replace(ledger, max_qpu_s=2.0))
    assert not submissions(folder)
    asked(replace(ledger, max_shots=1000, max_qpu_s=5.0))  # billed are four seconds
    other = kept_backend(replace(ledger, max_shots=1000), random_state=2)
    with pytest.raises(ResourceError, match="600 more would make 1,200 of the 1,000"):
        other.gram(FEATURE_MAP, X)
    asked(replace(ledger, max_shots=600))  # what is there costs nothing
    assert len(submissions(folder)) == 1


@pytest.mark.parametrize("mode", ["batch", "session"])
def test_jobs_are_grouped_and_the_group_is_closed(mode, machine, ledger):
    folder = machine("")
    _, backend = asked(ledger, mode=mode)
    [job] = [json.loads(file.read_text()) for file in folder.glob("d*.json")]
    kind = {"batch": "batch", "session": "dedicated"}[mode]
    assert (folder / f"session.{kind}").exists()
    assert job["options"]["session_id"] == f"s-{kind}"
    backend.close()
    assert (folder / f"closed.s-{kind}").exists()


def test_a_session_that_nobody_closes_goes_with_its_backend(machine, ledger):
    folder = machine("")
    asked(ledger, mode="session")
    gc.collect()
    assert (folder / "closed.s-dedicated").exists()


def test_equal_rows_in_two_jobs_are_drawn_apart(machine, ledger, monkeypatch):
    from qml.backends import ibm

    folder = machine("")
    monkeypatch.setattr(ibm, "_MOST_EXECUTIONS", 200)
    backend = kept_backend(ledger, shots=200)
    rows = backend.run_probabilities(FEATURE_MAP, np.repeat(X[:1], 2, axis=0))
    assert len(submissions(folder)) == 2
    assert not np.array_equal(rows[0], rows[1])


def test_options_reach_the_service(machine, ledger):
    folder = machine("")
    asked(
        ledger,
        dynamical_decoupling="XY4",
        twirl_gates=True,
        twirl_measurements=True,
        max_execution_time=77,
    )
    [job] = [json.loads(file.read_text()) for file in folder.glob("d*.json")]
    assert job["options"]["max_execution_time"] == 77
    [entry] = ledger.entries()
    assert job["tags"] == [entry.tag]
    [item] = job["params"]["quantum_program"]["items"]
    assert item["item_type"] == "samplex"  # twirled
    assert entry.usage.executions >= 600


def test_resilience_of_expectation_values(machine, ledger):
    """TREX and the estimator's own extrapolation come closer, and cost what they cost."""
    machine("")
    observables = [SparsePauliOp.from_list([("ZZ", 1.0), ("IX", 0.5)]), SparsePauliOp("ZI")]
    ideal = resolve_backend("exact").run_expectations(FEATURE_MAP, observables, X)
    errors, executions = {}, {}
    for name, options in {
        "plain": {},
        "trex": {"trex": True},
        "zne": {"trex": True, "zne": "runtime", "zne_factors": [1.0, 3.0]},
    }.items():
        backend = kept_backend(ledger, shots=40_000, random_state=3, **options)
        found = backend.run_expectations(FEATURE_MAP, observables, X)
        errors[name] = np.abs(found - ideal).mean()
        executions[name] = backend.usage.executions
        assert backend.usage.shots >= 320_000
    assert errors["trex"] < 0.8 * errors["plain"]
    assert errors["zne"] < errors["trex"]
    assert executions["plain"] < executions["trex"] < executions["zne"]


@pytest.mark.parametrize("options", [{"trex": True}, {"zne": "runtime"}])
def test_what_outcomes_cannot_have_is_refused_not_left_out(options, machine, ledger):
    folder = machine("")
    with pytest.raises(SpecError, match="is for expectation values; allowed for outcomes"):
        asked(ledger, **options)
    with pytest.raises(SpecError, match="is for expectation values"):
        IBMBackend(name=MACHINE, **options).estimate(Workload(2, grams=((4, 0),)))
    assert not submissions(folder)


class Parallel(ClassifierMixin, BaseEstimator):
    """A model that asks for four kernel entries at once, each a job of 50 shots."""

    def __init__(self, backend="exact", way="threads"):
        self.backend, self.way = backend, way

    def fit(self, X, y):
        place = resolve_backend(self.backend) if self.way == "one backend in threads" else None
        kind = "loky" if self.way == "processes" else "threading"
        work = [
            joblib.delayed(_entry)(self.backend if place is None else place, X + number)
            for number in range(4)
        ]
        self.entries_ = joblib.Parallel(n_jobs=2, backend=kind)(work)
        return self


def _entry(backend, X):
    return resolve_backend(backend).gram(FEATURE_MAP, X)[0, 1]


@pytest.mark.parametrize("way", ["threads", "one backend in threads", "processes"])
def test_a_model_that_fits_in_parallel_stays_within_the_budget(way, tmp_path):
    ledger = Ledger(tmp_path / "jobs", QUICK, max_shots=100)
    model = Parallel("ibm:fake_manila,shots=50", way)
    keep_jobs(model, ledger)
    with pytest.raises(ResourceError, match="50 more would make 150 of the 100"):
        clone(model).fit(X[:2], [0, 1])
    paid = [entry.usage.shots for entry in ledger.entries()]
    assert 0 < sum(paid) <= 100


class Scripted(Machine):
    """A machine that answers as it is told."""

    name = "scripted"

    def __init__(self, answer):
        self.answer, self.submitted = answer, 0

    def device(self):
        raise NotImplementedError

    def submit(self, batch, tag):
        self.submitted += 1
        return f"job{self.submitted}"

    def find(self, tag):
        return []

    def state(self, job_id):
        return JobState("done")

    def result(self, job_id, kind):
        return self.answer

    def cancel(self, job_id):
        raise MachineError("refused", "no")


@pytest.mark.parametrize(
    "values, words",
    [
        (np.array([[0.1, np.nan], [0.2, 0.3]]), "row 0 of its values is no number"),
        (np.array([[0.1, 0.2], [np.inf, 0.3]]), "row 1 of its values is no number"),
        (np.zeros((3, 2)), "2 x 2 results were asked for"),
        (np.zeros((2, 1)), "2 x 2 results were asked for"),
        (np.zeros(2), "2 x 2 results were asked for"),
    ],
)
def test_answers_that_are_none_are_refused_and_not_paid_for_twice(values, words, ledger):
    machine = Scripted(Answer({"values": values, "errors": values}, Usage(executions=10)))
    observables = (SparsePauliOp("Z"), SparsePauliOp("X"))
    batch = Batch(QuantumCircuit(1), np.empty((2, 0)), 10, 0, observables)
    for _ in range(2):
        with pytest.raises(BackendError, match=words):
            ledger.answers(machine, [batch], "c")
    assert machine.submitted == 1
    machine.answer = Answer(
        {"values": np.zeros((2, 2)), "errors": np.zeros((2, 2))}, Usage(executions=1)
    )
    [answer] = ledger.answers(machine, [batch], "c")
    np.testing.assert_array_equal(answer.arrays["values"], 0.0)
    assert machine.submitted == 1


# -- a study on a machine


def study(**changes):
    return Study.from_dict(
        {
            "name": "rehearsal",
            "datasets": [{"name": "ad_hoc", "n_samples": 12}],
            "models": [{"name": "qsvc", "label": "QSVC"}, "svc"],
            "backend": f"ibm:name={MACHINE},shots=50",
            "protocol": {"folds": 2, "seed": 1},
            "metrics": ["accuracy"],
            **changes,
        }
    )


@pytest.mark.reliability("R9")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_study_has_a_row_whatever_happens(trouble, machine, tmp_path, monkeypatch):
    status, words, _ = TROUBLES[trouble]
    folder = machine(trouble)
    monkeypatch.setattr(ledgers, "PATIENCE", replace(QUICK, wait_s=1.5, grace_s=0.2))
    run = study().run(jobs=1, out=tmp_path / "run")
    cells = run.cells()
    quantum = cells[cells["model"] == "QSVC"]
    assert set(quantum["status"]) == {status}
    assert set(cells[cells["model"] == "svc"]["status"]) == {"done"}
    tags = submissions(folder)
    assert len(tags) == len(set(tags))
    if status == "done":
        assert (quantum["executions"] == quantum["shots"]).all()
        assert (quantum["qpu_s"] > 0).all()
        assert (quantum["queue_s"] > 0).all()
        text = run.table().to_string()
        assert "qpu_s" in text
        return
    import re

    assert re.search(words, quantum["error"].iloc[0])
    # the trouble is over: what was taken is fetched, and only failures wait to be asked for
    machine("")
    again = study().run(jobs=1, out=tmp_path / "run")
    resumed = again.cells()[again.cells()["model"] == "QSVC"]
    if trouble in ("queue forever", "5xx forever", "401 while waiting", "forgotten"):
        assert set(resumed["status"]) == {"done"}
    else:
        assert set(resumed["status"]) == {status}
    retried = study().run(jobs=1, out=tmp_path / "run", retry_failed=True).cells()
    wanted = "cancelled" if trouble == "cancelled" else "done"
    assert set(retried[retried["model"] == "QSVC"]["status"]) == {wanted}


def test_a_budget_that_cannot_hold_stops_a_study_before_anything_runs(machine, tmp_path):
    folder = machine("")
    limited = study(budget={"max_shots": 100})
    with pytest.raises(
        ResourceError, match="budget.max_shots: the study may ask for .*nothing was run"
    ):
        limited.run(jobs=1, out=tmp_path / "run")
    assert not submissions(folder)
    with pytest.raises(ResourceError, match="budget.max_qpu_seconds"):
        study(budget={"max_qpu_seconds": 0.5}).run(jobs=1, out=tmp_path / "run")
    enough = study(budget={"max_shots": 100_000, "max_qpu_seconds": 1000}).run(
        jobs=1, out=tmp_path / "run"
    )
    assert set(enough.cells()["status"]) == {"done"}


def test_a_budget_that_let_a_study_start_lets_it_go_on(machine, tmp_path):
    folder = machine("")
    exactly = study(budget={"max_shots": study().check(tmp_path / "run").shots})
    run = exactly.run(jobs=1, out=tmp_path / "run")
    jobs = len(submissions(folder))
    # killed before its last cell was stored: all is paid for, one cell is open
    run.store.remove(run.cells().query("model == 'QSVC'")["key"].iloc[-1])
    again = exactly.run(jobs=1, out=tmp_path / "run")
    assert set(again.cells()["status"]) == {"done"}
    assert len(submissions(folder)) == jobs


def test_check_foresees_what_a_run_asks_for(machine, tmp_path):
    folder = machine("")
    found = study().check(tmp_path / "run")
    row = next(row for row in found.rows if row.model == "QSVC")
    assert row.problem == ""
    assert row.depth > 10
    assert row.two_qubit_gates > 3
    run = study().run(jobs=1, out=tmp_path / "run")
    ledger = Ledger(tmp_path / "run" / "jobs")
    assert sum(e.usage.executions for e in ledger.entries()) == found.shots
    assert len(submissions(folder)) == found.jobs
    assert found.qpu_s == pytest.approx(2 * found.jobs + found.shots * 250e-6, rel=0.2)
    assert study().check(run.folder).shots == 0  # all is there


def test_cheaper_routes_are_named_with_what_they_cost():
    folds = study(
        models=[{"name": "vqc", "optimizer": {"name": "cobyla", "maxiter": 9}}],
        backend="ibm:fake_manila,shots=50",
        protocol={"folds": 4},
    )
    routes = dict(folds.cheaper())
    assert routes["protocol.folds=2"].qpu_s < folds.check("nowhere").qpu_s
    exact = "backend: density_matrix:noise=fake_manila (its noise, exactly)"
    assert routes[exact].qpu_s == routes[exact].shots == 0
    kernel = study(
        datasets=[{"name": "ad_hoc", "n_samples": 80}],
        backend="ibm:fake_manila,shots=50",
        protocol={"split": "hold_out"},
    )
    landmarks = "quantum_kernel: {name: nystrom, n_landmarks: 16}"
    assert dict(kernel.cheaper())[landmarks].circuits < kernel.check("nowhere").circuits


def test_jobs_are_listed_fetched_and_cancelled_by_hand(machine, tmp_path, monkeypatch, capsys):
    from experiments.commands.cli import app

    folder = machine("queue forever")
    monkeypatch.setattr(ledgers, "PATIENCE", replace(QUICK, wait_s=0.2))

    run = study().run(jobs=1, out=tmp_path / "run")
    monkeypatch.setattr(ledgers, "PATIENCE", QUICK)
    assert set(run.cells()["status"]) == {"timed_out", "done"}
    n_jobs = len(submissions(folder))

    def qml(*words):
        app(["jobs", *words], standalone_mode=False)
        return capsys.readouterr().out

    assert "submitted" in qml("list", str(run.folder))
    assert "still queued" in qml("fetch", str(run.folder))
    machine("")
    assert f"{n_jobs:,} done" in qml("fetch", str(run.folder))
    again = study().run(jobs=1, out=tmp_path / "run")
    assert set(again.cells()["status"]) == {"done"}
    assert len(submissions(folder)) == n_jobs
    assert CRN not in qml("list", str(run.folder))


def test_cancelled_by_hand_stays_cancelled(machine, tmp_path, monkeypatch, capsys):
    from experiments.commands.cli import app
    from qml.errors import StoreError

    folder = machine("queue forever")
    monkeypatch.setattr(ledgers, "PATIENCE", replace(QUICK, wait_s=0.2))
    run = study().run(jobs=1, out=tmp_path / "run")
    n_jobs = len(submissions(folder))
    with pytest.raises(SpecError, match="name a job, or say --all"):
        app(["jobs", "cancel", str(run.folder)], standalone_mode=False)
    app(["jobs", "cancel", str(run.folder), "--all"], standalone_mode=False)
    assert "cancelled: job" in capsys.readouterr().out
    machine("")
    again = study().run(jobs=1, out=tmp_path / "run", retry_failed=True)
    assert set(again.cells()["status"]) == {"cancelled", "done"}
    assert len(submissions(folder)) == n_jobs
    with pytest.raises(SpecError, match="no job or batch starts with 'zzz'"):
        app(["jobs", "list", str(run.folder), "zzz"], standalone_mode=False)
    with pytest.raises(StoreError, match="no machine was asked"):
        app(["jobs", "list", str(tmp_path)], standalone_mode=False)


def test_the_estimate_names_jobs_seconds_depth_and_gates():
    backend = resolve_backend("ibm:fake_manila,shots=1000")
    found = backend.estimate(Workload(2, grams=((40, 0),), circuit=FEATURE_MAP))
    assert (found.circuits, found.shots, found.jobs) == (780, 780_000, 1)
    assert found.depth > 10
    assert found.two_qubit_gates >= 6
    # 2 s a job, and 250 us and the circuit's length an execution
    length_s = (found.qpu_s - 2.0) / 780_000 - 250e-6
    assert 1e-6 < length_s < 20e-6
