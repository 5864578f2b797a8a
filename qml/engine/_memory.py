"""What a simulation needs, and the refusal of what cannot fit, before anything is allocated."""

from __future__ import annotations

from pathlib import Path

import psutil

from qml.errors import ResourceError

__all__ = ["available_bytes", "require_memory", "state_bytes"]

_CGROUP_LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
    ),
)
_BEYOND_ANY_MEMORY = 256  # qubits; past it the number itself would need memory
_SHARE = 0.5  # of what is free; the rest is for the caller's data and the libraries' buffers


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


def state_bytes(n_qubits: int, batch: int = 1, copies: int = 1) -> int:
    r"""Return the bytes of `copies` batches of state vectors, :math:`16 \cdot 2^n` each.

    Examples
    --------
    >>> state_bytes(10, batch=1000)
    16384000
    """
    return 16 * copies * batch << min(n_qubits, _BEYOND_ANY_MEMORY)


def require_memory(needed_bytes: int, what: str) -> None:
    """Refuse work that does not fit.

    Parameters
    ----------
    needed_bytes : int
        What the work allocates at its peak.
    what : str
        The work, as the error line names it.

    Raises
    ------
    ResourceError
        If `needed_bytes` exceeds half of what is free.
    """
    limit = int(_SHARE * available_bytes())
    if needed_bytes > limit:
        raise ResourceError(
            f"{what} needs {_readable(needed_bytes)}, {_readable(limit)} may be used"
        )


def _readable(n_bytes: int) -> str:
    if n_bytes.bit_length() > 80:
        return f"2^{n_bytes.bit_length() - 1} bytes"
    size, units = float(n_bytes), iter(["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB"])
    unit = next(units)
    while size >= 1024 and unit != "ZiB":
        size, unit = size / 1024, next(units)
    return f"{size:.1f} {unit}"
