"""How long to wait for a service, and how often to ask it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Patience"]


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds.

    Parameters
    ----------
    wait_s : float or None, default=None
        Time for a job to end; None is as long as it takes.
    submit_s : float, default=600.0
        Time for a service that is busy or fails to take a job.
    answer_s : float, default=120.0
        Time for a result that cannot be fetched or read.
    grace_s : float, default=20.0
        Time until a job that was taken must be found by its tag.
    poll_s, longest_poll_s : float, default=1.0, 30.0
        Pauses between two questions: the first, and the longest that it grows to.
    """

    wait_s: float | None = None
    submit_s: float = 600.0
    answer_s: float = 120.0
    grace_s: float = 20.0
    poll_s: float = 1.0
    longest_poll_s: float = 30.0

    def pauses(self, seconds: float | None) -> Iterator[None]:
        """Yield at once, and then after growing pauses until the time is up; twice at least."""
        start, pause = time.monotonic(), self.poll_s
        for tries in itertools.count(1):
            yield
            left = float("inf") if seconds is None else seconds - (time.monotonic() - start)
            if left <= 0 and tries > 1:
                return
            time.sleep(min(pause, max(left, self.poll_s)))
            pause = min(2 * pause, self.longest_poll_s)
