"""The token: in no error, log, traceback, object, file or table, whatever fails."""

from __future__ import annotations

import base64
import json
import logging
import pickle
import traceback
import warnings
from pathlib import Path

import numpy as np
import pytest
import qiskit_ibm_runtime
from fake_runtime import MACHINE, TROUBLES, service
from qiskit.circuit.library import zz_feature_map

from experiments.running import ledgers
from experiments.study import Study
from qml.backends.ibm import IBMBackend
from qml.errors import BackendError
from qml.jobs import Ledger, Patience

TOKEN = "canary-TOKEN_0123456789abcdefGHIJ"  # a global: a traceback shows locals
SECRETS = [TOKEN, base64.b64encode(TOKEN.encode()).decode().rstrip("="), TOKEN[:8], TOKEN[-8:]]
QUICK = Patience(
    wait_s=0.4, submit_s=3.0, answer_s=0.2, grace_s=0.2, poll_s=0.02, longest_poll_s=0.05
)


def leaks(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def whole_tree(folder) -> str:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return "\n".join(file.read_bytes().decode("latin-1") for file in files)


@pytest.fixture
def account(monkeypatch):
    monkeypatch.setenv("QISKIT_IBM_TOKEN", TOKEN)


@pytest.mark.reliability("S1")
@pytest.mark.parametrize("trouble", TROUBLES)
def test_nothing_that_fails_shows_the_token(
    trouble, account, tmp_path, monkeypatch, caplog, capfd, recwarn
):
    fake = service(tmp_path / "service", trouble)
    monkeypatch.setattr(qiskit_ibm_runtime, "QiskitRuntimeService", fake)
    caplog.set_level(logging.DEBUG)
    shown = []
    backend = IBMBackend(name=MACHINE, shots=50, random_state=1)
    ledger = Ledger(tmp_path / "jobs", QUICK)
    caught = None
    try:
        backend.keep_jobs(ledger)
        backend.gram(zz_feature_map(2), np.ones((2, 2)))
    except BackendError as error:
        caught = error
    assert (caught is None) == (TROUBLES[trouble][0] == "done")
    if caught is not None:
        assert caught.__cause__ is None
        assert caught.__context__ is None
        trace = traceback.TracebackException.from_exception(caught, capture_locals=True)
        shown += [str(caught), repr(caught), "".join(trace.format())]
        shown += [repr(pickle.dumps(caught)), "".join(traceback.format_exception(caught))]
    shown += [repr(backend), repr(backend.report), pickle.dumps(backend).decode("latin-1")]
    shown += [repr(ledger.entries()), json.dumps(vars(backend.usage)), repr(vars(backend._machine))]
    shown += [caplog.text, *(str(warning.message) for warning in recwarn)]
    # the service's own memory holds what a service holds; everything else is ours
    shown.append(whole_tree(tmp_path / "jobs") if (tmp_path / "jobs").exists() else "")
    captured = capfd.readouterr()
    shown += [captured.out, captured.err]
    for text in shown:
        assert leaks(text) == []


@pytest.mark.reliability("S1")
@pytest.mark.parametrize("trouble", ["", "error", "401", "drop after submit", "not even JSON"])
def test_a_study_keeps_the_token_nowhere(trouble, account, tmp_path, monkeypatch, capfd):
    from experiments.commands import doctor
    from experiments.commands.ended import print_ended
    from experiments.commands.screen import print_check, print_jobs

    fake = service(tmp_path / "service", trouble)
    monkeypatch.setattr(qiskit_ibm_runtime, "QiskitRuntimeService", fake)
    monkeypatch.setattr(ledgers, "PATIENCE", QUICK)
    study = Study.from_dict(
        {
            "name": "canary",
            "datasets": [{"name": "ad_hoc", "n_samples": 12}],
            "models": ["qsvc", "svc"],
            "backend": f"ibm:name={MACHINE},shots=20",
            "protocol": {"folds": 2},
        }
    )
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run = study.run(jobs=1, out=tmp_path / "run")
        print_ended(run)
        print_check(study.check(run.folder))
        print_jobs(Ledger(run.folder / "jobs").entries())
        print(doctor.report())
    captured = capfd.readouterr()
    shown = captured.out + captured.err + whole_tree(tmp_path / "run")
    assert leaks(shown + "".join(str(one.message) for one in caught)) == []
    assert "QISKIT_IBM_TOKEN" in captured.out  # the doctor says that there is one, never which


@pytest.mark.reliability("S1")
def test_the_canary_would_be_seen(account, tmp_path):
    """The fake really holds the token where the package does: these tests can fail."""
    made = service(tmp_path / "service", "401")()
    assert leaks(repr(vars(made._account)))
    with pytest.raises(Exception, match="401") as caught:
        made._active_api_client.program_run("executor", MACHINE, {}, job_tags=["x"])
    assert leaks(str(caught.value))
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert leaks("".join(trace.format()))


@pytest.mark.reliability("S1")
def test_a_real_service_without_network_shows_nothing(account, monkeypatch):
    """The package's own connection fails somewhere inside, token in hand."""

    class Refused:
        def __init__(self, **options):
            headers = {"authorization": TOKEN}
            raise ConnectionError(f"refused with {headers}")

    monkeypatch.setattr(qiskit_ibm_runtime, "QiskitRuntimeService", Refused)
    backend = IBMBackend(name="ibm_torino", random_state=1)
    backend.keep_jobs(Ledger(Path("nowhere"), QUICK))
    machine = backend._connected(backend.jobs())
    from qml.jobs import MachineError

    with pytest.raises(MachineError, match="no answer from the service") as caught:
        machine.device()
    trace = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert leaks("".join(trace.format())) == []
    assert caught.value.__context__ is None


@pytest.mark.reliability("S1")
def test_no_source_saves_an_account():
    for file in Path(ledgers.__file__).parents[2].glob("*/**/*.py"):
        if file.parts[-3] != "tests" and "tests" not in file.parts and ".venv" not in file.parts:
            assert "save_account" not in file.read_text(), file
