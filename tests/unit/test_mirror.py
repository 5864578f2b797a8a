"""The unit tests lie as the source does: a folder or a file a room."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNIT = Path(__file__).parent
CONTRACT = ROOT / "tests" / "contract"
BY_CONTRACT = {  # rooms whose tests are those of every plug-in, and who tests them
    "qml/losses": "test_losses.py",  # a loss is nothing but its contract: values and slopes
    "qml/registry": "test_plugins.py",  # files as plug-ins: the rooms there are the tests' data
    "qml/examples": "test_plugins.py",  # read there by every room
    "qml/offers": "test_offers.py",  # protocols, held against every model
    "qml/docstrings": "test_models.py",  # the composed help of every model
}
PACKAGES = ["qml", "experiments"]


def rooms(package: str) -> set[str]:
    """Return the folders and modules of a package, without its faces."""
    inside = (ROOT / package).iterdir()
    found = {place.stem for place in inside if place.suffix == ".py" or list(place.glob("*.py"))}
    return {f"{package}/{name}" for name in found - {"__init__", "__main__"}}


def has_tests(room: str) -> bool:
    """Return whether a room has a folder of tests, or a file beside the folders."""
    package, name = room.split("/")
    return bool([*UNIT.glob(f"{room}/test_*.py"), *UNIT.glob(f"{package}/test_{name}.py")])


@pytest.mark.parametrize("package", PACKAGES)
def test_every_room_has_tests_of_its_own_or_is_all_contract(package):
    """One or the other, so the list of those that are contract alone stays true."""
    for room in rooms(package):
        assert has_tests(room) != (room in BY_CONTRACT), room


def test_rooms_that_are_contract_alone_are_rooms_and_have_one():
    assert set(BY_CONTRACT) <= {room for package in PACKAGES for room in rooms(package)}
    for file in BY_CONTRACT.values():
        assert (CONTRACT / file).is_file()


def test_every_folder_of_tests_names_a_room():
    for file in UNIT.rglob("test_*.py"):
        place = file.parent.relative_to(UNIT)
        assert list((ROOT / place).glob("*.py")) or place == Path(), f"{file}: no room {place}"


def test_no_two_files_of_tests_share_a_name():
    """They are imported by their names alone."""
    names = Counter(file.name for file in UNIT.rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
