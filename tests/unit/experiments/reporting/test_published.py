"""What was printed elsewhere: numbers, ranges, bounds, words and curves beside ours."""

from __future__ import annotations

import io

import pandas as pd
import pytest

from experiments import Study
from experiments.records import Published, plain
from experiments.reporting import rendering
from qml.errors import SpecError

PAPER = "A paper 2019"
NUMBER = {"dataset": "moons", "model": "svc", "value": 0.9475, "source": PAPER}
VALUES = {
    "name": "printed",
    "datasets": [{"name": "moons", "n_samples": 24}],
    "models": [
        {
            "name": "qsvc",
            "label": "kernel",
            "feature_map": {"name": "zz", "reps": [1, 2]},
            "quantum_kernel": {"name": "fidelity", "compare": True},
        },
        "svc",
    ],
    "protocol": {"folds": 2, "repeats": 1},
    "metrics": ["accuracy"],
    "report": ["gram_error"],
    "published": [
        NUMBER,
        {**NUMBER, "value": 0.9, "source": "Another 2020"},
        {"dataset": "moons", "model": "kernel", "text": "close to 100 %", "source": PAPER},
        {
            "dataset": "moons",
            "model": "kernel [feature_map.reps=1]",
            "quantity": "gram_error",
            "range": [1.27, 2.41],
            "source": PAPER,
        },
        {
            "dataset": "moons",
            "model": "kernel [feature_map.reps=2]",
            "quantity": "gram_error",
            "at_least": 0.1,
            "source": PAPER,
        },
        {
            "dataset": "moons",
            "model": "kernel",
            "quantity": "f1",
            "over": "feature_map.reps",
            "curve": [[1, 0.5], [3, 0.75]],
            "source": PAPER,
        },
    ],
}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return Study.from_dict(VALUES).run(jobs=1, out=tmp_path_factory.mktemp("printed"))


def test_every_form_stands_beside_the_rows_that_it_is_of(run):
    table = run.table().set_index("model")
    first, second = ("kernel [feature_map.reps=1]", "kernel [feature_map.reps=2]")
    assert table.loc["svc", "accuracy_published"] == "0.9475; 0.9"
    assert table.loc["svc", "published_in"] == "A paper 2019; Another 2020"
    assert table.loc[first, "accuracy_published"] == "close to 100 %"
    assert table.loc[first, "gram_error_published"] == "1.27 to 2.41"
    assert table.loc[second, "gram_error_published"] == "at least 0.1"
    assert table.loc[first, "f1_published"] == "0.5"
    assert table.loc[second, "f1_published"] == ""  # the curve has no point there
    assert table.loc["svc", "gram_error_published"] == ""


@pytest.mark.parametrize("form", ["text", "csv", "markdown", "latex", "json", "parquet"])
def test_every_format_of_the_table_shows_it(run, form):
    text = rendering.render(run.table(), ["accuracy"], form)
    if isinstance(text, bytes):
        text = pd.read_parquet(io.BytesIO(text)).to_string()
    for words in ("1.27 to 2.41", "at least 0.1", "0.9475", PAPER):
        assert words in text


def test_a_person_reads_it_under_the_quantitys_own_title(run):
    shown = rendering.display(run.table(), ["accuracy"])
    order = list(shown)
    assert order.index("published accuracy") > order.index("accuracy")
    assert order.index("published gram error") == order.index("gram error") + 1
    assert list(shown["published F1"]) == ["0.5", "-", "-"]
    assert order[-1] == "published in"


def test_what_is_stored_is_a_record_in_one_form(run):
    stored = run.results().plan.published
    assert stored[3] == Published(
        "moons", "kernel [feature_map.reps=1]", "gram_error", PAPER, low=1.27, high=2.41
    )
    assert stored[5].curve == ((1.0, 0.5), (3.0, 0.75))
    assert set(plain(stored[4])) == {"dataset", "model", "quantity", "source", "low"}
    assert Published("a", "b", "c", "d", high=0.5).words_at() == "at most 0.5"


@pytest.mark.parametrize(
    "change, words",
    [
        ({"model": "svm"}, "published[0].model: no row of this study is called 'svm' (did you"),
        ({"dataset": "sun"}, "published[0].dataset: no row of this study is called 'sun'"),
        ({"quantity": "acuracy"}, "published[0].quantity: unknown quantity 'acuracy' (did you"),
        ({"quantity": "rank"}, "what trainings report stands under `report`"),
        ({"value": None}, "say one of value, range, at_least, at_most, text and curve"),
        ({"text": "high"}, "say one of value, range"),
        ({"value": None, "range": [2, 1]}, "a range begins with its lower end"),
        ({"value": None, "range": [2]}, "published[0].range"),
        ({"value": None, "curve": [[1, 2]]}, "`curve` and `over`, its axis, go together"),
        (
            {"value": None, "curve": [[1, 2]], "over": "feature_map.rep"},
            "published[0].over: no row of this study names 'feature_map.rep' (did you mean",
        ),
        (
            {"value": None, "curve": [[1, 2]], "over": "feature_map"},
            "published[0].over: an axis has numbers (got 'zz')",
        ),
        (
            {"value": None, "curve": [[1, 2]], "over": "n_samples", "quantity": "loss"},
            "published[0].over: 'loss' is over iteration, evaluations",
        ),
        ({"metric": "f1"}, "published[0].metric: unknown key"),
        ({"source": ""}, "published[0].source"),
    ],
)
def test_mistakes_are_one_line(change, words):
    with pytest.raises(SpecError) as caught:
        Study.from_dict({**VALUES, "published": [{**NUMBER, **change}]})
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
