"""A service that speaks the runtime's interface, on files, and does what its script says.

Everything above the HTTP client is the runtime package's own: service, backend, primitives, jobs,
the encoding of programs and the decoding of results. A job is run by the package's local mode on a
snapshot. The state is in a folder, so that the service goes on when a client is killed.
"""

from __future__ import annotations

import itertools
import json
import os
import uuid
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import requests
from ibm_quantum_schemas.common import CompressedTensorModel
from ibm_quantum_schemas.executor.version_2_0 import (
    ItemMetadataModel,
    MetadataModel,
    ParamsModel,
    QuantumProgramResultItemModel,
    QuantumProgramResultModel,
)
from qiskit_ibm_runtime import QiskitRuntimeService
from qiskit_ibm_runtime.accounts import Account
from qiskit_ibm_runtime.api.client_parameters import ClientParameters
from qiskit_ibm_runtime.api.exceptions import RequestsApiError
from qiskit_ibm_runtime.fake_provider.executor.run_quantum_program import run_quantum_program
from qiskit_ibm_runtime.options_models.simulator import SimulatorOptions
from qiskit_ibm_runtime.quantum_program.converters.converters_2_0 import (
    passthrough_data_to_2_0,
    quantum_program_from_2_0,
)

from qml.devices import snapshot

CRN = "crn:v1:bluemix:public:quantum-computing:us-east:a/test:test::"
MACHINE = "ibm_test"


