"""What an installation weighs: each direct dependency with what it alone brings.

Run as ``python -m benchmarks.installed`` in an environment with the package and its extras; writes
``installed.md`` beside this file. Weight is that of the installed files.
"""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PAGE = Path(__file__).with_suffix(".md")
SLOW = {
    "scikit-learn": "sklearn",
    "pyyaml": "yaml",
    "qiskit-aer": "qiskit_aer",
    "qiskit-ibm-runtime": "qiskit_ibm_runtime",
}


@cache
def found(name: str) -> Distribution:
    return distribution(name)


@cache
def needed(name: str) -> frozenset[str]:
    """Return what a package needs here, without extras."""
    wanted = map(Requirement, found(name).requires or [])
    return frozenset(
        canonicalize_name(one.name)
        for one in wanted
        if one.marker is None or one.marker.evaluate({"extra": ""})
    )


def closure(names: set[str]) -> set[str]:
    seen: set[str] = set()
    left = set(names)
    while left:
        name = left.pop()
        seen.add(name)
        left |= needed(name) - seen
    return seen


def mebibytes(names: set[str]) -> float:
    return sum(file.size or 0 for name in names for file in found(name).files or []) / 2**20


def import_s(name: str) -> float:
    """Return the seconds of the import in a fresh process, without those of Python itself."""
    module = SLOW.get(name, name.replace("-", "_"))
    code = f"import time; t = time.perf_counter(); import {module}; print(time.perf_counter() - t)"
    runs = [
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


def extras() -> dict[str, set[str]]:
    grouped: dict[str, set[str]] = {}
    for text in found("qml-workbench").requires or []:
        one = Requirement(text)
        for extra in found("qml-workbench").metadata.get_all("Provides-Extra") or []:
            if one.marker is not None and one.marker.evaluate({"extra": extra}):
                grouped.setdefault(extra, set()).add(canonicalize_name(one.name))
    return grouped


def main() -> None:
    direct = set(needed("qml-workbench"))
    whole = closure(direct)
    rows = []
    for name in direct:
        alone = whole - closure(direct - {name})
        rows.append((mebibytes(alone), name, len(alone)))
    lines = [
        "# What an installation weighs",
        "",
        "Made by `python -m benchmarks.installed`. Weight is that of the installed files, of a",
        "package and of what it alone brings; seconds are those of its import in a fresh process,",
        "the least of three. `import qml` and `qml --help` import few of them.",
        "",
        f"The core is {len(whole)} packages and {mebibytes(whole):,.0f} MiB. Not listed are those",
        "below 1 MiB, and those that others need as well (NumPy, SciPy, Qiskit and more).",
        "",
        "| package | MiB | packages | import [s] |",
        "|---|---:|---:|---:|",
    ]
    for weight, name, count in sorted(rows, reverse=True):
        if weight >= 1:
            lines.append(f"| {name} | {weight:,.1f} | {count} | {import_s(name):.2f} |")
    lines += ["", "| extra | brings | MiB more |", "|---|---|---:|"]
    for extra, names in sorted(extras().items()):
        if extra in ("dev", "docs", "bench"):
            continue
        more = closure(names) - whole
        lines.append(f"| {extra} | {', '.join(sorted(names))} | {mebibytes(more):,.0f} |")
    PAGE.write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
