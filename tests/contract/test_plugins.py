"""Every room: each file is one plug-in with a name, a doc, and nothing else can be loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.registry import COMPONENTS, DATASETS, MODELS, PREPROCESSING, QUANTITIES
from qml.backends import BACKENDS
from qml.devices import DEVICES
from qml.errors import SpecError
from qml.examples import Example, KernelExample, examples_of
from qml.registry import Room, first_sentence

ROOT = Path(__file__).parents[2]
ROOMS = [MODELS, DATASETS, PREPROCESSING, QUANTITIES, BACKENDS, DEVICES, *COMPONENTS.values()]
PAYLOADS = [
    "os.system",
    "..",
    "../svc",
    "svc.SVC",
    "__init__",
    "__main__",
    "_base",
    "_contract",
    "",
    " svc",
    "svc ",
    "svc\n",
    "SVC",
    "svc;import os",
    "svc/../svc",
    "/etc/passwd",
    "con",
    "s" * 300,
    "svc\x00",
    "sv\u0441",
    "%2e%2e",
    "subprocess",
    "builtins",
    "eval",
    "qml.registry",
    ".svc",
    "-svc",
    None,
    3,
    ["svc"],
    {"a": 1},
    True,
]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.kind)
def test_every_room_has_plugins(room):
    assert room.installed()


@pytest.mark.parametrize(
    "room, name",
    [pytest.param(room, name, id=f"{room.kind}-{name}") for room in ROOMS for name in room.names()],
)
def test_every_file_is_one_documented_plugin(room, name):
    if name in room.missing():
        pytest.skip(room.missing()[name])
    assert callable(room.load(name))
    assert first_sentence(room.module(name))


def test_no_two_models_share_a_name():
    files = [file for package in MODELS.packages for file in _stems(package)]
    assert len(files) == len(set(files))


def _stems(package):
    import importlib
    from pathlib import Path

    folder = Path(importlib.import_module(package).__file__).parent
    return [file.stem for file in folder.glob("*.py") if not file.stem.startswith("_")]


@pytest.mark.reliability("S8")
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.kind)
@pytest.mark.parametrize("payload", PAYLOADS, ids=repr)
def test_only_files_of_the_room_can_be_loaded(room, payload):
    with pytest.raises(SpecError):
        room.load(payload)


def test_examples_with_equal_parameters_are_all_tried(monkeypatch):
    from qml.kernels import KERNELS, fidelity

    examples = tuple(KernelExample(feature_map=name) for name in ("zz", "z", "iqp"))
    monkeypatch.setattr(fidelity, "EXAMPLES", examples, raising=False)
    found = examples_of(KERNELS, KernelExample)
    labels = ("fidelity", "fidelity#2", "fidelity#3")
    assert [found[label] for label in labels] == [("fidelity", each) for each in examples]


def test_plugin_without_its_package_is_skipped_with_the_reason(tmp_path):
    """Nothing else of the suite is lost: its tests are collected, with the others' examples."""
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['lightgbm'] = None\n")
    collect = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    done = subprocess.run(
        [*collect, "tests/contract", "-k", "lightgbm or (test_models and text_labels and naive)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = "model 'lightgbm' needs the package 'lightgbm', which is not installed"
    assert told in done.stdout
    assert "1 passed, 1 skipped" in done.stdout


def test_examples_of_another_shape_are_one_line(monkeypatch):
    from qml.losses import hinge

    room = Room("loss", "qml.losses")
    monkeypatch.setattr(hinge, "EXAMPLES", ({"margin": 2.0},), raising=False)
    assert examples_of(room, Example)["hinge(margin=2.0)"][1].parameters == {"margin": 2.0}
    monkeypatch.setattr(hinge, "EXAMPLES", (Example(),))
    with pytest.raises(SpecError, match=r"hinge.py: EXAMPLES holds mappings or KernelExample"):
        examples_of(room, KernelExample)
