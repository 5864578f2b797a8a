"""The duel of optimizers: profiles and tests by hand, and a small study from end to end."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from typer.testing import CliRunner

from experiments.commands.cli import app
from experiments.evaluation.duel import (
    Course,
    Problem,
    accuracies,
    chosen_elsewhere,
    gaps,
    meetings,
    solved_after,
    standings,
)
from experiments.evaluation.profiles import data_profile, performance_profile
from experiments.reporting import duel as report
from experiments.reporting import duel_figure, duel_text, formats, report_tables
from experiments.study import Study


def course(circuits, losses, accuracy=0.5):
    spent = {cost: np.asarray(circuits, float) for cost in ("circuits", "seconds", "steps")}
    spent["shots"] = 100 * spent["circuits"]
    none = {"circuits": np.empty(0), "accuracy": np.empty(0)}
    return Course(spent, np.asarray(losses, float), none, accuracy)


def problem(source="d", **courses):
    budget = {"circuits": 100.0, "shots": 1e4, "seconds": 100.0, "steps": 100.0}
    return Problem("p", source, 0, 10.0, budget, courses)


FAST_THEN_STUCK = course([1, 10], [1.0, 0.4])
SLOW_BUT_DEEP = course([1, 50, 100], [1.0, 0.5, 0.0])


def test_course_reads_off_what_was_reached_and_what_it_took():
    assert SLOW_BUT_DEEP.after(49.9) == 1.0
    assert SLOW_BUT_DEEP.after(50) == 0.5
    assert SLOW_BUT_DEEP.after(0.5) == np.inf
    assert SLOW_BUT_DEEP.needed(0.5) == 50
    assert FAST_THEN_STUCK.needed(0.3) == np.inf


def test_gap_and_targets_by_hand():
    one = problem(fast=FAST_THEN_STUCK, deep=SLOW_BUT_DEEP)
    assert one.target(0.1) == pytest.approx(0.1)
    np.testing.assert_allclose(gaps([one], 0.1), [[0.4, 1.0]])
    np.testing.assert_allclose(gaps([one], 1.0), [[0.4, 0.0]])
    np.testing.assert_allclose(gaps([one], 1.0, "shots"), [[0.4, 0.0]])
    assert solved_after([one], 0.5).tolist() == [[10.0, 50.0]]
    assert solved_after([one], 0.1).tolist() == [[np.inf, 100.0]]


def test_leader_changes_with_the_budget():
    problems = [problem(f"d{i}", fast=FAST_THEN_STUCK, deep=SLOW_BUT_DEEP) for i in range(8)]
    early, late = standings(problems, 0.1), standings(problems, 1.0)
    assert early[0].contender == "fast"
    assert late[0].contender == "deep"
    assert late[0].rank == 1.0
    assert late[1].p < 0.01
    assert np.isnan(late[0].p)


def test_profiles_by_hand():
    spent = np.array([[1.0, 2.0], [4.0, 2.0], [np.inf, 3.0], [np.inf, np.inf]])
    profile = performance_profile(spent, np.array([1.0, 2.0, 1e9]))
    assert profile.tolist() == [[0.25, 0.5], [0.5, 0.75], [0.5, 0.75]]
    data = data_profile(spent, np.array([1.0, 2.0, 3.0, 1.0]), np.array([1.0, 2.0]))
    assert data.tolist() == [[0.25, 0.5], [0.5, 0.75]]


def test_equal_contenders_are_not_told_apart():
    problems = [problem(one=SLOW_BUT_DEEP, other=SLOW_BUT_DEEP)] * 20
    assert [s.rank for s in standings(problems, 1.0)] == [1.5, 1.5]
    assert standings(problems, 1.0)[1].p == 1.0


def test_problems_of_one_source_are_averaged_and_are_no_evidence_of_other_data():
    many = [problem("d", fast=FAST_THEN_STUCK, deep=SLOW_BUT_DEEP)] * 30
    assert standings(many, 1.0)[1].p == 1.0
    other = [problem("e", fast=SLOW_BUT_DEEP, deep=FAST_THEN_STUCK)]
    both = standings(many + other, 1.0)
    assert [s.rank for s in both] == [1.5, 1.5]  # a source counts as one, whatever it holds
    assert both[0].p != both[0].p
    assert both[1].p == 1.0


@pytest.mark.parametrize("icc", [0.0, 0.5, 0.9])
def test_false_alarms_are_no_more_than_promised(icc):
    """Seven contenders of equal strength: how often is the leader shown to be ahead of anyone?

    Problems of a source share what makes a contender good on it.
    """
    rng = np.random.default_rng(round(10 * icc))
    alarms, n_duels = 0, 150
    for _ in range(n_duels):
        problems = []
        for source in range(8):
            shared = np.sqrt(icc) * rng.normal(size=7)
            for losses in shared + np.sqrt(1 - icc) * rng.normal(size=(4, 7)):
                courses = {f"c{i}": course([1, 2], [9.0, loss]) for i, loss in enumerate(losses)}
                problems.append(problem(f"d{source}", **courses))
        alarms += min(s.p for s in standings(problems, 1.0)[1:]) < 0.05
    assert alarms / n_duels < 0.05 + 2 * np.sqrt(0.05 * 0.95 / n_duels)


def test_settings_are_chosen_on_the_other_sources():
    """Setting a is best on its own source alone: elsewhere b is, so b stands for the contender."""
    losses = {"d": (0.1, 0.2), "e": (0.9, 0.2), "f": (0.9, 0.2)}
    problems = [
        problem(source, a=course([1, 2], [1.0, a]), b=course([1, 2], [1.0, b]), o=FAST_THEN_STUCK)
        for source, (a, b) in losses.items()
    ]
    found = chosen_elsewhere(problems, {"tuned": ["a", "b"], "o": ["o"]})
    assert [one.courses["tuned"].losses[-1] for one in found] == [0.2, 0.2, 0.2]
    assert [list(one.courses) for one in found] == [["tuned", "o"]] * 3
    turned = [*problems[:2], replace(problems[0], source="f")]
    assert chosen_elsewhere(turned, {"t": ["a", "b"]})[1].courses["t"].losses[-1] == 0.9


def test_meetings_by_hand():
    problems = [problem(source, fast=FAST_THEN_STUCK, deep=SLOW_BUT_DEEP) for source in "defghijk"]
    early, late = meetings(problems, "fast", "deep", [(0.1, "circuits"), (1.0, "circuits")])
    assert (early.ahead, early.behind, early.sources_ahead) == (8, 0, 8)
    assert (late.ahead, late.behind, late.sources_ahead) == (0, 8, 0)
    assert early.gaps == pytest.approx((0.4, 1.0))
    assert early.p == late.p == 2**-7
    assert accuracies(problems, "fast", "deep") == (0.5, 0.5, 1.0)


STUDY = {
    "name": "little_duel",
    "datasets": [{"name": "ad_hoc", "n_samples": 24}],
    "models": [
        {
            "name": "vqc",
            "label": "VQC",
            "ansatz": {"name": "real_amplitudes", "reps": 1},
            "optimizer": [
                {"name": "aqgd", "maxiter": 1000},
                {"name": "cobyla", "maxiter": 1000},
                {"name": "spsa", "maxiter": 1000, "a": 1.0},
                {"name": "spsa", "maxiter": 1000},
            ],
            "training": {"max_circuits": 3000, "stages": 8},
        },
        "dummy",
    ],
    "backend": ["exact:gradient_circuits=parameter_shift", "exact:shots=64"],
    "protocol": {"folds": 4, "repeats": 1, "seed": 1},
    "metrics": ["accuracy"],
    "duel": {"pairs": [["aqgd", "cobyla"]], "iterations": 100},
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("duel")
    return Study.from_dict(STUDY).run(jobs=1, out=folder)


def test_a_run_holds_its_duels(run):
    exact, shots = report.duels(run.results())
    assert exact.condition.startswith("exact:gradient")
    assert shots.condition == "exact:shots=64"
    assert exact.labels == ["aqgd", "cobyla", "spsa (a=1.0)", "spsa"]
    assert exact.families == ["ad_hoc / VQC"]
    assert len(exact.problems) == exact.n_planned == 4
    for each in (exact, shots):
        for one in each.problems:
            for name, found in one.courses.items():
                assert found.spent["circuits"][-1] <= 3000, name
    # the same start for all, but for SPSA, which asks beside it
    for one in exact.problems:
        assert one.courses["aqgd"].losses[0] == one.courses["cobyla"].losses[0]


def test_losses_of_shots_are_judged_on_ideal_qubits(run):
    _, shots = report.duels(run.results())
    assert not shots.measured
    plain = {**STUDY, "name": "unstaged", "backend": "exact:shots=64"}
    plain["models"] = [{**STUDY["models"][0], "training": {"max_circuits": 1000}}]
    unstaged = Study.from_dict(plain).run(jobs=1, out=run.folder.parent / "unstaged")
    [duel] = report.duels(unstaged.results())
    assert duel.measured
    assert "the lowest of many flatters" in duel_text.render(duel)


def test_table_text_and_page_agree(run, tmp_path):
    exact, _ = report.duels(run.results())
    table = duel_text.table(exact)
    ranks = gaps(exact.problems, 1.0)
    by_hand = stats.rankdata(ranks, axis=1).mean(axis=0)
    for name, rank in zip(exact.labels, by_hand, strict=True):
        assert table.set_index("optimizer").loc[name, "rank_1"] == pytest.approx(rank)
    text = duel_text.render(exact)
    assert "aqgd against cobyla at 100 iterations each" in text
    files = duel_figure.write([exact], tmp_path)
    assert [file.name for file in files] == ["duel.csv", "duel.png", "duel-aqgd-cobyla.png"]
    assert all(file.read_bytes()[:4] == b"\x89PNG" for file in files[1:])
    assert list(pd.read_csv(files[0])["optimizer"]) == list(table["optimizer"])


def test_a_duel_is_a_table_like_others(run):
    exact, shots = report_tables.duel_tables(run.results())
    assert (exact.name, shots.name) == ("duel", "duel-2")
    table = duel_text.table(report.duels(run.results())[0])
    by_name = {column.name: column for column in exact.columns}
    assert [cell.text for cell in by_name["optimizer"].cells] == list(table.optimizer)
    for name in ("rank_1", "gap", "accuracy"):
        assert [cell.value for cell in by_name[name].cells] == list(table[name])
    best = [cell.text for cell in by_name["rank_1"].cells if cell.best]
    assert best == [f"{table['rank_1'].min():.1f}"]
    assert not [cell for cell in by_name["rank_1"].cells if cell.mark]  # one source shows nothing
    assert "4 problems of 1 source of data" in exact.caption
    whole = formats.rendered([exact, shots], "csv")
    assert set(pd.read_csv(io.StringIO(whole)).condition) == {
        *("exact:gradient_circuits=parameter_shift", "exact:shots=64")
    }


def test_duels_are_printed_within_the_text(run, pages):
    printed = pages(formats.rendered(report_tables.duel_tables(run.results()), "latex"))
    assert not printed.too_wide
    assert "multiply defined" not in printed.log
    assert "Optimizers of little" in printed.text


def test_families_are_called_as_the_study_calls_them(tmp_path):
    """Brackets in a label are the user's: 'VQC [ours]' once became 'VQC', the other 'VQC (2)'."""
    vqc = STUDY["models"][0]
    names = {"VQC [ours]": 1, "VQC [theirs]": 2}
    models = [
        {**vqc, "label": label, "ansatz": {"name": "real_amplitudes", "reps": reps}}
        for label, reps in names.items()
    ]
    alone = [
        {**vqc, "label": f"VQC, {name} alone", "bandwidth": 0.5, "optimizer": {"name": name}}
        for name in ("aqgd", "cobyla")
    ]
    values = {
        **STUDY,
        "name": "called",
        "models": [*models, *alone],
        "backend": "exact",
        "duel": {"iterations": 7, "pairs": [["spsa", "cobyla"]]},
    }
    run = Study.from_dict(values).run(jobs=2, out=tmp_path)
    by_entry, by_plugin = report.duels(run.results())
    assert by_entry.families == [f"ad_hoc / {name}" for name in names]
    assert by_plugin.families == ["ad_hoc / vqc"]  # two entries that differ in the optimizer
    text = duel_text.render(by_entry)
    assert "spsa against cobyla at 7 iterations each" in text
    assert "aqgd against" not in text
    assert " 7 iter. " in text


