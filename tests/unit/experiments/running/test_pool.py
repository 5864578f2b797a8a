"""What goes to another process with a cell."""

from __future__ import annotations

import pickle

from experiments import Study
from experiments.running import pool as room


def test_a_task_is_as_large_for_many_cells_as_for_few(tmp_path, monkeypatch):
    """Else a run of twice as many cells sends four times as much."""
    sizes = {}
    original = room.joblib.delayed

    def noting(worker):
        def call(*arguments):
            sizes.setdefault(n_cells, set()).add(len(pickle.dumps((worker, arguments))))
            return original(worker)(*arguments)

        return call

    monkeypatch.setattr(room.joblib, "delayed", noting)
    for n_cells in (4, 40):
        values = {
            "name": "tasks",
            "datasets": [{"name": "moons", "n_samples": 20}],
            "models": [
                {
                    "name": "qsvc",
                    "bandwidth": 1.0,
                    "C": [0.1 * (1 + i) for i in range(n_cells // 2)],
                }
            ],
            "protocol": {"folds": 2, "repeats": 1},
            "compare": "none",
        }
        Study.from_dict(values).run(jobs=2, out=tmp_path / str(n_cells))
    assert max(sizes[40]) < 1.2 * max(sizes[4])
