"""The import law, read from the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = [
    "circuits",
    "engine",
    "devices",
    "jobs",
    "backends",
    "losses",
    "decisions",
    "optimizers",
    "variational",
    "kernels",
    "classifiers",
    "regressors",
    "outlier_detectors",
    "surrogates",
    "transformers",
    "diagnostics",
]
WORKBENCH = [
    "seeds",
    "records",
    "datasets",
    "preprocessing",
    "registry",
    "evaluation",
    "planning",
    "running",
    "reporting",
    "study",
    "health",
    "commands",
]
HEAVY = {"qiskit_aer", "qiskit_ibm_runtime", "qiskit_machine_learning", "pennylane", "matplotlib"}


def imports(file: Path, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(file.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def sources(*folders: str) -> list[Path]:
    return [file for folder in folders for file in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize(
    "folder, forbidden",
    [
        ("qml", ("classical", "experiments")),
        ("classical", ("qml", "experiments")),
        ("qml_workbench/faces.py", ("qml", "classical", "experiments")),
        ("qml_workbench/strangers.py", ("qml", "classical", "experiments")),
    ],
)
def test_libraries_know_nothing_of_each_other_or_the_workbench(folder, forbidden):
    for file in sources(folder) or [ROOT / folder]:
        for name in imports(file):
            assert name.split(".")[0] not in forbidden, f"{file} imports {name}"


def test_every_room_of_qml_has_its_place_in_the_law():
    folders = {
        folder.name for folder in (ROOT / "qml").iterdir() if (folder / "__init__.py").exists()
    }
    assert folders == set(ROOMS)


def test_rooms_of_qml_import_only_earlier_rooms():
    for position, room in enumerate(ROOMS):
        for file in sources(f"qml/{room}"):
            for name in imports(file):
                parts = name.split(".")
                if parts[0] == "qml" and len(parts) > 1 and parts[1] in ROOMS:
                    assert ROOMS.index(parts[1]) <= position, f"{file} imports {name}"


def test_every_room_of_the_workbench_has_its_place_in_the_law():
    inside = (ROOT / "experiments").iterdir()
    found = {place.stem for place in inside if place.suffix == ".py" or list(place.glob("*.py"))}
    assert found - {"__init__", "__main__"} == set(WORKBENCH)
    assert len(found) <= 14


def test_rooms_of_the_workbench_import_only_earlier_rooms():
    """Imports for types and inside functions count."""
    for file in sources("experiments"):
        room = file.relative_to(ROOT / "experiments").parts[0].removesuffix(".py")
        if room not in WORKBENCH:
            continue
        for name in imports(file):
            parts = name.split(".")
            if parts[0] == "experiments" and len(parts) > 1:
                told = f"{file} imports {name}"
                assert parts[1] not in WORKBENCH or WORKBENCH.index(parts[1]) <= WORKBENCH.index(
                    room
                ), told


def test_no_module_of_the_workbench_imports_itself_by_a_detour():
    modules = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts): file
        for file in sources("experiments")
    }
    arrows = {name: imports(file) & set(modules) for name, file in modules.items()}
    settled: set[str] = set()
    while ready := {name for name in arrows if arrows[name] <= settled} - settled:
        settled |= ready
    assert set(arrows) == settled, sorted(set(arrows) - settled)


@pytest.mark.parametrize("module", ["errors", "durable", "registry", "identity", "costs"])
def test_what_every_room_may_import_imports_no_room(module):
    for name in imports(ROOT / "qml" / f"{module}.py"):
        parts = name.split(".")
        assert parts[0] != "qml" or parts[1] not in ROOMS, f"qml/{module}.py imports {name}"


@pytest.mark.parametrize("place", ["experiments/evaluation", "experiments/reporting"])
def test_evaluation_and_reporting_import_no_model(place):
    for file in sources(place):
        for name in imports(file):
            models = ("qml.classifiers", "qml.regressors", "qml.outlier_detectors", "qml.kernels")
            assert not name.startswith((*models, "classical")), file


def test_heavy_packages_are_imported_only_inside_functions():
    for file in sources("qml", "classical", "experiments", "qml_workbench"):
        names = {name.split(".")[0] for name in imports(file, top_level_only=True)}
        assert not names & HEAVY, f"{file} imports {names & HEAVY} when it is imported"


def test_nothing_private_of_scikit_learn_is_imported():
    for file in sources("qml", "classical", "experiments"):
        private = {n for n in imports(file) if n.startswith("sklearn") and "._" in n}
        assert not private, f"{file} imports {private}"


def test_help_imports_nothing_heavy():
    code = (
        "import sys; import qml_workbench.__main__, experiments.commands.cli; "
        "print(sorted({'numpy','qiskit','sklearn','pandas','pydantic','yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
