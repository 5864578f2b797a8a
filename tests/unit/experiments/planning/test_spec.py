"""Study files: what they say, and one clear line for what they say wrong."""

from __future__ import annotations

import copy
import math

import pytest
import yaml

from experiments.planning.checks import parse
from experiments.planning.grid import expand_grid
from experiments.planning.rows import dataset_rows, model_rows
from experiments.planning.settings import dataset_settings
from experiments.planning.yaml_source import YamlSource, read_yaml, set_value
from experiments.registry import STUDIES_FOLDER, study_names
from experiments.study import Study
from qml.errors import SpecError

GOOD = """\
name: good
datasets:
  - name: ad_hoc
    n_samples: 24
  - name: wine
    preprocessing:
      - standard_scaler
      - {name: pca, n_components: 2}
models:
  - name: qsvc
    C: [1.0, 10.0]
  - name: vqc
    optimizer: {name: cobyla, maxiter: [5, 6]}
    datasets: [wine]
  - svc
backend: [exact, "exact:shots=100"]
protocol:
  folds: 3
  repeats: 2
  seed: 1
metrics: [accuracy]
"""


def study_from(tmp_path, text, name="good.yaml"):
    file = tmp_path / name
    file.write_text(text)
    return Study.load(file)


def line_for(tmp_path, text):
    with pytest.raises(SpecError) as caught:
        study_from(tmp_path, text)
    return str(caught.value)


def test_a_study_expands_to_rows_and_cells(tmp_path):
    study = study_from(tmp_path, GOOD)
    labels = [row.label for row in model_rows(study.spec)]
    assert labels == [
        "qsvc [C=1.0] @ exact",
        "qsvc [C=1.0] @ exact:shots=100",
        "qsvc [C=10.0] @ exact",
        "qsvc [C=10.0] @ exact:shots=100",
        "vqc [optimizer.maxiter=5] @ exact",
        "vqc [optimizer.maxiter=5] @ exact:shots=100",
        "vqc [optimizer.maxiter=6] @ exact",
        "vqc [optimizer.maxiter=6] @ exact:shots=100",
        "svc",
    ]
    planned = study.plan()
    assert len(planned) == (5 + 9) * 3 * 2
    assert len({item.cell.key for item in planned}) == len(planned)


def test_labels_and_other_models_leave_a_models_keys_alone(tmp_path):
    keys = {item.cell.key for item in study_from(tmp_path, GOOD).plan()}
    renamed = GOOD.replace("  - svc\n", "  - {name: svc, label: machine}\n  - dummy\n")
    assert keys < {item.cell.key for item in study_from(tmp_path, renamed).plan()}


def test_models_name_the_entries_of_data_sets_whatever_becomes_of_their_grids():
    """By their label or their plug-in's name; the labels of rows are written and never read."""
    values = {
        "name": "named",
        "datasets": [
            {"name": "moons", "label": "M", "n_samples": [20, 24]},
            {"name": "circles", "n_samples": [20, 24]},
        ],
        "models": ["dummy", {"name": "svc", "datasets": ["M"]}],
    }
    for word, label in (("M", "M"), ("moons", "M"), ("circles", "circles")):
        values["models"][1]["datasets"] = [word]
        places = [item.place for item in Study.from_dict(values).plan()]
        found = {place.dataset for place in places if place.model == "svc"}
        assert found == {f"{label} [n_samples=20]", f"{label} [n_samples=24]"}


