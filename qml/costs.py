"""What is asked of a backend, what that will cost, and what it has cost.

`Usage` is the one list of what was spent. Whatever keeps, adds, shares, stores or shows it goes
through its fields: another cost is another field, which says itself how it is called and counted
and whether a service tells it. Only rules for single costs name them: a budget's limits, a slice of
a shared kernel. `Estimate` is a list of its own, of what can be foreseen, and so are its sums.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from qiskit.circuit import Parameter, QuantumCircuit

__all__ = ["Cost", "Estimate", "Usage", "Workload"]


@dataclass(frozen=True)
class Cost:
    """A kind of cost, as tables name it.

    Parameters
    ----------
    name : str
        Attribute of `Usage`, and key of the plain values.
    title : str
        Words of a column's heading.
    unit : str
        Unit of measured costs; empty for those that are counted.
    told : bool, default=False
        True if a machine's service tells it, in place of what was foreseen.
    apart : bool, default=False
        True if tables show it for fitting and for tuning apart, too.
    """

    name: str
    title: str
    unit: str
    told: bool = False
    apart: bool = False

    @property
    def heading(self) -> str:
        """The column's heading, with its unit."""
        return f"{self.title} [{self.unit}]" if self.unit else self.title


def _counted(title: str, **known: bool) -> Any:
    return field(default=0, metadata={"title": title, "unit": "", **known})


def _seconds(title: str, **known: bool) -> Any:
    return field(default=0.0, metadata={"title": title, "unit": "s", **known})


@dataclass
class Usage:
    """What was really spent, counted where it was spent.

    Parameters
    ----------
    circuits : int
        Circuits run: one per row of parameter values and measurement basis. An exact Gram matrix
        needs one per point, a measured one a circuit per entry.
    machine_circuits : int or None, default=None
        Circuits that a machine would have run for the same answers, so that models on simulators
        and on machines are compared by one number: every entry of a Gram matrix, every shift of a
        gradient, every basis of an expectation value. None where that is not known; what was
        measured was a machine's already, so that there it is `circuits`.
    shots : int
        Measurements taken; 0 where results are exact.
    executions : int
        Runs of a circuit as a service's limits count them: the shots, and what the service runs
        besides for its own mitigation.
    jobs : int
        Calls of the simulator or submissions to the machine.
    two_qubit_gates : int
        Gates on two qubits or more in the circuits as they were run, after transpiling, over all
        circuits; 0 where nothing is transpiled.
    qpu_s : float
        Seconds of quantum processor time billed.
    queue_s : float
        Seconds between submission and start, over all jobs.
    shared_s : float
        Seconds that evaluations would have taken here, had they not been done once for several
        fits; circuits and shots count them as if they had.

    Examples
    --------
    >>> spent = Usage.of_call(3, shots=100)
    >>> spent += Usage.of_call(2, shots=100, qpu_s=1.5)
    >>> spent.circuits, spent.shots, spent.executions, spent.jobs, spent.qpu_s
    (5, 500, 500, 2, 1.5)
    >>> (spent + Usage.of_call(4, machine_circuits=6)).machine_circuits
    11
    >>> Usage.of(spent.plain()) == spent
    True
    >>> [cost.heading for cost in Usage.costs()][-3:]
    ['QPU [s]', 'queue [s]', 'shared [s]']
    """

    circuits: int = _counted("circuits run", apart=True)
    machine_circuits: int | None = field(
        default=None, metadata={"title": "circuits on a machine", "unit": "", "apart": True}
    )
    shots: int = _counted("shots", apart=True)
    executions: int = _counted("executions", told=True)
    jobs: int = _counted("jobs")
    two_qubit_gates: int = _counted("two-qubit gates")
    qpu_s: float = _seconds("QPU", told=True)
    queue_s: float = _seconds("queue", told=True)
    shared_s: float = _seconds("shared")

    def __post_init__(self) -> None:
        # records from before it was counted do not have it; exact ones of them cannot tell
        if self.machine_circuits is None and (self.shots or not self.circuits):
            self.machine_circuits = self.circuits

    @classmethod
    @functools.cache  # asked for at every call of a backend
    def costs(cls) -> tuple[Cost, ...]:
        """Return every kind of cost, in the order of columns."""
        return tuple(Cost(f.name, **f.metadata) for f in fields(cls))

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Usage:
        """Return the costs of plain values by name; what is not named is 0.

        Raises
        ------
        TypeError
            If a name is no cost's.
        """
        return cls(**plain)

    @classmethod
    def of_call(cls, circuits: int, shots: int | None = None, **others: float | None) -> Usage:
        """Return what one call costs.

        Parameters
        ----------
        circuits : int
            Circuits that were run.
        shots : int or None, default=None
            Measurements of each circuit; None where results are exact. Without a count of their
            own, executions are the shots.
        **others : float or None
            Any other cost by name. Without a count of their own, a machine would have run the same
            circuits; None says that it is not known what one would have run.
        """
        measured = circuits * (shots or 0)
        named: dict[str, Any] = {
            "machine_circuits": circuits,
            "executions": measured,
            "jobs": 1,
            **others,
        }
        return cls(circuits=circuits, shots=measured, **named)

    def plain(self) -> dict[str, Any]:
        """Return the costs by name, as JSON and tables take them."""
        return {cost.name: getattr(self, cost.name) for cost in self.costs()}

    def copy(self) -> Usage:
        """Return the costs as they stand."""
        return self.of(self.plain())

    def since(self, earlier: Usage) -> Usage:
        """Return what was spent after `earlier` was copied."""
        return self.of(self._with(earlier, operator.sub))

    def share(self, part: float) -> Usage:
        """Return a part of the costs; what is counted is rounded."""
        scaled = {name: own * part for name, own in self.plain().items() if own is not None}
        counted = {cost.name for cost in self.costs() if not cost.unit}
        return self.of({k: round(v) if k in counted else v for k, v in scaled.items()})

    def told_by(self, service: Usage) -> Usage:
        """Return the costs with what a machine's service tells in place of what was foreseen."""
        told = {cost.name: getattr(service, cost.name) for cost in self.costs() if cost.told}
        return self.of({**self.plain(), **told})

    def __add__(self, other: Usage) -> Usage:
        return self.of(self._with(other, operator.add))

    def __iadd__(self, other: Usage) -> Usage:
        for name, value in self._with(other, operator.add).items():
            setattr(self, name, value)
        return self

    def _with(self, other: Usage, combine: Callable[[Any, Any], Any]) -> dict[str, Any]:
        """Return each cost combined with the other's; what either does not know, nobody does."""
        pairs = ((name, own, getattr(other, name)) for name, own in self.plain().items())
        return {n: None if a is None or b is None else combine(a, b) for n, a, b in pairs}


