"""The IBM backend: a machine of IBM Quantum, or its offline snapshot."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveFloat, PositiveInt
from qiskit.circuit import QuantumCircuit
from qiskit.quantum_info import SparsePauliOp

from qml.backends._contract import Values
from qml.backends._measuring import measurement_groups
from qml.backends._sampled import SampledBackend
from qml.circuits import measured_qubits, overlap_circuit, without_readout
from qml.costs import Estimate, Usage, Workload
from qml.devices import Device, snapshot_qubits
from qml.engine import memory_needed, rows_of
from qml.errors import BackendError, SpecError
from qml.examples import BackendExample
from qml.jobs import Answer, Batch, Ledger, Machine, MachineError, Patience, connect

__all__ = ["IBMBackend"]

EXAMPLES = (BackendExample({"name": "fake_manila", "shots": 4000}, noisy=True),)

# the service's limits on one job, and its rule for what a job takes of the machine
_MOST_EXECUTIONS = 10_000_000
_LONGEST_JOB_S = 3 * 3600.0
_SECONDS_A_JOB = 2.0
_SECONDS_AN_EXECUTION = 250e-6


@dataclass
class IBMBackend(SampledBackend):
    """A machine through the runtime's client-side sampler and estimator, with a ledger of its jobs.

    ``ibm:fake_manila`` runs offline on a snapshot of a machine, with its noise;
    ``ibm:name=ibm_torino`` needs an account that the runtime package knows (saved by it, or in the
    environment variable ``QISKIT_IBM_TOKEN``). The workbench neither takes nor stores a token.

    Every call is one broadcast item, split where the service's limits ask for it (10 million
    executions, three hours). Job ids and results are kept as `qml.jobs.Ledger` says: in the study's
    folder, or, for a machine that is asked from Python, in a folder of the user's.

    Parameters
    ----------
    name : str
        Name of the machine; names that start with ``fake_`` are offline snapshots.
    shots : int, default=1024
        Measurements of each circuit.
    instance : str or None, default=None
        Instance of the account; None is its own choice.
    mode : {"job", "batch", "session"}, default="job"
        Grouping of the jobs by the service.
    max_execution_time : int or None, default=None
        Seconds of the machine after which the service ends a job.
    max_wait_s : float or None, default=None
        Seconds to wait for a job, in the queue and running. After that the record says so, the job
        goes on, and the same command goes on waiting.
    dynamical_decoupling : {"none", "XX", "XpXm", "XY4"}, default="none"
        Pulses on idle qubits.
    twirl_gates, twirl_measurements : bool, default=False
        Random Paulis around two-qubit gates and before measurements.
    trex : bool, default=False
        Readout mitigation of the estimator for expectation values (twirled readout error
        extinction); for probabilities see `readout_mitigation`.
    zne : {"none", "gate_folding", "runtime"}, default="none"
        Extrapolation of the results to no noise; ``"runtime"`` is the estimator's, for expectation
        values alone, with `zne_factors` (None is 1, 3 and 5) and `zne_extrapolator`, of which it
        also knows ``"exponential"``.
    ledger : str or None, default=None
        Folder of the jobs. None is that of the ledger which came with the backend, as in a study;
        without one it is a folder of the user's, and for a snapshot one that goes with this object.
    random_state : int or None, default=None
        Root of the seeds of the snapshots' simulator; on a machine it tells repetitions of a
        question apart.

    References
    ----------
    van den Berg, Minev, Temme, Phys. Rev. A 105, 032620 (2022), doi:10.1103/PhysRevA.105.032620
    (TREX).

    Examples
    --------
    >>> import numpy as np
    >>> from qiskit.circuit import QuantumCircuit
    >>> bell = QuantumCircuit(2)
    >>> _ = bell.h(0), bell.cx(0, 1)
    >>> backend = IBMBackend(name="fake_manila", shots=200, random_state=1)
    >>> backend.run_probabilities(bell, np.zeros((1, 0)))[0, [0, 3]].sum().round() == 1.0
    np.True_
    """

    submits: ClassVar[bool] = True

    name: str = ""
    shots: PositiveInt = 1024
    instance: str | None = None
    mode: Literal["job", "batch", "session"] = "job"
    max_execution_time: PositiveInt | None = None
    max_wait_s: PositiveFloat | None = None
    dynamical_decoupling: Literal["none", "XX", "XpXm", "XY4"] = "none"
    twirl_gates: bool = False
    twirl_measurements: bool = False
    trex: bool = False
    zne: Literal["none", "gate_folding", "runtime"] = "none"  # type: ignore[assignment]
    zne_extrapolator: Literal["linear", "richardson", "exponential"] = "linear"  # type: ignore[assignment]
    ledger: str | None = None
    random_state: int | None = None
    _kept: Ledger | None = field(default=None, init=False, repr=False, compare=False)
    _machine: Machine | None = field(default=None, init=False, repr=False, compare=False)
    _device: Device | None = field(default=None, init=False, repr=False, compare=False)
    _own_folder: str = field(default="", init=False, repr=False, compare=False)
    _since_s: float = field(default_factory=time.time, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.name:
            raise SpecError("name the machine: 'ibm:fake_manila' or 'ibm:name=ibm_torino'")
        if self._offline:
            snapshot_qubits(self.name)
        super().__post_init__()

    @property
    def _offline(self) -> bool:
        return self.name.startswith("fake_")

    # -- machine and ledger

    def jobs(self) -> Ledger:
        """Return the ledger that this backend's jobs are kept in."""
        kept = self._kept
        if self.ledger is not None or kept is None:
            patience = Patience(wait_s=self.max_wait_s)
            return Ledger(self._folder(), patience, retry_before_s=self._since_s)
        if self.max_wait_s is None:
            return kept
        return replace(kept, patience=replace(kept.patience, wait_s=self.max_wait_s))

    def keep_jobs(self, ledger: Ledger) -> None:
        """Keep jobs in this ledger, unless `ledger` names a folder."""
        self._kept, self._machine, self._device = ledger, None, None

    def _folder(self) -> Path:
        if self.ledger is not None:
            return Path(self.ledger)
        if not self._offline:
            import pooch

            return Path(pooch.os_cache("qml-workbench")) / "jobs"
        if not self._own_folder or not Path(self._own_folder).is_dir():
            self._own_folder = tempfile.mkdtemp(prefix="qml-jobs-")
            weakref.finalize(self, shutil.rmtree, self._own_folder, ignore_errors=True)
        return Path(self._own_folder)

    def _connected(self, ledger: Ledger) -> Machine:
        if self._machine is None:
            self._machine = connect(self.name, ledger.folder, self.instance, self.mode)
        return self._machine

    def _calibration(self) -> Device:
        if self._device is None:
            ledger = self.jobs()
            self._device = ledger.calibration(self._connected(ledger))
        return self._device

    @property
    def called(self) -> str:
        """Name of the machine, which error lines tell."""
        return f"ibm:name={self.name}"

    def _transpiler_target(self) -> Any:
        return self._calibration().backend()

    def most_qubits(self) -> int | None:
        """Return the machine's qubits; a snapshot's without its calibration."""
        return snapshot_qubits(self.name) if self._offline else super().most_qubits()

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of the outcomes; a snapshot's are simulated, which takes a state."""
        state = memory_needed(n_qubits) if self._offline else 0
        return super().least_bytes(n_qubits) + state

    def close(self) -> None:
        """Close the session or batch, if one was opened."""
        if self._machine is not None:
            with contextlib.suppress(MachineError):
                self._machine.close()

    # -- what is asked

    def _sample(
        self, isa: QuantumCircuit, values: Values, seed: int, stretch: float
    ) -> NDArray[np.uint8]:
        self._check_for_outcomes()
        answers = self._answers(isa, values, seed, None, self._runtime_options())
        shots = min(answer.arrays["outcomes"].shape[1] for answer in answers)
        found = np.concatenate([answer.arrays["outcomes"][:, :shots] for answer in answers])
        return np.asarray(found)

    def _check_for_outcomes(self) -> None:
        """Refuse to leave out in silence what the service does to expectation values alone."""
        for name, asked in (("trex", self.trex), ("zne=runtime", self.zne == "runtime")):
            if asked:
                raise SpecError(
                    f"{name} is for expectation values; allowed for outcomes and fidelities: "
                    "readout_mitigation, zne=gate_folding"
                )

    def run_expectations(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return them by the estimator where its mitigation is asked for, else by the sampler."""
        if not self._estimates:
            return super().run_expectations(circuit, observables, values)
        isa, _ = self._isa(circuit, 1.0)
        rows = rows_of(circuit, values)[:, self._columns(circuit, isa)]
        return self._estimated(isa, circuit, observables, rows)

    def gradients(
        self, circuit: QuantumCircuit, observables: Sequence[SparsePauliOp], values: Values
    ) -> NDArray[np.float64]:
        """Return them from shifts of the transpiled circuit, by the estimator or the sampler."""
        if not self._estimates:
            return super().gradients(circuit, observables, values)
        isa, _ = self._isa(circuit, 1.0)
        columns = self._columns(circuit, isa)
        own = rows_of(circuit, values)[:, columns]
        shifted = self._shifted(isa, range(len(columns)))
        found = self._estimated(shifted.circuit, circuit, observables, shifted.rows(own))
        result = np.zeros((len(own), len(observables), circuit.num_parameters))
        result[:, :, columns] = shifted.combine(own, found)
        return result

    @property
    def _estimates(self) -> bool:
        return self.trex or self.zne == "runtime"

    def _estimated(
        self,
        isa: QuantumCircuit,
        circuit: QuantumCircuit,
        observables: Sequence[SparsePauliOp],
        rows: Values,
    ) -> NDArray[np.float64]:
        """Return what the estimator says of a transpiled circuit, shape (batch, n_observables)."""
        groups = len(measurement_groups(circuit, observables))
        if not len(rows):
            return np.empty((0, len(observables)))
        places = measured_qubits(isa)
        physical = tuple(_on_machine(one, places, isa.num_qubits) for one in observables)
        answers = self._answers(
            without_readout(isa), rows, self._next_seed(), physical, self._resilience(), groups
        )
        return np.concatenate([answer.arrays["values"] for answer in answers])

    def _answers(
        self,
        isa: QuantumCircuit,
        values: Values,
        seed: int,
        observables: tuple[SparsePauliOp, ...] | None,
        options: dict[str, Any],
        groups: int = 1,
    ) -> list[Answer]:
        """Return what all rows bring, in as many jobs as the service's limits ask for."""
        duration_s = self._duration_s(isa)
        circuits = groups * (len(self._mitigation.factors) if observables is not None else 1)
        size = self._rows_a_job(duration_s, circuits)
        batches = []
        for number, start in enumerate(range(0, len(values), size)):
            rows = values[start : start + size]
            batches.append(
                Batch(
                    isa,
                    rows,
                    self.shots,
                    seed + number,  # equal rows of two jobs are two questions
                    observables,
                    options,
                    self._expected(isa, len(rows) * circuits, duration_s),
                )
            )
        ledger = self.jobs()
        machine = self._connected(ledger)
        try:
            answers = ledger.answers(machine, batches, self._calibration().sha256)
        except BackendError as error:
            problem = str(error).replace(f"{self.name}: ", f"ibm:name={self.name}: ", 1)
            status, pending = error.status, error.pending
        else:
            for answer in answers:
                self.usage += answer.usage
            return answers
        raise BackendError(problem, status, pending)

    def _rows_a_job(self, duration_s: float, circuits: int) -> int:
        by_count = _MOST_EXECUTIONS // (self.shots * circuits)
        seconds = (_SECONDS_AN_EXECUTION + duration_s) * self.shots * circuits
        return max(1, min(by_count, int((_LONGEST_JOB_S - _SECONDS_A_JOB) // seconds)))

    def _duration_s(self, isa: QuantumCircuit) -> float:
        steps = [
            (step.operation.name, tuple(isa.find_bit(qubit).index for qubit in step.qubits))
            for step in isa.data
        ]
        return self._calibration().duration_s(steps)

    def _runtime_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self.max_execution_time is not None:
            options["max_execution_time"] = self.max_execution_time
        if self.dynamical_decoupling != "none":
            options["dynamical_decoupling"] = {
                "enable": True,
                "sequence_type": self.dynamical_decoupling,
            }
        if self.twirl_gates or self.twirl_measurements:
            options["twirling"] = {
                "enable_gates": self.twirl_gates,
                "enable_measure": self.twirl_measurements,
            }
        return options

    def _resilience(self) -> dict[str, Any]:
        resilience: dict[str, Any] = {"measure_mitigation": self.trex}
        if self.zne == "runtime":
            factors = list(self._mitigation.factors)
            degree = f"polynomial_degree_{len(factors) - 1}"
            named = degree if self.zne_extrapolator == "richardson" else self.zne_extrapolator
            resilience["zne_mitigation"] = True
            resilience["zne"] = {"noise_factors": factors, "extrapolator": named}
        return {**self._runtime_options(), "resilience_level": 0, "resilience": resilience}

    # -- what it will cost

    def _expected(self, isa: QuantumCircuit, circuits: int, duration_s: float) -> Usage:
        """Return what a job of so many circuits will cost."""
        return Usage.of_call(
            circuits,
            self.shots,
            qpu_s=self._expected_s(circuits, 1, duration_s),
            two_qubit_gates=circuits * isa.num_nonlocal_gates(),
        )

    def _expected_s(self, circuits: int, jobs: int, duration_s: float) -> float:
        """Return the seconds of the machine, by the service's published rule."""
        seconds = circuits * self.shots * (_SECONDS_AN_EXECUTION + duration_s)
        return jobs * _SECONDS_A_JOB + seconds

    def estimate(self, workload: Workload) -> Estimate:
        """Return the cost with jobs and seconds of the machine, by the service's published rule.

        Two seconds a job and, for every execution, 250 microseconds and the circuit's length. The
        length is that of `workload.circuit` (for Gram matrices of compute and uncompute) once
        transpiled, where the workload names it.
        """
        if workload.grams:
            self._check_for_outcomes()
        plain = super().estimate(workload)
        duration_s, gates, depth = 0.0, 0, 0
        if workload.circuit is not None:
            asked = workload.circuit
            isa = self.transpiled(overlap_circuit(asked).circuit if workload.grams else asked)
            duration_s = self._duration_s(isa)
            gates, depth = isa.num_nonlocal_gates(), isa.depth()
        rows = self._rows_a_job(duration_s, 1)
        jobs = workload.of_all([-(-entries // rows) for entries in workload.entries])
        jobs += -(-workload.n_evaluations // max(1, min(rows, workload.batch)))
        jobs *= self._mitigation.strengths(workload.joins_qubits)
        return Estimate(
            plain.circuits,
            plain.shots,
            plain.memory_bytes,
            jobs=jobs,
            qpu_s=self._expected_s(plain.circuits, jobs, duration_s),
            depth=depth,
            two_qubit_gates=gates,
        )

    @property
    def report(self) -> dict[str, Any]:
        """What was done about errors, and the calibration that circuits were transpiled for."""
        found = super().report
        for name in ("dynamical_decoupling", "twirl_gates", "twirl_measurements", "trex"):
            value = getattr(self, name)
            if value not in (False, "none"):
                found[name] = value
        if self._device is not None:
            found["calibration"] = self._device.sha256[:12]
            found["calibrated_at"] = self._device.taken_at
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Leave the connection behind: it is made again where the backend is unpickled."""
        return {**self.__dict__, "_machine": None, "_device": None, "_own_folder": ""}


def _on_machine(observable: SparsePauliOp, places: Sequence[int], n_qubits: int) -> SparsePauliOp:
    """Return the observable on the qubits that the layout has chosen."""
    terms = [
        (letters, [places[qubit] for qubit in qubits], coefficient)
        for letters, qubits, coefficient in observable.to_sparse_list()
    ]
    return SparsePauliOp.from_sparse_list(terms, n_qubits)
