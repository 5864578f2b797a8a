"""The public names: there when they are asked for, seen by editors, free until then."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from experiments.registry import MODELS, PREPROCESSING
from qml.kernels import KERNELS
from qml.optimizers import OPTIMIZERS
from qml.registry import Room

ROOT = Path(__file__).parents[3]
PACKAGES = ("qml", "classical", "experiments", "qml_workbench")
FACES = [
    "qml",
    "qml.classifiers",
    "qml.regressors",
    "qml.outlier_detectors",
    "qml.surrogates",
    "qml.transformers",
    "qml.kernels",
    "qml.optimizers",
    "classical",
    "experiments",
]


def python(code: str, **options) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, **options
    )
    return done.stdout


def shown_to_editors(package: str) -> dict[str, tuple[str, str]]:
    """Return what the package imports for type checkers alone: name, module and name there."""
    tree = ast.parse(Path(importlib.import_module(package).__file__).read_text())
    [block] = [
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    return {
        alias.asname or alias.name: (str(node.module), alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name != "*"
    }


def plugins():
    """Return every estimator, kernel and optimizer: its room's package and the plug-in."""
    for room in (MODELS, PREPROCESSING, KERNELS, OPTIMIZERS):
        for name in room.installed():
            package = room.module(name).__name__.rpartition(".")[0]
            if not package.startswith("experiments."):
                yield package, room.load(name)


@pytest.mark.parametrize(
    "package, plugin", [pytest.param(*one, id=one[1].__name__) for one in plugins()]
)
def test_every_plugin_is_offered_by_its_room(package, plugin):
    room = importlib.import_module(package)
    assert getattr(room, plugin.__name__) is plugin
    assert plugin.__name__ in dir(room)
    if package.startswith("qml.") and package != "qml.optimizers":
        qml = importlib.import_module("qml")
        assert getattr(qml, plugin.__name__) is plugin
        assert plugin.__name__ in qml.__all__


@pytest.mark.parametrize("package", FACES)
def test_what_editors_are_shown_is_what_is_offered(package):
    face = importlib.import_module(package)
    shown = shown_to_editors(package)
    assert shown
    missing = {f"classical.{name}" for name in MODELS.missing()}
    for name, (module, inside) in shown.items():
        if module in missing:
            continue
        assert getattr(face, name) is getattr(importlib.import_module(module), inside)


@pytest.mark.parametrize("package", FACES)
def test_unknown_names_are_refused_as_python_refuses_them(package):
    face = importlib.import_module(package)
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Nothing'"):
        _ = face.Nothing
    assert not hasattr(face, "_nothing")


def test_importing_the_library_is_quick_and_imports_nothing_heavy(tmp_path):
    code = (
        "import sys, time; start = time.perf_counter(); import qml; "
        "print(time.perf_counter() - start); qml.__version__; dir(qml); "
        "print({'numpy', 'qiskit', 'sklearn', 'pydantic', 'scipy'} & set(sys.modules))"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    took, heavy = min(python(code, cwd=tmp_path, env=env).splitlines() for _ in range(3))
    assert float(took) < 0.1
    assert heavy == "set()"


def test_a_star_brings_every_estimator(tmp_path):
    code = "from qml.surrogates import *; print(sorted(n for n in dir() if n[0] != '_'))"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    brought = python(code, cwd=tmp_path, env=env).strip()
    assert brought == "['MatchedRBF', 'SpectrumSurrogate', 'Surrogate']"


@pytest.mark.parametrize("package", ["qml.kernels", "qml.optimizers"])
def test_a_star_brings_plugins_beside_what_the_room_lists_itself(tmp_path, package):
    code = f"from {package} import *; print(*dir())"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    brought = set(python(code, cwd=tmp_path, env=env).split())
    assert {plugin.__name__ for place, plugin in plugins() if place == package} <= brought
    assert set(importlib.import_module(package).__all__) <= brought


def test_rooms_are_there_when_they_are_asked_for(tmp_path):
    code = (
        "import qml; qml.engine.BatchedSampler; qml.classifiers.QSVC; qml.backends; "
        "import experiments, classical; experiments.study.Study; classical.svc.SVC"
    )
    python(code, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})


@pytest.mark.parametrize("package", FACES)
def test_dir_lists_offered_names_rooms_and_dunders_alone(package):
    face = importlib.import_module(package)
    folder = Path(face.__file__).parent
    inside = {file.stem for file in folder.glob("*.py")}
    inside |= {file.parent.name for file in folder.glob("*/__init__.py")}
    listed = {name for name in dir(face) if not name.startswith("__")}
    public = {name for name in inside if not name.startswith("_")}
    assert listed == {*face.__all__, *public} - {"__version__"}