class FakeClient:
    """The HTTP client's side: what the service's endpoints answer.

    Parameters
    ----------
    folder : Path
        The service's memory.
    token : str
        What a real client would hold, and put into its errors.
    trouble : str
        One of `TROUBLES`, or "" for none.
    device : str
        The snapshot that computes.
    """

    def __init__(self, folder: Path, token: str, trouble: str = "", device: str = "fake_manila"):
        self.folder, self.token, self.trouble, self.device = folder, token, trouble, device
        self._instance = CRN
        self._calls = {name: itertools.count(1) for name in ("run", "get", "results", "list")}
        folder.mkdir(parents=True, exist_ok=True)

    # -- the endpoints

    def program_run(self, program_id, backend_name, params, job_tags=None, **options):
        call = next(self._calls["run"])
        if self.trouble == "5xx then fine" and call <= 3:
            raise self._refused(503)
        if self.trouble == "5xx forever":
            raise self._refused(500)
        if self.trouble == "401":
            raise self._refused(401)
        if self.trouble == "429" and call <= 2:
            raise self._refused(429)
        if self.trouble == "400":
            raise self._refused(400)
        job_id = f"d{uuid.uuid4().hex[:19]}"
        accepted = {
            "id": job_id,
            "tags": job_tags,
            "params": params,
            "options": {key: value for key, value in options.items() if value is not None},
        }
        file = self.folder / f".{job_id}"
        file.write_text(json.dumps(accepted))
        file.rename(self.folder / f"{job_id}.json")  # accepted in this moment
        with (self.folder / "submissions.log").open("a") as log:
            log.write(f"{job_tags[0]} {job_id}\n")
        if self.trouble in ("drop after submit", "listed late"):
            raise requests.exceptions.ConnectionError(f"reset, authorization: {self.token}")
        if self.trouble == "5xx after it was taken":
            raise self._refused(502)
        return {"id": job_id, "backend": backend_name}

    def job_get(self, job_id, exclude_params=True):
        call = next(self._calls["get"])
        if self.trouble == "drop while waiting" and call <= 3:
            raise requests.exceptions.ConnectionError(f"reset, authorization: {self.token}")
        if self.trouble == "401 while waiting":
            raise self._refused(401)
        if self.trouble == "5xx while waiting" and call <= 2:
            raise self._refused(504)
        file = self.folder / f"{job_id}.json"
        if not file.is_file() or self.trouble == "forgotten":
            raise self._refused(404)
        known = json.loads(file.read_text())
        answer = {
            "id": job_id,
            "backend": MACHINE,
            "program": {"id": "executor"},
            "created": "2026-11-25T10:00:00Z",
            "tags": known["tags"],
            "state": self._state(job_id, call),
        }
        if not exclude_params:
            answer["params"] = known["params"]
        return answer

    def _state(self, job_id, call):
        if (self.folder / f"{job_id}.cancelled").exists() or self.trouble == "cancelled":
            return {"status": "Cancelled"}
        if self.trouble == "queue forever":
            return {"status": "Queued"}
        if self.trouble == "slow" and call <= 6:
            return {"status": "Queued" if call <= 3 else "Running"}
        if self.trouble == "error":
            return {
                "status": "Failed",
                "reason": f"the qubits fell out, {self.token}",
                "reasonCode": 1517,
            }
        if self.trouble == "ran too long":
            return {"status": "Cancelled", "reason": "too long", "reasonCode": 1305}
        return {"status": "Completed"}

    def jobs_get(self, limit=None, skip=0, job_tags=None, **filters):
        if self.trouble == "listed late" and next(self._calls["list"]) <= 2:
            return {"jobs": [], "count": 0}
        known = [json.loads(file.read_text()) for file in sorted(self.folder.glob("d*.json"))]
        found = [job for job in known if set(job_tags or ()) <= set(job["tags"])]
        page = found[skip : skip + (limit or 20)]
        return {"jobs": [self._listed(job) for job in page], "count": len(found)}

    def _listed(self, job):
        return {
            "id": job["id"],
            "backend": MACHINE,
            "program": {"id": "executor"},
            "tags": job["tags"],
            "state": {"status": "Queued"},
        }

    def job_results(self, job_id):
        call = next(self._calls["results"])
        if self.trouble in ("error", "ran too long"):
            return ""
        if self.trouble == "bad payload" or (self.trouble == "bad payload once" and call == 1):
            return self._computed(job_id)[:-500]
        if self.trouble == "not even JSON":
            return "<html>502 Bad Gateway</html>"
        return self._computed(job_id)

    def _computed(self, job_id):
        known = json.loads((self.folder / f"{job_id}.json").read_text())
        program, _ = quantum_program_from_2_0(ParamsModel.model_validate(known["params"]))
        seed = int(job_id[1:8], 16)
        for item in program.items:
            if hasattr(item, "samplex"):
                item.samplex.finalize()
        result = run_quantum_program(
            snapshot(self.device), program, SimulatorOptions(seed_simulator=seed)
        )
        data = []
        for item in result:
            arrays = {name: np.asarray(item[name]) for name in item}
            if self.trouble == "wrong number":
                arrays = {name: array[..., :-1, :, :] for name, array in arrays.items()}
            if self.trouble == "too few shots":
                arrays = {name: array[..., :-7, :] for name, array in arrays.items()}
            results = {n: CompressedTensorModel.from_numpy(a) for n, a in arrays.items()}
            data.append(
                QuantumProgramResultItemModel(results=results, metadata=ItemMetadataModel())
            )
        return QuantumProgramResultModel(
            data=data,
            metadata=MetadataModel(chunk_timing=[]),
            passthrough_data=passthrough_data_to_2_0(program.passthrough_data),
            semantic_role=program._semantic_role,
        ).model_dump_json()

    def job_cancel(self, job_id):
        (self.folder / f"{job_id}.cancelled").touch()

    def job_metadata(self, job_id):
        return {
            "timestamps": {
                "created": "2026-11-25T10:00:00Z",
                "running": "2026-11-25T10:02:30Z",
                "finished": "2026-11-25T10:02:34Z",
            },
            "usage": {"qpu_charge_time_seconds": 4, "status": "complete"},
        }

    def backend_configuration(self, backend_name, refresh=False, calibration_id=None):
        if self.trouble == "no such machine":
            raise self._refused(404)
        backend = snapshot(self.device)
        content = json.loads((Path(backend.dirname) / backend.conf_filename).read_text())
        return {**content, "backend_name": MACHINE}

    def backend_properties(self, backend_name, datetime=None, calibration_id=None):
        backend = snapshot(self.device)
        content = json.loads((Path(backend.dirname) / backend.props_filename).read_text())
        return {**content, "backend_name": MACHINE}

    def backend_status(self, backend_name):
        return {
            "backend_name": backend_name,
            "backend_version": "1.0.0",
            "operational": True,
            "pending_jobs": 0,
            "status_msg": "active",
        }

    def cloud_usage(self):
        return {"usage_limit_reached": False}

    def create_session(self, backend, instance, max_time, mode):
        (self.folder / f"session.{mode}").touch()
        return {"id": f"s-{mode}"}

    def close_session(self, session_id):
        (self.folder / f"closed.{session_id}").touch()

    def _refused(self, code):
        """Return an error as the package's own client raises it: with the token all over it."""
        request = SimpleNamespace(headers={"Authorization": f"apikey {self.token}"})
        cause = requests.exceptions.HTTPError(
            f"{code} Error", request=request, response=SimpleNamespace(status_code=code)
        )
        error = RequestsApiError(f"{code} Error. {{'apikey': '{self.token}'}}", code)
        error.__cause__ = cause
        return error


