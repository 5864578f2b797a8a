"""Study and Run: the workbench from Python."""

from __future__ import annotations

from experiments.planning.rows import model_rows
from experiments.study import Study


def test_backend_option_replaces_the_studys_but_not_a_rows_own():
    study = Study.load("quickstart", backend="exact:shots=10")
    backends = {row.label: row.parameters.get("backend") for row in model_rows(study.spec)}
    assert backends["QSVC"] == "exact:shots=10"
    assert backends["QSVC (Aer, 1,024 shots)"] == "aer:shots=1024"
    assert backends["dummy"] is None