def test_a_step_of_preprocessing_is_a_grid_too():
    steps = ["standard_scaler", {"name": "pca", "n_components": [1, 2], "whiten": True}]
    twice = [*steps, {"name": "angle_scaler", "high": [1.0, 2.0]}]
    values = {
        "name": "steps",
        "datasets": [
            {"name": "moons", "n_samples": [20, 24], "preprocessing": steps},
            {"name": "circles", "n_samples": 20, "preprocessing": twice},
        ],
        "models": ["dummy"],
        "protocol": {"folds": 2, "repeats": 1},
        "figures": [{"name": "width", "over": "preprocessing.pca.n_components"}],
    }
    study = Study.from_dict(values)
    rows = dataset_rows(study.spec)
    assert [row.label for row in rows][:2] == [
        "moons [n_samples=20, pca.n_components=1]",
        "moons [n_samples=20, pca.n_components=2]",
    ]
    assert rows[-1].label == "circles [pca.n_components=2, angle_scaler.high=2.0]"
    assert (len(rows), len(study.plan())) == (8, 16)
    assert rows[1].spec.preprocessing[1].parameters == {"n_components": 2, "whiten": True}
    assert dataset_settings(rows[1])["preprocessing.pca.n_components"] == 2
    axes = [place.axis for place in rows[1].coordinates]
    assert axes == ["n_samples", "preprocessing.pca.n_components"]
    # the cell is that of the study which names the one value
    steps[1]["n_components"] = 2
    values["datasets"] = [{"name": "moons", "n_samples": 20, "preprocessing": steps}]
    alone = {item.cell.key for item in Study.from_dict(values).plan()}
    assert alone < {item.cell.key for item in study.plan()}


@pytest.mark.parametrize(
    "components, line",
    [
        ("[2, two]", "good.yaml:8: datasets[1].preprocessing[1].n_components: "),
        ("[]", "good.yaml:8: datasets[1].preprocessing[1].n_components: an empty list"),
    ],
)
def test_every_value_of_a_steps_grid_is_checked(tmp_path, components, line):
    said = line_for(tmp_path, GOOD.replace("n_components: 2", f"n_components: {components}"))
    assert said.startswith(line)
    assert "\n" not in said


def test_list_of_lists_is_a_grid_of_lists():
    assert [point.parameters for point in expand_grid({"layers": [[10, 10], [5]]})] == [
        {"layers": [10, 10]},
        {"layers": [5]},
    ]


@pytest.mark.reliability("R10", "S4")
@pytest.mark.parametrize(
    "change, expected",
    [
        (
            ("- svc", "- {name: svc, C: .inf}"),
            "good.yaml:15: models[2].C: must be a finite number (got inf)",
        ),
        (
            ("- svc", f"- {{name: random_forest, n_estimators: 1{'0' * 400}}}"),
            "good.yaml:15: models[2].n_estimators: must be a whole number of at most 18 digits",
        ),
        (
            ("name: cobyla", "name: cobila"),
            "good.yaml:13: models[1].optimizer.name: unknown optimizer 'cobila' "
            "(did you mean 'cobyla'?)",
        ),
        (
            (
                "- svc",
                "- {name: qsvc, quantum_kernel: {name: trainable, optimizer: {name: cobila}}}",
            ),
            "good.yaml:15: models[2].quantum_kernel.optimizer.name: unknown optimizer 'cobila' "
            "(did you mean 'cobyla'?)",
        ),
        (
            ("- svc", "- svcc"),
            "good.yaml:15: models[2].name: unknown model 'svcc' (did you mean 'svc'?)",
        ),
        (
            ("    n_samples: 24", "    samples: 24"),
            "good.yaml:4: datasets[0].samples: unknown parameter of data set 'ad_hoc' "
            "(did you mean 'n_samples'?)",
        ),
        (
            ("n_samples: 24", "n_samples: many"),
            "good.yaml:4: datasets[0].n_samples: Input should be a valid integer (got 'many')",
        ),
        (
            ("n_components: 2", "n_component: 2"),
            "good.yaml:8: datasets[1].preprocessing[1].n_component: unknown parameter of "
            "preprocessing step 'pca' (did you mean 'n_components'?)",
        ),
        (
            ("  folds: 3", "  fold: 3"),
            "good.yaml:18: protocol.fold: unknown key (did you mean 'folds'?)",
        ),
        (
            ("  folds: 3", "  folds: 1"),
            "good.yaml:18: protocol.folds: Input should be greater than or equal to 2 (got 1)",
        ),
        (
            ("  folds: 3", "  folds: true"),
            "good.yaml:18: protocol.folds: Input should be a valid integer (got True)",
        ),
        (
            ("[accuracy]", "[acuracy]"),
            "good.yaml:21: metrics[0]: unknown metric 'acuracy' (did you mean 'accuracy'?)",
        ),
        (
            ("[exact, ", "[exat, "),
            "good.yaml:16: backend[0]: 'exat': unknown backend 'exat' (did you mean 'exact'?)",
        ),
        (
            ("datasets: [wine]", "datasets: [beer]"),
            "good.yaml:14: models[1].datasets[0]: no data set of this study is called 'beer' "
            "(allowed: ad_hoc, wine)",
        ),
        (
            ("metrics: [accuracy]", "metrics: [accuracy]\nmetrics: [f1]"),
            "good.yaml:22: metrics: this key is given twice",
        ),
        (("name: good\n", ""), "good.yaml:1: name: missing"),
        (("name: good\n", "name: Good Study\n"), "good.yaml:1: name: String should match pattern"),
        (("  - svc", "  - qsvc"), None),
        (
            ("  - svc", "  - {name: svc, random_state: 3}"),
            "good.yaml:15: models[2].random_state: the study's seed decides it; set protocol.seed",
        ),
    ],
)
def test_each_mistake_is_one_line_with_its_place(tmp_path, change, expected):
    text = GOOD.replace(*change)
    assert text != GOOD
    if expected is None:  # qsvc is there already, but as a grid with other labels
        study_from(tmp_path, text)
        return
    line = line_for(tmp_path, text)
    assert line.startswith(expected)
    assert "\n" not in line


