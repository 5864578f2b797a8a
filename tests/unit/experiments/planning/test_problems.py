"""Each mistake of a study is told once."""

from __future__ import annotations

from experiments.planning.problems import told
from experiments.planning.yaml_source import YamlSource
from qml.errors import SpecError


def lines(problems, places=None):
    source = YamlSource("s.yaml", None, places or {})
    return str(told(source, [SpecError(problem, path) for path, problem in problems])).splitlines()


def test_what_two_entries_share_is_one_line_of_the_file():
    places = {("models", 0, "C"): 7, ("models", 1, "C"): 7, ("models", 2, "C"): 9}
    found = lines([(f"models[{i}].C", "negative") for i in range(3)], places)
    assert found == ["s.yaml:7: models[0].C: negative", "s.yaml:9: models[2].C: negative"]


def test_where_no_line_is_known_entries_are_told_apart():
    assert len(lines([(f"models[{i}].C", "negative") for i in range(3)])) == 3


def test_a_field_is_told_of_once():
    found = lines(
        [
            ("datasets[0].n[3]", "not finite"),
            ("datasets[0].n", "no whole number"),
            ("datasets[0].m", "no whole number"),
            ("datasets[1].n", "no whole number"),
        ]
    )
    assert [line.split(": ")[1] for line in found] == [
        "datasets[0].n[3]",
        "datasets[0].m",
        "datasets[1].n",
    ]


def test_a_grids_point_tells_of_the_field():
    found = lines(
        [
            ("models[0].optimizer[2].tol", "not finite"),
            ("models[0].optimizer.tol", "no number"),
            ("models[0].optimizer.eta", "no number"),
        ]
    )
    assert [line.split(": ")[1] for line in found] == [
        "models[0].optimizer[2].tol",
        "models[0].optimizer.eta",
    ]


def test_a_component_without_a_name_is_told_of_once():
    found = lines([("models[0].loss", "not finite"), ("models[0].loss.name", "unknown")])
    assert len(found) == 1


def test_twenty_are_told_and_the_others_counted():
    found = lines([(f"k{i}", "unknown") for i in range(1022)])
    assert len(found) == 21
    assert found[-1] == "and 1,002 more"
