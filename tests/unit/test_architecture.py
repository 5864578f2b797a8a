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
HEAVY = {"qiskit_aer", "qiskit_ibm_runtime", "qiskit_machine_learning", "pennylane", "matplotlib"}


def imports(file: Path, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(file.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
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


def test_help_imports_nothing_heavy():
    code = (
        "import sys; import qml_workbench.__main__, experiments.commands.cli; "
        "print(sorted({'numpy','qiskit','sklearn','pandas','pydantic','yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
