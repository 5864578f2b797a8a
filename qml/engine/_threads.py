"""How many threads the engine uses: no more than it is given.

Limits come from the cores of this process, from ``NUMBA_NUM_THREADS`` (which joblib's workers set),
and from whatever `threadpoolctl` has limited the matrix products to.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numba
from threadpoolctl import ThreadpoolController

__all__ = ["in_threads", "n_threads"]


def n_threads() -> int:
    """Return the threads that may run now, 1 or more."""
    libraries = _matrix_libraries().lib_controllers
    return int(max(1, min([numba.get_num_threads(), *(lib.num_threads for lib in libraries)])))


@functools.cache
def _matrix_libraries() -> ThreadpoolController:
    controller: ThreadpoolController = ThreadpoolController().select(user_api="blas")
    return controller


def in_threads(work: Callable[[int], object], n_items: int, threads: int) -> None:
    """Call ``work(i)`` for every item; the items' results do not depend on who does them.

    Matrix products inside the items take one thread each: their library's own threads would wait
    busily for the next product, on the cores that the engine needs in between.
    """
    if threads == 1 or n_items == 1:
        for item in range(n_items):
            work(item)
        return
    with _matrix_libraries().limit(limits=1), ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, range(n_items)):
            pass
