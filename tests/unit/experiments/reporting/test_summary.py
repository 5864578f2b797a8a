"""What `print` and a notebook show of a study and of a run."""

from __future__ import annotations

import re

from experiments.study import Run, Study

VALUES = {
    "name": "shown",
    "datasets": [{"name": "moons", "label": "two <moons>", "n_samples": 40}],
    "models": ["qsvc", "svc", {"name": "dummy", "label": "=dummy"}],
    "protocol": {"folds": 2, "repeats": 1, "seed": 1},
    "metrics": ["accuracy", "f1"],
}


def test_a_run_prints_its_answer_and_every_score(tmp_path):
    run = Study.from_dict(VALUES).run(jobs=1, out=tmp_path)
    said = str(Run(tmp_path))
    assert said.startswith("The best quantum model against the best classical one: ")
    table = run.table()
    for row in table.itertuples():
        assert re.search(rf"{re.escape(row.model)} +{row.accuracy:.3f} \[", said), row
        assert f"{row.f1:.3f} [" in said


def test_a_notebook_gets_a_table_and_no_markup_of_names(tmp_path):
    run = Study.from_dict(VALUES).run(jobs=1, out=tmp_path)
    page = run._repr_html_()
    assert page.startswith("<p>The best quantum model")
    assert page.count("<tr>") == 1 + 3
    assert "two &lt;moons&gt;" in page
    assert "<moons>" not in page


def test_a_study_shows_its_parts():
    study = Study.from_dict(VALUES)
    assert re.search(r"models +qsvc, svc, =dummy", str(study))
    assert re.search(r"data sets +two <moons>", str(study))
    assert "two &lt;moons&gt;" in study._repr_html_()
    assert "<moons>" not in study._repr_html_()


def test_a_run_without_results_prints_its_rows(tmp_path):
    run = Study.from_dict(VALUES).run(jobs=1, out=tmp_path, part=(1, 100))
    assert "not run yet" in str(run)