TROUBLES = {
    # trouble: (status of the record, words of its line, submissions, what `submit` is)
    "": ("done", "", 1),
    "queue forever": ("timed_out", "still queued after", 1),
    "slow": ("done", "", 1),
    "error": ("failed", "Error code 1517", 1),
    "cancelled": ("cancelled", "was cancelled", 1),
    "ran too long": ("timed_out", "max_execution_time", 1),
    "5xx then fine": ("done", "", 1),
    "5xx forever": ("timed_out", r"the service failed \(500\)", 0),
    "401": ("failed", r"not authorised \(401\)", 0),
    "400": ("failed", r"refused the request \(400\)", 0),
    "429": ("done", "", 1),
    "drop after submit": ("done", "", 1),
    "listed late": ("done", "", 1),
    "5xx after it was taken": ("done", "", 1),
    "drop while waiting": ("done", "", 1),
    "5xx while waiting": ("done", "", 1),
    "401 while waiting": ("failed", r"not authorised \(401\).*id is kept", 1),
    "forgotten": ("failed", r"not found \(404\)", 1),
    "bad payload": ("failed", "cannot be read.*not submitted again", 1),
    "bad payload once": ("done", "", 1),
    "not even JSON": ("failed", "cannot be read.*not submitted again", 1),
    "wrong number": ("failed", "not submitted again", 1),
    "too few shots": ("failed", "shots were asked for.*not submitted again", 1),
    "no such machine": ("failed", "ibm:name=ibm_test", 0),
}


def service(folder: Path, trouble: str = "", device: str = "fake_manila") -> type:
    """Return a class to put in the place of the package's `QiskitRuntimeService`."""

    class FakeService(QiskitRuntimeService):
        """The package's service, with a client that asks no network."""

        def __init__(self, instance=None):
            token = os.environ.get("QISKIT_IBM_TOKEN", "none")
            self._account = Account(channel="ibm_quantum_platform", token=token, instance=CRN)
            self._client_params = ClientParameters(
                channel="ibm_quantum_platform", token=token, instance=CRN
            )
            self._channel = "ibm_quantum_platform"
            self._instance_auto = True
            self._default_instance = True
            self._url_resolver = None
            self._all_instances = [{"crn": CRN, "name": "test", "plan": "open"}]
            self._backend_configs = {}
            self._active_api_client = FakeClient(folder, token, trouble, device)
            self._api_clients = {CRN: self._active_api_client}
            self._backends_info_per_instance = {}
            self._backend_instance_groups = [
                {"crn": CRN, "name": "test", "plan": "open", "backends": [(MACHINE, False)]}
            ]

        def _resolve_cloud_instances(self, instance):
            return [(CRN, [(MACHINE, False)])]

    return FakeService


def submissions(folder: Path) -> list[str]:
    """Return the tag of every job that was ever accepted."""
    log = folder / "submissions.log"
    return [line.split()[0] for line in log.read_text().splitlines()] if log.is_file() else []
