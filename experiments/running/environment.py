"""What the numbers were made with: versions, machine and state of the code."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, distributions, version
from pathlib import Path

import psutil
from threadpoolctl import threadpool_info

from experiments.records import Environment, GitState

__all__ = ["describe_environment", "lock", "usable_cores"]

PACKAGES = (
    "qml-workbench",
    "numpy",
    "scipy",
    "scikit-learn",
    "qiskit",
    "qiskit-machine-learning",
    "qiskit-aer",
    "qiskit-ibm-runtime",
    "pennylane",
    "numba",
)


def usable_cores() -> int:
    """Return the cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def installed(package: str) -> str | None:
    """Return the package's version, or None."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def lock() -> str:
    """Return every package that is installed here with its version, as pip reads it."""
    found = {each.metadata["Name"]: each.version for each in distributions()}
    lines = (f"{name}=={number}" for name, number in sorted(found.items(), key=_folded) if name)
    return "\n".join(lines) + "\n"


def _folded(item: tuple[str, str]) -> str:
    return str(item[0]).lower()


def describe_environment() -> Environment:
    """Return what a reader needs to judge or repeat the numbers; nothing personal, no paths."""
    return Environment(
        python=platform.python_version(),
        platform=platform.platform(),
        machine=platform.machine(),
        processor=_processor(),
        blas=_blas(),
        cores=usable_cores(),
        memory_bytes=psutil.virtual_memory().total,
        packages={package: installed(package) for package in PACKAGES},
        git=_git_state(),
    )


def _processor() -> str:
    """Return the processor's model; empty where the system does not say."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _blas() -> tuple[str, ...]:
    """Return every library of linear algebra in this process, with the kernel that it chose."""
    found = (info for info in threadpool_info() if info.get("user_api") == "blas")
    parts = ("internal_api", "version", "architecture")
    told = (" ".join(str(info[part]) for part in parts if info.get(part)) for info in found)
    return tuple(sorted(set(told)))


def _git_state() -> GitState | None:
    """Return the commit of the code and whether it was changed; None outside a checkout."""
    root = Path(__file__).parent.parent
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        changed = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None
    return GitState(commit, changed)


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        # no optional locks: a run that is killed here must not leave a locked checkout behind
        ["git", "--no-optional-locks", "-C", str(root), *arguments],
        capture_output=True,
        text=True,
        check=True,
        timeout=10,
    )
    return done.stdout.strip()
