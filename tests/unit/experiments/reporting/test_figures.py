"""Figures of a run as records: axes, lines, panels, intervals, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from qiskit.circuit.library import zz_feature_map

from experiments.commands.ended import print_ended
from experiments.reporting.figure_files import write
from experiments.reporting.figures import _line, _Point, figures
from experiments.study import Study
from qml.backends import resolve_backend
from qml.errors import SpecError
from qml.kernels import resolve_kernel

VALUES = {
    "name": "curves",
    "datasets": [{"name": "ad_hoc", "n_samples": 16}],
    "models": [
        {
            "name": "qsvc",
            "label": "QSVC",
            "quantum_kernel": {"name": "fidelity", "compare": True},
            "backend": {
                "kind": "density_matrix",
                "noise": "havlicek2019",
                "noise_scale": [1.0, 3.0],
                "shots": [None, 100],
            },
        },
        "svc",
    ],
    "protocol": {"folds": 2, "repeats": 1},
    "metrics": ["accuracy"],
    "report": ["gram_error", "gram_eror"],
    "published": [
        {
            "dataset": "ad_hoc",
            "model": "QSVC @ noise_scale=3.0, exact",
            "range": [0.4, 0.6],
            "source": "A paper",
        },
        {
            "dataset": "ad_hoc",
            "model": "QSVC",
            "over": "backend.noise_scale",
            "curve": [[1.0, 0.9], [2.0, 0.8]],
            "source": "Another",
        },
        {"dataset": "ad_hoc", "model": "QSVC", "text": "close to 100 %", "source": "A third"},
    ],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("run"))


def asked(run, **settings):
    """Return the one figure of the same cells that a study would ask for so."""
    values = {**VALUES, "figures": [{"name": "own", "over": "backend.noise_scale", **settings}]}
    study = Study.from_dict(values)
    again = study.run(jobs=1, out=run.folder)
    [figure] = figures(again.results())
    return figure


def test_reported_columns_are_means_over_folds(run):
    table = run.table().set_index("model")
    cells = run.cells()
    name = "QSVC @ noise_scale=3.0, exact"
    mine = cells[cells["model"] == name]["training_gram_error"]
    assert table.loc[name, "training_gram_error"] == pytest.approx(mine.mean())
    exact = table["training_gram_error"]
    assert exact[name] > exact["QSVC @ noise_scale=1.0, exact"] > 0.05
    assert np.isnan(exact["svc"])
    assert np.isnan(table["training_gram_eror"]).all()


def test_a_column_that_nobody_reports_is_said(run, capsys):
    print_ended(run)
    captured = capsys.readouterr()
    assert "no training reports 'gram_eror' (did you mean 'gram_error'?)" in captured.err
    assert "gram error" in captured.out
    assert "noise-curves.png" in captured.out
    assert "noise-curves leaves out what has no backend.noise_scale: svc" in captured.err
    picture = run.folder / "figures" / "noise-curves.png"
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_a_study_with_several_strengths_of_noise_has_their_figure_unasked(run):
    [figure] = figures(run.at_end)
    assert figure.name == "noise-curves"
    assert figure.x.label == "noise scale of the backend"
    assert [panel.y.label for panel in figure.panels] == ["accuracy", "gram error"]
    assert {panel.title for panel in figure.panels} == {"ad_hoc"}
    for panel in figure.panels:
        assert [line.name for line in panel.lines] == ["QSVC, exact", "QSVC, shots=100"]
        assert all(line.x == (1.0, 3.0) for line in panel.lines)


def test_points_are_the_tables_with_its_intervals(run):
    table = run.table().set_index("model")
    [figure] = figures(run.at_end)
    [accuracy, error] = figure.panels
    assert figures(run.at_end, table=run.table()) == [figure]  # read where it is at hand
    row = table.loc["QSVC @ noise_scale=3.0, shots=100"]
    line = accuracy.lines[1]
    shown = line.y[1], line.low[1], line.high[1]
    assert shown == (row.accuracy, row.accuracy_low, row.accuracy_high)
    assert (line.n, line.around) == ((2, 2), "95 % interval")
    assert error.lines[1].y[1] == row.training_gram_error
    assert (error.lines[1].low, error.lines[1].around) == ((None, None), "")


def test_lines_and_panels_are_by_any_setting(run):
    figure = asked(run, by="backend.shots", panels="model", quantity="machine_circuits")
    [panel] = figure.panels
    assert panel.title == "QSVC"
    assert [line.name for line in panel.lines] == ["exact", "shots=100"]
    figure = asked(run, by="model", panels=["dataset", "backend.shots"], log=["x", "y"])
    assert [panel.title for panel in figure.panels] == ["ad_hoc, exact", "ad_hoc, shots=100"]
    assert [[line.name for line in panel.lines] for panel in figure.panels] == [["QSVC"]] * 2
    assert figure.x.log
    assert figure.panels[0].y.log


def test_rows_that_share_a_place_are_their_mean_between_the_outermost(run):
    [line] = asked(run, by="dataset", panels=[], quantity="gram_error").panels[0].lines
    table = run.table().set_index("model").training_gram_error
    both = [table[f"QSVC @ noise_scale=1.0, {told}"] for told in ("exact", "shots=100")]
    assert (line.y[0], line.low[0], line.high[0]) == (np.mean(both), min(both), max(both))
    assert (line.n, line.around) == ((4, 4), "lowest to highest of several rows")


def test_a_place_of_one_row_among_places_of_several_has_no_interval_of_another_kind():
    rows = [(1.0, 0.5), (2.0, 0.7), (2.0, 0.9)]
    line = _line("a", [_Point("p", "a", "a", x, y, y - 0.1, y + 0.1, 2, False) for x, y in rows])
    assert (line.y, line.n) == ((0.5, pytest.approx(0.8)), (2, 4))
    assert (line.low, line.high) == ((0.5, 0.7), (0.5, 0.9))
    assert line.around == "lowest to highest of several rows"


def test_what_was_printed_stands_at_its_place_and_beside_its_line(run):
    [accuracy, error] = figures(run.at_end)[0].panels
    ranged, *curves = [one for one in accuracy.printed if not one.text]
    assert (ranged.line, ranged.x, ranged.low, ranged.high) == (
        "QSVC, exact",
        (3.0,),
        (0.4,),
        (0.6,),
    )
    [curve] = curves  # of both lines, so of none alone
    assert (curve.line, curve.x, curve.y, curve.joined) == ("", (1.0, 2.0), (0.9, 0.8), True)
    assert {one.text for one in accuracy.printed} == {"", "close to 100 %"}
    assert error.printed == ()


def test_a_line_without_a_value_is_left_out_with_a_word_and_no_panel_is_empty(run):
    figure = asked(run, quantity=["gram_eror", "gram_error"], by="backend.shots")
    assert [panel.y.label for panel in figure.panels] == ["gram error"]
    figure = asked(run, over="n_samples", quantity="gram_error", models=["svc", "QSVC"])
    assert figure.left_out == ("no gram error: svc",)
    assert "svc" not in [line.name for panel in figure.panels for line in panel.lines]
    values = {**VALUES, "figures": [{"name": "own", "over": "n_samples", "quantity": "gram_eror"}]}
    nothing = Study.from_dict(values).run(jobs=1, out=run.folder)
    assert figures(nothing.results()) == []


def test_labels_are_no_formulas_in_the_data_and_no_mathematics_in_the_picture(run, tmp_path):
    [figure] = figures(run.at_end)
    line = replace(figure.panels[0].lines[0], name="=HYPERLINK(1)", low=(None, 0.1))
    harmful = replace(figure, title="$\\frac", panels=(replace(figure.panels[0], lines=(line,)),))
    [picture] = write([harmful], tmp_path)
    assert picture.read_bytes().startswith(b"\x89PNG")
    text = picture.with_suffix(".csv").read_text()
    assert ",'=HYPERLINK(1)," in text
    assert ",=HYPERLINK" not in text


def test_a_study_that_asks_for_no_figure_has_none(run):
    assert Study.from_dict({**VALUES, "figures": []}).plan().stored().figures == ()


def test_a_label_of_the_users_own_is_never_read(run, tmp_path):
    """The words after an @ once said what the settings were: such a row vanished."""
    name = "QSVC @ lab, noise_scale=7"
    model = {**VALUES["models"][0], "label": name}
    values = {**VALUES, "name": "labelled", "models": [model], "report": [], "published": []}
    labelled = Study.from_dict(values).run(jobs=1, out=tmp_path / "labelled")
    [panel] = figures(labelled.results())[0].panels
    assert {line.name for line in panel.lines} == {f"{name}, exact", f"{name}, shots=100"}
    assert all(line.x == (1.0, 3.0) for line in panel.lines)


def test_lines_of_a_list_of_backends_are_told_apart_by_settings(tmp_path):
    """Names in a list stand in no grid; they were once joined into one line."""
    device = "density_matrix:noise=fake_manila"
    backends = [f"{device},noise_scale={scale}" for scale in (1.0, 2.0)]
    backends += [f"{one},readout_mitigation=full" for one in backends]
    values = {
        "name": "listed",
        "datasets": [{"name": "ad_hoc", "n_samples": 12}],
        "models": [{"name": "qsvc", "label": "Q", "backend": backends}],
        "protocol": {"folds": 2, "repeats": 1},
        "metrics": ["accuracy"],
    }
    run = Study.from_dict(values).run(jobs=1, out=tmp_path)
    [panel] = figures(run.at_end)[0].panels
    names = [line.name for line in panel.lines]
    assert names == ["Q", "Q, backend.readout_mitigation=full"]
    assert all(line.x == (1.0, 2.0) for line in panel.lines)


SIZES = {
    "name": "sizes",
    "datasets": [{"name": "moons", "n_samples": [30, 60]}],
    "models": [{"name": "svc", "C": [0.1, 1.0, 10.0]}, {"name": "qsvc", "feature_map": "angle"}],
    "protocol": {"folds": 2, "repeats": 1, "train_sizes": [8, 1.0]},
    "metrics": ["accuracy"],
    "controls": True,
}


@pytest.fixture(scope="module")
def sized(tmp_path_factory):
    return Study.from_dict(SIZES).run(jobs=1, out=tmp_path_factory.mktemp("sized"))


def of(sized, **settings):
    values = {**SIZES, "figures": [{"name": "own", **settings}]}
    [figure] = figures(Study.from_dict(values).run(jobs=1, out=sized.folder).results())
    return figure


def test_several_numbers_of_training_rows_have_their_figure_unasked(sized):
    [figure] = figures(sized.at_end)
    assert (figure.name, figure.x.label, figure.x.log) == ("learning-curves", "training rows", True)
    assert [panel.title for panel in figure.panels] == [
        "moons [n_samples=30]",
        "moons [n_samples=60]",
    ]
    assert {line.x for line in figure.panels[1].lines} == {(8.0, 30.0)}


def test_other_axes_show_whole_training_parts_alone(sized):
    figure = of(sized, over="C")
    [line] = figure.panels[0].lines
    assert (line.x, line.n) == ((0.1, 1.0, 10.0), (2, 2, 2))
    assert figure.left_out == ("no C: qsvc",)


def test_settings_of_the_data_are_axes_and_lines_too(sized):
    figure = of(sized, over="n_samples", models=["svc"])
    [panel] = figure.panels
    assert panel.title == "moons"
    assert [line.name for line in panel.lines] == ["svc [C=0.1]", "svc [C=1.0]", "svc [C=10.0]"]
    figure = of(sized, over="C", by=["n_samples", "n_train"], panels="dataset", models=["svc"])
    assert {line.name for line in figure.panels[0].lines} == {
        f"n_samples={n}, {size} training rows" for n in (30, 60) for size in (8, "all")
    }


def test_levels_are_drawn_all_along_an_axis_on_which_they_have_no_place(sized):
    figure = of(sized, over="C", models=["svc"], levels="qsvc")
    assert figure.left_out == ()
    without = of(sized, over="C", models=["svc"], levels="qsvc", quantity="qpu_s")
    assert without.left_out == ()  # it cost none, which is a number
    svc, level = figure.panels[0].lines
    assert (svc.name, level.name, level.x) == ("svc", "qsvc", (0.1, 10.0))
    [one] = of(sized, over="n_samples", models=["qsvc"]).panels[0].lines
    assert level.y == (one.y[0], one.y[0])
    assert (level.low, level.around) == ((one.low[0],) * 2, "95 % interval")


def test_controls_have_lines_where_they_are_asked_for(sized):
    without = of(sized, over="n_samples", models=["qsvc"])
    assert [line.name for line in without.panels[0].lines] == ["qsvc"]
    with_them = of(sized, over="n_samples", models=["qsvc"], controls=True)
    names = [line.name for line in with_them.panels[0].lines]
    kinds = {one.control for one in sized.at_end.plan.cells if one.model == "qsvc"} - {""}
    assert names == ["qsvc", *(f"qsvc, {kind}" for kind in sorted(kinds))]
    assert "permuted labels" in kinds


@pytest.mark.parametrize(
    "change, words",
    [
        ({"over": "backend.noise"}, "figures[0].over: an axis has numbers (got 'havlicek2019')"),
        (
            {"over": "noise_scale"},
            "figures[0].over: no row of this study names 'noise_scale' (did you mean "
            "'backend.noise_scale'?)",
        ),
        ({"quantity": "acuracy"}, "figures[0].quantity: unknown quantity 'acuracy' (did you mean"),
        ({"quantity": "loss"}, "figures[0].over: 'loss' is over iteration, evaluations"),
        (
            {"quantity": "step_loss", "over": "shots"},
            "figures[0].over: 'step_loss' is over iteration (got 'shots')",
        ),
        ({"over": "iteration"}, "not known along a training (got 'fit_s'); a loss or a metric is"),
        ({"by": "backend.shot"}, "figures[0].by: no row of this study names 'backend.shot' (did"),
        ({"panels": ["dataset", "modle"]}, "figures[0].panels: no row of this study names 'modle'"),
        ({"models": ["QSCV"]}, "figures[0].models: no row of this study is called 'QSCV' (did you"),
        ({"levels": ["scv"]}, "figures[0].levels: no row of this study is called 'scv' (did you"),
        (
            {"levels": ["svc"], "over": "iteration", "quantity": "loss"},
            "figures[0].levels: a course has no levels",
        ),
        ({"controls": True}, "figures[0].controls: there are none: add `controls: true`"),
        ({"log": "z"}, "figures[0].log"),
        ({"panel": "dataset"}, "figures[0].panel: unknown key (did you mean 'panels'?)"),
        ({"name": "../up"}, "figures[0].name"),
    ],
)
def test_mistakes_are_one_line(change, words):
    figure = {"name": "own", "over": "backend.noise_scale", "quantity": "fit_s", **change}
    with pytest.raises(SpecError) as caught:
        Study.from_dict({**VALUES, "figures": [figure]})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_two_figures_of_one_name_are_refused():
    figure = {"name": "own", "over": "backend.noise_scale"}
    with pytest.raises(SpecError, match=r"figures\[1\].name: two figures are called 'own'"):
        Study.from_dict({**VALUES, "figures": [figure, figure]})


def test_gram_error_is_the_distance_from_ideal_qubits():
    X = np.random.default_rng(0).uniform(0, 3, (6, 2))
    backend = "density_matrix:noise=fake_manila"
    kernel = resolve_kernel({"name": "fidelity", "compare": True}, "zz", 1.0, backend)
    K = kernel.fit_evaluate(X)
    ideal = resolve_backend("exact").gram(zz_feature_map(2), X)
    found = kernel.report_["gram_error"]
    assert found == pytest.approx(np.linalg.norm(K - ideal) / np.linalg.norm(ideal))
    beside = ~np.eye(6, dtype=bool)
    assert kernel.report_["gram_bias"] == pytest.approx((K - ideal)[beside].mean())