def test_two_rows_of_one_name_need_labels(tmp_path):
    line = line_for(tmp_path, GOOD.replace("  - svc", "  - svc\n  - svc"))
    assert "two rows are called 'svc'; give each a label of its own" in line


@pytest.mark.reliability("R10", "S3")
@pytest.mark.parametrize(
    "text, words",
    [
        ("", "a study is a mapping"),
        ("- 1\n", "a study is a mapping"),
        ("a: [", "good.yaml:1"),
        ("a: !!python/object/apply:os.system ['true']\n", "is not allowed"),
        ("a: !!python/name:os.system ''\n", "could not determine a constructor"),
        ("1: 2\n", "is no text"),
        ("\tname: x", "good.yaml:1"),
        ("name: &a [*a]\n", "deeply nested"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n"
                for p, c in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            "too many",
        ),
        ("d: 2001-99-99\n", "good.yaml:1"),
    ],
)
def test_yaml_that_is_no_study_is_refused_and_never_run(tmp_path, text, words):
    assert words in line_for(tmp_path, text)


def test_binary_huge_and_missing_files(tmp_path):
    file = tmp_path / "bad.yaml"
    file.write_bytes(b"name: \xff\xfe")
    with pytest.raises(SpecError, match="not UTF-8"):
        Study.load(file)
    file.write_text("#" * ((1 << 20) + 1))
    with pytest.raises(SpecError, match="at most"):
        Study.load(file)
    with pytest.raises(SpecError, match="cannot be read"):
        Study.load(tmp_path / "none.yaml")
    with pytest.raises(SpecError, match="did you mean 'quickstart'"):
        Study.load("quickstar")


def leaves(value, path=()):
    if isinstance(value, dict):
        for key, child in value.items():
            yield from leaves(child, (*path, key))
    elif isinstance(value, list):
        for i, child in enumerate(value):
            yield from leaves(child, (*path, i))
    yield path


MUTATIONS = [
    None,
    "",
    "nonsense",
    -1,
    0,
    math.nan,
    math.inf,
    1e308,
    [],
    {},
    True,
    [[]],
    {"extra": 1},
    "os.system",
    ["a", "a"],
]


