"""Every room: each file is one plug-in with a name, a doc, and nothing else can be loaded."""

from __future__ import annotations

import pytest

from experiments.registry import COMPONENTS, DATASETS, MODELS, PREPROCESSING
from qml.backends import BACKENDS
from qml.devices import DEVICES
from qml.errors import SpecError
from qml.examples import Example, KernelExample, examples_of
from qml.registry import Room, first_sentence

ROOMS = [MODELS, DATASETS, PREPROCESSING, BACKENDS, DEVICES, *COMPONENTS.values()]
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
def test_every_file_is_one_documented_plugin(room):
    assert room.names()
    for name in room.names():
        assert callable(room.load(name))
        assert first_sentence(room.module(name)), f"{name} has no docstring"


def test_no_two_models_share_a_name():
    files = [file for package in MODELS.packages for file in _stems(package)]
    assert len(files) == len(set(files))


def _stems(package):
    import importlib
    from pathlib import Path

    folder = Path(importlib.import_module(package).__file__).parent
    return [file.stem for file in folder.glob("*.py") if not file.stem.startswith("_")]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.kind)
@pytest.mark.parametrize("payload", PAYLOADS, ids=repr)
def test_only_files_of_the_room_can_be_loaded(room, payload):
    with pytest.raises(SpecError):
        room.load(payload)


def test_examples_of_another_shape_are_one_line(monkeypatch):
    from qml.losses import hinge

    room = Room("loss", "qml.losses")
    monkeypatch.setattr(hinge, "EXAMPLES", ({"margin": 2.0},), raising=False)
    assert examples_of(room, Example)["hinge(margin=2.0)"][1].parameters == {"margin": 2.0}
    monkeypatch.setattr(hinge, "EXAMPLES", (Example(),))
    with pytest.raises(SpecError, match=r"hinge.py: EXAMPLES holds mappings or KernelExample"):
        examples_of(room, KernelExample)
