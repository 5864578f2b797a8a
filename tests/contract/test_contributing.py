"""The examples of CONTRIBUTING.md, dropped into a copy of the project: each kind is one file."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEWCOMERS = Path(__file__).parent / "newcomers"
BLOCK = re.compile(r"```(?:python|yaml)\n# (\S+)\n(.*?)```", re.DOTALL)

LOAD = """
import sys
from pathlib import Path
from experiments.registry import COMPONENTS, DATASETS, MODELS, PREPROCESSING, QUANTITIES
from experiments.registry import study_names
from qml.backends import BACKENDS
from qml.devices import DEVICES

rooms = [MODELS, DATASETS, PREPROCESSING, QUANTITIES, BACKENDS, DEVICES, *COMPONENTS.values()]
for path in sys.argv[1:]:
    file = Path(path)
    package = ".".join(file.parent.parts)
    if package == "experiments.studies":
        assert file.stem in study_names()
        continue
    [room] = [room for room in rooms if package in room.packages]  # a name or several
    assert room.load(file.stem).__module__
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for package in ("qml", "classical", "experiments", "qml_workbench"):
        shutil.copytree(ROOT / package, folder / package)  # with what Numba has compiled
    for path, text in examples().items():
        assert not (folder / path).exists(), f"{path} is there already"
        (folder / path).write_text(text)
    return folder


def examples() -> dict[str, str]:
    return dict(BLOCK.findall((ROOT / "CONTRIBUTING.md").read_text()))


def private_imports(text: str) -> list[str]:
    """Return what a text of Python imports from under a name with a leading underscore."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return [name for name in found if re.search(r"(^|\.)_(?!_)", name)]


def python(copy: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(copy)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_example_is_found_by_its_name(copy):
    assert len(examples()) >= 13
    python(copy, "-c", LOAD, *examples())


def test_no_example_and_no_newcomer_imports_what_is_private():
    texts = {path: text for path, text in examples().items() if path.endswith(".py")}
    texts |= {str(file): file.read_text() for file in NEWCOMERS.rglob("*.py")}
    assert len(texts) > len(examples())
    for path, text in texts.items():
        assert not private_imports(text), path


def test_private_import_is_found_however_it_is_written():
    written = "import qml.kernels._repair, qml.kernels\nfrom qml.losses import _contract, Labels\n"
    found = private_imports(f"from __future__ import annotations\n{written}from ._base import Base")
    assert found == ["qml.kernels._repair", "qml.losses._contract", "_base.Base"]


def test_the_study_of_newcomers_runs(copy):
    printed = python(copy, "-m", "experiments", "run", "newcomers", "--jobs", "1")
    for model in ("nearest_mean", "qsvc", "vqc"):
        assert model in printed
    assert "failed" not in printed
