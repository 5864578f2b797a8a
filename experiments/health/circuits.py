"""The circuits that a run's models run, as Qiskit draws them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from experiments.reporting.page.parts import Block
from experiments.running.foreseen import CostUnknown, first_part, fit_of
from experiments.running.results import Results
from qml.errors import reason_of
from qml.jobs import Ledger

__all__ = ["drawings"]

_MOST = 12  # circuits that are drawn
_MOST_GATES = 400  # of one
_COLUMNS = 110


def drawings(results: Results) -> list[Block]:
    """Return a drawing of the circuit of each quantum model, on the first data set that has it.

    Data are read or made again and preprocessing is fitted, which says how many features a circuit
    takes; nothing is run. What cannot be drawn here says why.

    Parameters
    ----------
    results : Results
        Run as it was read.
    """
    quantum = {row.label: row for row in results.plan.models if row.backend is not None}
    found: list[Block] = []
    drawn: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as passing:
        ledger, seen = Ledger(Path(passing)), dict[tuple[str, int], int]()
        for planned in results.plan.cells:
            stored, row = results.cells.get(planned.key), quantum.get(planned.model)
            if stored is None or row is None or planned.control or planned.model in drawn:
                continue
            try:
                fit = fit_of(stored.cell, first_part(stored.cell, ledger, seen))
                circuit = fit.alone.works[0].workload.circuit if fit.alone.works else None
            except (CostUnknown, ValueError, MemoryError) as error:
                drawn[planned.model] = f"not drawn: {reason_of(error)}"
                continue
            if circuit is None:
                drawn[planned.model] = "not drawn: the model does not show its circuit"
            elif len(circuit.data) > _MOST_GATES:
                drawn[planned.model] = f"not drawn: it has {len(circuit.data):,} gates"
            else:
                drawn[planned.model] = str(circuit.draw("text", fold=_COLUMNS, idle_wires=True))
            found.append(Block(drawn[planned.model], f"{planned.model} on {planned.dataset}", True))
            if len(found) == _MOST:
                break
    return found