def test_pairs_are_those_that_are_named_each_decided_by_itself(run):
    exact, _ = report.duels(run.results())

    def against(*pairs):
        settings = replace(exact.settings, pairs=pairs)
        return {
            line.split(" at ")[0] for line in duel_text.verdicts(replace(exact, settings=settings))
        }

    both = against(("aqgd", "cobyla"), ("spsa", "cobyla"))
    assert "aqgd against cobyla" in both
    assert "spsa against cobyla" in both  # like settings with like
    assert "spsa (a=1.0) against cobyla" not in both
    among = [line for line in against(("spsa", "spsa")) if "against" in line]
    assert among == ["spsa (a=1.0) against spsa"]


def test_a_grid_of_the_model_names_its_families(tmp_path):
    vqc = {**STUDY["models"][0], "ansatz": {"name": "real_amplitudes", "reps": [1, 2]}}
    values = {**STUDY, "name": "grid", "models": [vqc], "backend": "exact"}
    run = Study.from_dict(values).run(jobs=2, out=tmp_path)
    [duel] = report.duels(run.results())
    assert duel.families == [f"ad_hoc / VQC [ansatz.reps={reps}]" for reps in (1, 2)]
    # what a family lacks is told as not finished, and makes no duel of its own
    for planned in run.results().plan.cells:
        if "cobyla" in planned.model and "ansatz.reps=2" in planned.model:
            run.store.remove(planned.key)
    [duel] = report.duels(run.results())
    assert (len(duel.problems), duel.n_planned) == (4, 8)


