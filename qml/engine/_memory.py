"""What a simulation needs, and the refusal of what cannot fit, before anything is allocated."""

from __future__ import annotations

from pathlib import Path

import psutil

from qml.errors import ResourceError

__all__ = [
    "SMALL_BYTES",
    "available_bytes",
    "memory_allowed",
    "memory_needed",
    "require_memory",
    "require_states",
    "share_memory",
]

_CGROUP_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
_BEYOND_ANY_MEMORY = 4096  # qubits; past it the number itself would need memory
_SHARE = 0.5  # of what is free; the rest is for the caller's data and the libraries' buffers
SMALL_BYTES = 1 << 24  # bytes; finding out what is free takes longer than small work
_workers = 1


def available_bytes() -> int:
    """Return the bytes free for this process: the machine's, or its control group's if smaller."""
    free = int(psutil.virtual_memory().available)
    for limit_file, usage_file in _CGROUP_LIMITS:
        try:
            limit = int(Path(limit_file).read_text())
            used = int(Path(usage_file).read_text())
        except (OSError, ValueError):  # no control group, or "max"
            continue
        free = min(free, max(limit - used, 0))
    return free


def memory_needed(n_qubits: int, batch: int = 1, copies: int = 1) -> int:
    r"""Return the bytes of `copies` batches of state vectors, :math:`16 \cdot 2^n` each.

    Examples
    --------
    >>> memory_needed(10, batch=1000)
    16384000
    """
    return 16 * copies * batch << min(n_qubits, _BEYOND_ANY_MEMORY)


def share_memory(workers: int) -> None:
    """Say that `workers` processes like this one run beside each other; each may use its share."""
    global _workers  # noqa: PLW0603 - a property of the process
    _workers = max(1, workers)


def memory_allowed() -> int:
    """Return the bytes that this process may allocate now."""
    return int(_SHARE * available_bytes() / _workers)


def require_memory(needed_bytes: int, what: str, hint: str = "") -> None:
    """Refuse work that does not fit.

    Parameters
    ----------
    needed_bytes : int
        Bytes that the work allocates at its peak.
    what : str
        The work, as the error line names it.
    hint : str, default=""
        Advice on what would fit.

    Raises
    ------
    ResourceError
        If `needed_bytes` exceeds this process's share of half of what is free.
    """
    if needed_bytes <= SMALL_BYTES:
        return
    allowed = memory_allowed()
    if needed_bytes > allowed:
        by = f" by each of {_workers} workers" if _workers > 1 else ""
        raise ResourceError(
            f"{what} needs {_readable(needed_bytes)}, {_readable(allowed)} may be used{by}{hint}"
        )


def require_states(n_qubits: int, batch: int, copies: int, what: str) -> None:
    """Refuse batches of states that do not fit, and say what would.

    Raises
    ------
    ResourceError
        As `require_memory`; with the number of states, or of qubits, that fits.
    """
    if memory_needed(n_qubits, batch, copies) <= SMALL_BYTES:
        return
    fitting = memory_allowed() // memory_needed(n_qubits, 1, copies)
    if fitting:
        hint = f"; {fitting:,} at a time fit"
    else:
        largest = (memory_allowed() // (16 * copies)).bit_length() - 1
        hint = f"; one state of up to {largest} qubits fits"
    require_memory(memory_needed(n_qubits, batch, copies), what, hint)


def _readable(n_bytes: int) -> str:
    if n_bytes.bit_length() > 80:
        power = n_bytes.bit_length() - 1
        least = "more than " if power >= _BEYOND_ANY_MEMORY else ""
        return f"{least}2^{power} bytes"
    size, units = float(n_bytes), iter(["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB"])
    unit = next(units)
    while size >= 1024 and unit != "ZiB":
        size, unit = size / 1024, next(units)
    return f"{size:.1f} {unit}"