def new_room(folder: Path, monkeypatch, head: str = "", **files: str):
    """Return a package, called like the test's folder, with a face of its own files."""
    room = folder / folder.name
    room.mkdir()
    (room / "__init__.py").write_text(
        f"{head}\nfrom qml_workbench.faces import face\n"
        "__getattr__, __dir__ = face(__name__, [__name__])\n"
    )
    for name, text in files.items():
        (room / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(folder)
    return importlib.import_module(folder.name)


@pytest.mark.parametrize(
    "exported",
    [
        '__all__ = ["One"]',
        '__all__ = ("One",)',
        '__all__: list[str] = ["One"]',
        '__all__ = [  # the one name: "Two"\n    "One",\n]',
    ],
)
def test_a_new_file_is_offered_as_it_lies_there(tmp_path, monkeypatch, exported):
    one = f"{exported}\n\nclass One: ...\n"
    newroom = new_room(tmp_path, monkeypatch, _base='__all__ = ["Base"]\n', one=one)
    assert newroom.__all__ == ["One"]
    assert newroom.One.__module__ == f"{newroom.__name__}.one"
    assert Room("thing", newroom.__name__).load("one") is newroom.One


@pytest.mark.parametrize("head", ["", '__all__ = ["One"]\nOne = 1'])
def test_one_name_of_two_things_is_refused_on_one_line(tmp_path, monkeypatch, head):
    one, again = ('__all__ = ["One"]\n\nclass One: ...\n',) * 2
    newroom = new_room(tmp_path, monkeypatch, head, one=one, again=again)
    with pytest.raises(ImportError, match="'One' is the name of two things, in .*, allowed: one"):
        _ = newroom.__all__


def test_a_missing_package_is_one_line_where_its_name_is_asked_for(tmp_path):
    code = """
import inspect, sys
sys.modules["lightgbm"] = None
import classical
from classical import *
assert not hasattr(classical, "LightGBM")
assert "LightGBM" not in {*classical.__all__, *dir(classical), *dir()}
assert "SVC" in dict(inspect.getmembers(classical))
told = "LightGBM needs the package 'lightgbm', which is not installed"
for error, statement in [
    (AttributeError, "classical.LightGBM"),
    (ImportError, "from classical import LightGBM"),
]:
    try:
        exec(statement)
    except error as caught:
        assert str(caught) == f"classical.{told}", caught
    else:
        raise AssertionError(statement)
"""
    python(code, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)})


def test_a_missing_file_of_ours_is_no_package_to_install(tmp_path, monkeypatch):
    one = f'from {tmp_path.name}.gone import gone\n\n__all__ = ["One"]\n'
    newroom = new_room(tmp_path, monkeypatch, one=one)
    with pytest.raises(ModuleNotFoundError, match=rf"{tmp_path.name}\.gone"):
        _ = newroom.One


@pytest.mark.slow
def test_type_checkers_see_what_a_study_returns(tmp_path):
    (tmp_path / "mine.py").write_text(
        "from experiments import Study\n"
        "from qml import QSVC\n"
        "from qml.classifiers import Nothing\n"
        "reveal_type(Study.load('quickstart').run().table())\n"
        "reveal_type(QSVC().C)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(ROOT / "pyproject.toml"), "mine.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MYPYPATH": str(ROOT)},
    )
    assert 'Revealed type is "pandas.core.frame.DataFrame"' in done.stdout, done.stdout
    assert 'Revealed type is "float"' in done.stdout
    assert 'Module "qml.classifiers" has no attribute "Nothing"' in done.stdout


def test_the_wheel_holds_the_packages_their_types_and_the_command(tmp_path):
    build = "from hatchling.build import build_wheel; import sys; build_wheel(sys.argv[1])"
    subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )
    [wheel] = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        [entry] = [name for name in names if name.endswith("entry_points.txt")]
        assert "qml = qml_workbench.__main__:main" in archive.read(entry).decode()
        [metadata] = [name for name in names if name.endswith("/METADATA")]
        version = importlib.import_module("qml").__version__
        assert f"\nVersion: {version}\n" in archive.read(metadata).decode()
    tops = {name.split("/")[0] for name in names if ".dist-info" not in name}
    assert tops == set(PACKAGES)
    for package in PACKAGES:
        assert f"{package}/py.typed" in names
    assert "experiments/studies/quickstart.yaml" in names


def test_the_citation_names_the_version():
    version = importlib.import_module("qml").__version__
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text()