@pytest.mark.reliability("R10")
@pytest.mark.parametrize("path", [p for p in leaves(yaml.safe_load(GOOD)) if p], ids=str)
def test_every_leaf_mutated_gives_a_study_or_one_clear_problem(path):
    """Whatever stands in any place: a valid study, or lines that each name a field."""
    for mutation in MUTATIONS:
        data = yaml.safe_load(GOOD)
        target = data
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = copy.deepcopy(mutation)
        try:
            spec = parse(YamlSource("good.yaml", data))
            dataset_rows(spec), model_rows(spec)
        except SpecError as error:
            for line in str(error).splitlines():
                assert line.startswith("good.yaml"), (mutation, line)
                assert len(line) < 600


def test_set_changes_one_field_and_refuses_paths_to_nowhere():
    data = yaml.safe_load(GOOD)
    set_value(data, "protocol.folds=7")
    set_value(data, "models[0].C=5.5")
    assert (data["protocol"]["folds"], data["models"][0]["C"]) == (7, 5.5)
    for bad in ("protocol.folds", "=3", "models[9].C=1", "protocol.folds.x=1", "a=["):
        with pytest.raises(SpecError, match="--set"):
            set_value(data, bad)


@pytest.mark.parametrize("name", study_names())
def test_shipped_studies_are_valid_and_named_as_their_files(name):
    assert Study.load(name).spec.name == name
    assert read_yaml(STUDIES_FOLDER / f"{name}.yaml").data["description"].strip()


@pytest.mark.reliability("N9")
@pytest.mark.parametrize(
    "label", ["a\x1b[2J", "a\u202eb", "a\u2066b", "a\nb", "\u200bqsvc", "\x7f"]
)
def test_labels_with_characters_that_cannot_be_seen_are_refused(label):
    data = yaml.safe_load(GOOD)
    data["models"] = [{"name": "svc", "label": label}]
    with pytest.raises(SpecError, match="cannot be seen") as told:
        parse(YamlSource("good.yaml", data))
    [line] = str(told.value).splitlines()
    assert line.startswith("good.yaml: models[0].label: ")
    assert line.isprintable()


@pytest.mark.reliability("N9")
@pytest.mark.parametrize(
    "field, value",
    [
        ("description", "a\x1b[2J"),
        ("description", "two\nlines\u202e"),
        ("report", ["mean", "a\u202e"]),
        ("published", [{"dataset": "a", "model": "b", "value": 0.5, "source": "Table 1\x1b[2J"}]),
    ],
)
def test_texts_with_characters_that_cannot_be_seen_are_refused(field, value):
    with pytest.raises(SpecError, match="cannot be seen") as told:
        parse(YamlSource("good.yaml", {**yaml.safe_load(GOOD), field: value}))
    [line] = str(told.value).splitlines()
    assert line.startswith(f"good.yaml: {field}")
    assert line.isprintable()


def test_a_description_may_have_lines_and_letters_of_every_language():
    text = "Über 漢字:\n\n\tone, μ\n"
    study = {**yaml.safe_load(GOOD), "description": text}
    assert parse(YamlSource("good.yaml", study)).description == text


@pytest.mark.reliability("N4")
@pytest.mark.parametrize(
    "values, path",
    [
        ({"low": 0.1, "high": math.inf}, "C.high"),
        ({"low": -math.inf, "high": 1.0}, "C.low"),
        ({"low": math.nan, "high": 1.0}, "C.low"),
        ([1.0, math.inf], "C[1]"),
    ],
)
def test_what_is_searched_is_finite(values, path):
    study = {**yaml.safe_load(GOOD), "models": [{"name": "svc", "search": {"C": values}}]}
    study["protocol"] = {"tuning": {"trials": 2}}
    with pytest.raises(SpecError, match="must be a finite number") as told:
        parse(YamlSource("good.yaml", study))
    [line] = str(told.value).splitlines()
    assert line.startswith(f"good.yaml: models[0].search.{path}: ")