def test_a_study_of_one_source_names_no_winner_and_one_of_eight_does(run):
    exact, _ = report.duels(run.results())
    said = "\n".join(duel_text.verdicts(exact))
    assert "1 source of data (ad_hoc) say nothing of other data" in said
    assert "shown to be ahead" not in said
    assert "p = " not in said
    eight = [replace(one, source=f"s{i}") for i in range(8) for one in exact.problems]
    said = "\n".join(duel_text.verdicts(replace(exact, problems=eight)))
    assert "over 8 sources of data" in said
    assert "say nothing" not in said


def test_seconds_are_compared_on_one_processor_alone(run):
    exact, _ = report.duels(run.results())
    assert exact.processor
    assert "at equal seconds of" in duel_text.render(exact).replace("\n", " ")
    several = replace(exact, processor="")
    assert "seconds" not in duel_text.table(several)
    assert "equal seconds" not in duel_text.render(several).replace("\n", " ")
    assert "rank_seconds" not in duel_text.table(several)


def test_chosen_settings_are_one_contender_with_a_table_of_their_own(tmp_path):
    vqc = {**STUDY["models"][0], "training": {"max_circuits": 600}}
    values = {
        **STUDY,
        "name": "chosen",
        "datasets": [{"name": "ad_hoc", "n_samples": 24}, {"name": "moons", "n_samples": 24}],
        "models": [vqc],
        "backend": "exact",
        "duel": {"pairs": [["spsa", "cobyla"]], "settings": "chosen"},
    }
    [duel] = report.duels(Study.from_dict(values).run(jobs=2, out=tmp_path).results())
    assert duel.labels == ["aqgd", "cobyla", "spsa"]
    assert set(duel.ranks_of_settings) == {"spsa (a=1.0)", "spsa"}
    text = duel_text.render(duel)
    assert "the settings that do best on all others" in text.replace("\n", " ")
    assert "spsa against cobyla at all circuits" in text


