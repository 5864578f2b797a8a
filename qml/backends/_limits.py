"""How wide a circuit may be on a backend, judged from its qubits alone: nothing is made for it."""

from __future__ import annotations

from bisect import bisect_right

from qml.engine import SMALL_BYTES, memory_allowed, memory_needed, require_memory
from qml.errors import ResourceError

__all__ = ["Limited"]

_WIDEST = 1 << 40  # qubits that anybody may ask for


class Limited:
    """Base of what has room for so many qubits and no more."""

    @property
    def called(self) -> str:
        """Name among the backends, as error lines have it."""
        return type(self).__module__.rpartition(".")[2]

    def most_qubits(self) -> int | None:
        """Return the qubits that there are; None where only memory sets a limit."""
        return None

    def least_bytes(self, n_qubits: int) -> int:
        """Return the bytes of this machine that one circuit takes at least.

        By default those of its outcomes' distribution, which every backend has to return.
        """
        return memory_needed(n_qubits) // 2

    def require_qubits(self, n_qubits: int) -> None:
        """Refuse circuits that are too wide, before one is made.

        Parameters
        ----------
        n_qubits : int
            Number of qubits that circuits will have at least.

        Raises
        ------
        ResourceError
            With what is needed, what there is and how many qubits would fit.
        """
        most = self.most_qubits()
        if most is not None and n_qubits > most:
            raise ResourceError(
                f"{self.called}: a circuit of {n_qubits:,} qubits, allowed are {most:,} there"
            )
        needed = self.least_bytes(min(n_qubits, _WIDEST))
        if needed <= SMALL_BYTES or needed <= (allowed := memory_allowed()):
            return
        fitting = bisect_right(range(1, n_qubits + 1), allowed, key=self.least_bytes)
        if most is not None:
            fitting = min(fitting, most)
        what = f"{self.called}: a circuit of {n_qubits:,} qubits"
        require_memory(needed, what, f"; up to {fitting:,} qubits fit")
