"""``qml doctor``: what is here, and what is not."""

from __future__ import annotations

import os
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement

from experiments.running.environment import describe_environment, installed

__all__ = ["report"]


def report() -> str:
    """Return the report as text; it reads no account's contents and no secret."""
    environment = describe_environment()
    lines = [
        f"Python {environment.python} on {environment.platform}",
        f"{environment.processor}: {environment.cores} cores, "
        f"{environment.memory_bytes / 2**30:.1f} GiB of memory",
        f"Linear algebra: {', '.join(environment.blas)}",
        "",
        "Packages",
        *(
            f"  {name:26} {number or 'not installed'}"
            for name, number in environment.packages.items()
        ),
        "",
        "Extras",
        *_extras(),
        "",
        "IBM account",
        f"  {_account()}",
        "",
        "Data folder",
        f"  QML_DATA={os.environ.get('QML_DATA') or '(not set: data are downloaded and cached)'}",
    ]
    return "\n".join(lines)


def _extras() -> list[str]:
    grouped: dict[str, list[str]] = {}
    for text in requires("qml-workbench") or []:
        requirement = Requirement(text)
        if requirement.marker is None:
            continue
        for extra in _known_extras():
            if requirement.marker.evaluate({"extra": extra}):
                grouped.setdefault(extra, []).append(requirement.name)
    return [
        f"  {extra:10} "
        + ", ".join(f"{name}{'' if installed(name) else ' (missing)'}" for name in sorted(names))
        for extra, names in sorted(grouped.items())
    ]


def _known_extras() -> list[str]:
    from importlib.metadata import metadata

    return list(metadata("qml-workbench").get_all("Provides-Extra") or [])


def _account() -> str:
    """Say whether an account is there, never what is in it."""
    if os.environ.get("QISKIT_IBM_TOKEN"):
        return "from the environment variable QISKIT_IBM_TOKEN"
    file = Path.home() / ".qiskit" / "qiskit-ibm.json"
    if not file.is_file() or file.stat().st_size <= len("{}\n"):  # the SDK leaves an empty one
        return "none (the offline machines ibm:fake_... need none)"
    readable = file.stat().st_mode & 0o077
    warning = "; other users may read it: chmod 600 it" if readable else ""
    return f"saved by the runtime package{warning}"
