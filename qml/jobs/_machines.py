"""From a machine's name to the machine."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from qml.jobs._machine import Machine
from qml.jobs._offline import OfflineMachine
from qml.jobs._runtime import RuntimeMachine

__all__ = ["connect"]


def connect(
    name: str,
    folder: Path,
    instance: str | None = None,
    mode: Literal["job", "batch", "session"] = "job",
) -> Machine:
    """Return a machine of IBM Quantum, or, for ``fake_...``, its snapshot.

    Parameters
    ----------
    name : str
        Name of the machine.
    folder : Path
        Folder of the ledger; a snapshot keeps its queue there, as a service would keep it
        elsewhere.
    instance, mode
        Instance of the account, and grouping of the jobs; nothing to a snapshot.
    """
    if name.startswith("fake_"):
        return OfflineMachine(name, folder / "offline")
    return RuntimeMachine(name, instance, mode)
