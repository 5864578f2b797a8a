"""Other people's `experiments`, `classical` and `qml`: one line says who is in the way."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
NAMES = ("qml", "classical", "experiments")


def put(folder: Path, name: str, form: str) -> Path:
    """Make a user's own module or package."""
    file = folder / (f"{name}.py" if form == "file" else f"{name}/__init__.py")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("print('a stranger')\n")
    return file


def python(*arguments, cwd, first=None):
    path = os.pathsep.join(str(folder) for folder in (first, ROOT) if folder)
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.fixture
def script(tmp_path) -> Path:
    """The command as an installer writes it, in a folder of its own."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    module, function = project["scripts"]["qml"].split(":")
    file = tmp_path / "bin" / "qml"
    file.parent.mkdir()
    file.write_text(f"import sys\nfrom {module} import {function}\nsys.exit({function}())\n")
    return file


def refused(done, file: Path) -> None:
    assert done.returncode == 1
    assert not done.stdout
    [line] = done.stderr.splitlines()
    assert line.startswith(f"{file} is in the way of the workbench's own package")
    assert "rename it" in line


@pytest.mark.parametrize("form", ["file", "folder"])
@pytest.mark.parametrize("name", NAMES)
def test_command_says_who_is_in_the_way_on_the_path(script, tmp_path, name, form):
    file = put(tmp_path / "theirs", name, form)
    done = python(script, "list", "losses", cwd=tmp_path, first=tmp_path / "theirs")
    refused(done, file)
    assert f"{name!r}" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_command_minds_no_file_of_the_current_folder(script, tmp_path, name):
    put(tmp_path, name, "file")
    done = python(script, "--version", cwd=tmp_path)
    assert done.returncode == 0
    assert not done.stderr


@pytest.mark.parametrize("form", ["file", "folder"])
@pytest.mark.parametrize("name", NAMES)
def test_the_unmistakable_module_says_so_in_the_current_folder(tmp_path, name, form):
    file = put(tmp_path, name, form)
    refused(python("-m", "qml_workbench", "list", "losses", cwd=tmp_path), file)


@pytest.mark.parametrize("name", ["qml", "classical"])
def test_module_experiments_says_so_in_the_current_folder(tmp_path, name):
    file = put(tmp_path, name, "file")
    refused(python("-m", "experiments", "list", "losses", cwd=tmp_path), file)


def test_module_experiments_is_the_users_own_where_there_is_one(tmp_path):
    put(tmp_path, "experiments", "file")
    assert python("-m", "experiments", cwd=tmp_path).stdout == "a stranger\n"


@pytest.mark.parametrize("form", ["file", "folder"])
@pytest.mark.parametrize("name", ["classical", "experiments"])
def test_importing_the_library_warns_in_one_line(tmp_path, name, form):
    file = put(tmp_path, name, form)
    done = python("-c", "import qml; print(qml.__version__)", cwd=tmp_path)
    assert done.returncode == 0
    assert "a stranger" not in done.stdout
    [line] = done.stderr.splitlines()
    assert f"UserWarning: {file} is in the way" in line


@pytest.mark.parametrize("name", ["qml", "classical"])
def test_a_study_from_python_ends_in_the_line(tmp_path, name):
    file = put(tmp_path, name, "file")
    done = python("-c", "from experiments import Study", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(f"ImportError: {file} is in the way")


def test_an_installed_package_that_overwrote_ours_is_seen(script, tmp_path):
    """Two distributions in one folder: the later one's file lies where ours was."""
    file = put(tmp_path / "site-packages", "experiments", "folder")
    (file.parent / "cli.py").write_text("def main(): ...\n")
    done = python(script, "--version", cwd=tmp_path, first=tmp_path / "site-packages")
    refused(done, file)


def test_folder_without_modules_hides_nothing(tmp_path):
    (tmp_path / "experiments" / "notes").mkdir(parents=True)
    done = python("-m", "qml_workbench", "--version", cwd=tmp_path)
    assert done.returncode == 0
    assert not done.stderr


def test_nobody_is_in_the_way_of_a_clean_folder(tmp_path):
    done = python("-W", "error", "-c", "import qml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