@dataclass(frozen=True)
class Workload:
    """What a model is about to ask, known before anything runs.

    Parameters
    ----------
    n_qubits : int
        Width of the circuits.
    n_evaluations : int, default=0
        Rows of parameter values whose outcome is asked, over the whole of fit and predict.
    batch : int, default=1
        Largest number of rows asked at once.
    grams : tuple of (rows, columns) pairs, default=()
        Gram matrices; ``(n, 0)`` is the symmetric matrix of n points.
    repeats : tuple of int, default=()
        Times that each of the matrices is asked for; once each where none are named.
    circuit : QuantumCircuit or None, default=None
        Circuit that is evaluated, or encodes the points of the Gram matrices, for a machine to say
        how long it is there.
    weights : tuple of Parameter, default=()
        Parameters of the circuit that are trained.
    """

    n_qubits: int
    n_evaluations: int = 0
    batch: int = 1
    grams: tuple[tuple[int, int], ...] = ()
    circuit: QuantumCircuit | None = None
    weights: tuple[Parameter, ...] = ()
    repeats: tuple[int, ...] = ()

    @property
    def entries(self) -> tuple[int, ...]:
        """Each Gram matrix's entries that have to be measured, of one time."""
        return tuple(
            rows * columns if columns else rows * (rows - 1) // 2 for rows, columns in self.grams
        )

    @property
    def n_entries(self) -> int:
        """Entries of all Gram matrices, every time."""
        return self.of_all(self.entries)

    @property
    def n_points(self) -> int:
        """Points of all Gram matrices, every time."""
        return self.of_all([rows + columns for rows, columns in self.grams])

    def of_all(self, each: Sequence[int]) -> int:
        """Return the sum of what each Gram matrix counts, over every time it is asked for."""
        times = self.repeats or (1,) * len(self.grams)
        return sum(often * count for often, count in zip(times, each, strict=True))

    @property
    def joins_qubits(self) -> bool:
        """Whether the circuit has gates on two qubits or more; True where it is not known."""
        return self.circuit is None or self.circuit.num_nonlocal_gates() > 0


@dataclass(frozen=True)
class Estimate:
    """What a workload will cost at most on a backend.

    Parameters
    ----------
    circuits, shots : int
        Circuits and measurements, counted as in `Usage`.
    memory_bytes : int
        Memory of this machine at the peak.
    jobs, qpu_s : int, float
        Submissions to a machine, and its seconds; 0 where nothing is submitted.
    depth, two_qubit_gates : int
        Size of one circuit after transpiling; 0 where that is not known.
    """

    circuits: int
    shots: int
    memory_bytes: int
    jobs: int = 0
    qpu_s: float = 0.0
    depth: int = 0
    two_qubit_gates: int = 0
