"""The health of a run's kernels and models on its page: what is there, and what it says."""

from __future__ import annotations

from experiments.health import kernel_report, kernels
from experiments.health.on_page import examined
from experiments.reporting.page.contents import contents_of
from experiments.reporting.page.document import document
from experiments.study import Study

VALUES = {
    "name": "looked-at",
    "datasets": [{"name": "ad_hoc", "label": "<ad hoc>", "n_samples": 40}],
    "models": [
        "qsvc",
        {"name": "qsvc", "label": "narrow", "bandwidth": 0.2},
        {"name": "vqc", "optimizer": {"name": "adam", "maxiter": 5}},
        "svc",
    ],
    "protocol": {"folds": 2, "repeats": 1, "seed": 3},
}


def test_every_kernel_and_model_of_the_plan_is_examined(tmp_path):
    run = Study.from_dict(VALUES).run(jobs=1, out=tmp_path)
    results = run.results()
    of_kernels, of_models = examined(results.plan)
    assert [table.title for table in of_kernels.tables] == ["<ad hoc> / qsvc", "<ad hoc> / narrow"]
    assert len(of_models.tables) == len(of_models.pictures) == 1
    first = next(kernels.of_study(Study.from_dict(VALUES).spec))
    health = first.run(1024, 0)
    shown = [[cell.text for cell in row] for row in of_kernels.tables[0].rows]
    assert shown == kernel_report.summary_rows(health)
    assert all(sentence in of_kernels.words[0] for sentence in kernel_report.findings(health))
    page = document(contents_of(results, "1", examined=[of_kernels, of_models]), "1")
    assert page.count("data:image/png;base64,") == 3
    assert "&lt;ad hoc&gt; / narrow" in page
    assert "<ad hoc>" not in page


def test_a_study_without_quantum_models_has_no_such_part():
    plan = Study.from_dict(VALUES | {"models": ["svc", "dummy"]}).plan().stored()
    assert examined(plan) == []


def test_what_cannot_be_examined_is_told():
    data = [{"name": "ad_hoc", "n_samples": 8}]
    plan = Study.from_dict(VALUES | {"datasets": data, "models": ["qsvc"]}).plan().stored()
    [section] = examined(plan)
    assert "not examined" in section.words[0] or section.tables


def test_a_study_of_fresh_test_sets_is_examined_too():
    """Its plan names no split, which a study file may not name either."""
    data = [{"name": "ad_hoc", "n_samples": 40, "test_sets": 2}]
    values = VALUES | {"datasets": data, "models": ["qsvc"], "protocol": {"seed": 3}}
    [section] = examined(Study.from_dict(values).plan().stored())
    assert section.tables
