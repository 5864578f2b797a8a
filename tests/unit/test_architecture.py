"""The import law, read from the source."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from source_files import sources

ROOT = Path(__file__).parents[2]
LAW = {  # the rooms and modules of a package, each importing only what stands before it
    "qml": [
        "texts",
        "errors",
        "hosts",
        "durable",
        "registry",
        "identity",
        "costs",
        "examples",
        "docstrings",
        "declared",
        "circuits",
        "engine",
        "bandwidth",
        "devices",
        "jobs",
        "backends",
        "offers",
        "estimator",
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
        "quantities",
    ],
    "experiments": [
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
    ],
}
FACES = {"__init__", "__main__"}  # of a package: they stand in no room
DEFINED_THERE = {"qml.__version__"}  # by a face itself; all else that it offers comes from a room
HEAVY = {"qiskit_aer", "qiskit_ibm_runtime", "qiskit_machine_learning", "pennylane", "matplotlib"}


def is_module(name: str) -> bool:
    place = ROOT.joinpath(*name.split("."))
    return place.is_dir() or place.with_suffix(".py").is_file()


def imports(file: Path, top_level_only: bool = False) -> set[str]:
    tree = ast.parse(file.read_text())
    nodes = tree.body if top_level_only else ast.walk(tree)
    found = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names
            if "." in node.module and not all(is_module(name) for name in names):
                found.add(node.module)  # a room; of a package's face only the names count
    return found


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


def room_of(file: Path) -> str:
    """Return a room's folder or a module beside the rooms."""
    return file.relative_to(ROOT).parts[1].removesuffix(".py")


def breach(importer: tuple[str, str], name: str) -> str:
    """Return what is wrong with a package's room importing a name; empty if nothing is."""
    package, room = importer
    owner, *path = name.split(".")
    if owner not in LAW or name in DEFINED_THERE:
        return ""
    if not path or path[0] not in LAW[owner]:
        return f"{name} is in no room: a face imports every room"
    late = owner == package and LAW[package].index(path[0]) > LAW[package].index(room)
    return f"{name} stands behind {room}" if late else ""


@pytest.mark.parametrize("package", LAW)
def test_every_room_has_its_place_in_the_law(package):
    inside = (ROOT / package).iterdir()
    found = {place.stem for place in inside if place.suffix == ".py" or list(place.glob("*.py"))}
    assert found - FACES == set(LAW[package])


def test_the_workbench_has_few_rooms():
    assert len(LAW["experiments"]) <= 12


@pytest.mark.parametrize("package", LAW)
def test_rooms_import_only_earlier_rooms(package):
    """Imports for types and inside functions count."""
    for file in sources(package):
        if room_of(file) not in FACES:
            for name in imports(file):
                problem = breach((package, room_of(file)), name)
                assert not problem, f"{file}: {problem}"


@pytest.mark.parametrize(
    "importer, name, problem",
    [
        (("qml", "circuits"), "qml.classifiers.qsvc", "stands behind circuits"),
        (("qml", "losses"), "qml.QSVC", "is in no room"),
        (("qml", "declared"), "qml.estimator.Quantum", "stands behind declared"),
        (("qml", "kernels"), "qml", "is in no room"),
        (("experiments", "planning"), "experiments.Study", "is in no room"),
        (("experiments", "planning"), "experiments.study.Study", "stands behind planning"),
        (("experiments", "planning"), "qml.QSVC", "is in no room"),
        (("experiments", "planning"), "qml.classifiers.qsvc", ""),
        (("experiments", "commands"), "qml.__version__", ""),
        (("qml", "kernels"), "qml.kernels.fidelity", ""),
        (("qml", "kernels"), "numpy.linalg", ""),
    ],
)
def test_the_law_knows_names_of_faces_and_late_rooms(importer, name, problem):
    assert problem in breach(importer, name)
    assert bool(problem) == bool(breach(importer, name))


@pytest.mark.parametrize(
    "line, names",
    [
        ("import qml", {"qml"}),
        ("from qml import QSVC", {"qml.QSVC"}),
        ("from qml.kernels import Table", {"qml.kernels", "qml.kernels.Table"}),
        ("from qml.kernels import fidelity", {"qml.kernels.fidelity"}),
        ("def f():\n    import qml.costs as c", {"qml.costs"}),
    ],
)
def test_every_way_to_import_is_read(line, names, tmp_path):
    file = tmp_path / "module.py"
    file.write_text(line)
    assert imports(file) == names


@pytest.mark.parametrize("package", LAW)
def test_no_module_imports_itself_by_a_detour(package):
    modules = {
        ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): file
        for file in sources(package)
        if file != ROOT / package / "__init__.py"
    }
    arrows = {name: imports(file) & set(modules) for name, file in modules.items()}
    settled: set[str] = set()
    while ready := {name for name in arrows if arrows[name] <= settled} - settled:
        settled |= ready
    assert set(arrows) == settled, sorted(set(arrows) - settled)


def test_every_import_names_its_whole_path():
    """What is relative, no law of rooms reads."""
    for file in sources("qml", "classical", "experiments", "qml_workbench"):
        for node in ast.walk(ast.parse(file.read_text())):
            assert not isinstance(node, ast.ImportFrom) or not node.level, f"{file}: {node.lineno}"


def test_what_every_room_may_import_imports_no_room():
    everywhere = LAW["qml"][: LAW["qml"].index("circuits")]
    assert all((ROOT / "qml" / f"{name}.py").is_file() for name in everywhere)


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
