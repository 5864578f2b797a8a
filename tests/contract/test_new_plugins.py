"""A plug-in is one new file: one of every kind, dropped into a copy, and all of it is taken up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.registry import COMPONENTS, DATASETS, MODELS, PREPROCESSING, QUANTITIES
from qml.backends import BACKENDS
from qml.devices import DEVICES

ROOT = Path(__file__).parents[2]
NEWCOMERS = Path(__file__).parent / "newcomers"
FILES = sorted(
    file.relative_to(NEWCOMERS)
    for suffix in ("py", "yaml")
    for file in NEWCOMERS.rglob(f"*.{suffix}")
)
LISTED = {
    "models": (
        "angle_centroid",
        "mean_fidelity",
        "likeness_mean",
        "least_like",
        "circle_centroid",
    ),
    "backends": ("flipped",),
    "devices": ("pair",),
    "kernels": ("fidelity_power",),
    "losses": ("spherical",),
    "decisions": ("highest",),
    "optimizers": ("downhill",),
    "feature-maps": ("ladder",),
    "ansatzes": ("brick_wall",),
    "datasets": ("checkerboard",),
    "preprocessing": ("clipped", "fidelity_features"),
    "quantities": ("trace",),
    "studies": ("newcomers",),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """A copy of the tree with the new files in it, and nothing else changed."""
    copy = tmp_path_factory.mktemp("newcomers") / "copy"
    for folder in (
        "qml",
        "classical",
        "experiments",
        "qml_workbench",
        "tests",
    ):  # with the compiled kernels
        ignored = shutil.ignore_patterns("newcomers", "*.tmp.*")
        shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    for file in FILES:
        assert not (copy / file).exists()
        shutil.copy(NEWCOMERS / file, copy / file)
    return copy


def run(tree: Path, *arguments: str) -> str:
    """Run Python in the copy."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tree,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(tree)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_kind_has_a_newcomer():
    rooms = [MODELS, DATASETS, PREPROCESSING, QUANTITIES, BACKENDS, DEVICES, *COMPONENTS.values()]
    folders = {str(file.parent).replace(os.sep, ".") for file in FILES}
    for room in rooms:
        packages = (room.packages,) if isinstance(room.packages, str) else room.packages
        assert folders >= set(packages), f"no new {room.kind}"


def test_new_plugins_are_listed_and_a_study_of_them_is_checked_and_run(tree):
    """In one process, since each takes seconds to start."""
    commands = [f"list {part}" for part in LISTED]
    commands += ["check newcomers", "run newcomers --jobs 1", "table results/newcomers"]
    code = (
        "import sys; from experiments.commands.cli import main\n"
        "for command in sys.argv[1:]:\n"
        "    sys.argv = ['qml', *command.split()]\n"
        "    try: main()\n"
        "    except SystemExit as end: assert not end.code, command\n"
        "    print('the end')"
    )
    *lists, check, _, table, _ = run(tree, "-c", code, *commands).split("the end\n")
    for part, listed in zip(LISTED, lists, strict=True):
        for name in LISTED[part]:
            assert name in listed, part
    assert "angle_centroid [order=1]" in check
    for label in (
        "angle_centroid [order=2]",
        "mean_fidelity",
        "circle_centroid",
        "vqc",
        "flipped",
        "pair",
    ):
        assert label in table
    assert "failed" not in table


def test_new_plugins_pass_the_contract_suite_and_their_own_examples(tree):
    files = [file for file in FILES if file.suffix == ".py"]
    names = f"({' or '.join(file.stem for file in files)}) and not test_new_plugins"
    pytest_ = ("-m", "pytest", "-v", "-p", "no:cacheprovider", "-p", "no:xdist")
    checked = run(tree, *pytest_, "tests/contract", *map(str, files), "-k", names)
    assert "failed" not in checked
    models = LISTED["models"]
    for name in (*models, "fidelity_features", "clipped"):
        assert f"::test_scikit_learn_contract[{name}-" in checked