def test_minibatches_are_a_setting_of_who_takes_part(tmp_path):
    vqc = {**STUDY["models"][0], "optimizer": [{"name": "adam", "maxiter": 40}, "cobyla"]}
    in_parts = {
        **vqc,
        "label": "VQC, minibatches",
        "optimizer": {"name": "adam", "maxiter": 40},
        "training": {**vqc["training"], "batch_size": 6},
    }
    values = {
        **STUDY,
        "name": "in_parts",
        "models": [vqc, in_parts],
        "backend": STUDY["backend"][0],
        "duel": {"settings": "apart"},
    }
    results = Study.from_dict(values).run(jobs=2, out=tmp_path).results()
    [found] = report.duels(results)
    assert found.labels == ["adam", "cobyla", "adam (batch_size=6)"]
    assert [one.optimizer for one in found.contenders] == ["adam", "cobyla", "adam"]
    assert not found.measured
    for one in found.problems:  # of all samples: what is seen at first is the common start
        assert one.courses["adam (batch_size=6)"].losses[0] == pytest.approx(
            one.courses["adam"].losses[0], abs=1e-9
        )


def test_tuned_models_do_not_meet_since_each_has_its_own_objective(tmp_path):
    vqc = {**STUDY["models"][0], "optimizer": STUDY["models"][0]["optimizer"][:2]}
    values = {
        **STUDY,
        "name": "tuned",
        "models": [{**vqc, "search": {"bandwidth": [0.5]}, "training": {"max_circuits": 500}}],
        "backend": "exact",
        "protocol": {"folds": 3, "tuning": {"trials": 2, "folds": 2, "untuned": True}},
    }
    run = Study.from_dict(values).run(jobs=2, out=tmp_path)
    [duel] = report.duels(run.results())
    assert duel.families == ["ad_hoc / VQC, untuned"]


def test_command_prints_the_duel_or_says_why_not(run, tmp_path):
    result = CliRunner().invoke(app, ["duel", str(run.folder)])
    assert result.exit_code == 0
    assert "Optimizers on exact:shots=64" in result.output
    alone = Study.from_dict(
        {**STUDY, "models": ["dummy"], "name": "alone", "backend": "exact"}
    ).run(jobs=1, out=tmp_path / "alone")
    result = CliRunner().invoke(app, ["duel", str(alone.folder)])
    assert "differ in their optimizer alone" in str(result.exception)


def test_problems_without_all_contenders_are_left_out_and_counted(run):
    removed = next(
        planned
        for planned in run.results().plan.cells
        if "cobyla" in planned.model and "shots" in planned.model and planned.fold == 0
    )
    kept = run.store.get(removed.key)
    run.store.remove(removed.key)
    try:
        _, shots = report.duels(run.results())
        assert (len(shots.problems), shots.n_planned) == (3, 4)
        assert "1 more are not finished by all" in duel_text.render(shots).replace("\n", " ")
    finally:
        run.store.put(removed.key, kept)
