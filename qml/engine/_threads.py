"""How many threads the engine uses: no more than it is given.

Limits come from the cores of this process, from ``NUMBA_NUM_THREADS`` (which joblib's workers set),
and from whatever NumPy's matrix products are limited to, by `threadpoolctl` or the environment.
Other packages bring matrix libraries of their own, Aer one of a single thread: these say nothing.
"""

from __future__ import annotations

import ctypes
import functools
import importlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar

import numba
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import LibController, ThreadpoolController

__all__ = ["in_threads", "n_threads", "own_threads", "workspace"]


_given: ContextVar[int | None] = ContextVar("_given", default=None)


def n_threads() -> int:
    """Return the threads that may run now, 1 or more."""
    given = _given.get()
    if given is not None:
        return given
    libraries = _matrix_libraries().lib_controllers
    return int(max(1, min([numba.get_num_threads(), *(lib.num_threads for lib in libraries)])))


@functools.cache
def _matrix_libraries() -> ThreadpoolController:
    """Return the library of NumPy's products; all there are, where its own cannot be told."""
    libraries: ThreadpoolController = ThreadpoolController().select(user_api="blas")
    own = [each.filepath for each in libraries.lib_controllers if _is_of_numpy(each)]
    return libraries.select(filepath=own) if own else libraries


def _is_of_numpy(library: LibController) -> bool:
    """Whether NumPy's compiled code finds a function of the library under the same address."""
    numpys = ctypes.CDLL(importlib.import_module("numpy._core._multiarray_umath").__file__)
    return any(
        _address(numpys, name) == _address(library.dynlib, name) is not None
        for name in library.check_symbols
    )


def _address(library: ctypes.CDLL, name: str) -> int | None:
    """Return where a library, or one that it is linked with, has a function of this name."""
    function = getattr(library, name, None)
    return None if function is None else ctypes.cast(function, ctypes.c_void_p).value


@contextmanager
def own_threads() -> Iterator[None]:
    """Leave the cores to the engine's threads: matrix products inside take one thread each.

    A product's own threads, once woken, wait busily for the next product for tens of milliseconds,
    on the cores that the engine needs in between.
    """
    token = _given.set(n_threads())
    try:
        with _matrix_libraries().limit(limits=1):
            yield
    finally:
        _given.reset(token)


def in_threads(work: Callable[[int], object], n_items: int, threads: int) -> None:
    """Call ``work(i)`` for every item; the items' results do not depend on who does them."""
    if threads == 1 or n_items == 1:
        for item in range(n_items):
            work(item)
        return
    with own_threads():
        for _ in _pool(threads).map(work, range(n_items)):
            pass


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Return the threads that are kept, with their workspaces, from call to call."""
    return ThreadPoolExecutor(threads, thread_name_prefix="qml-engine")


if hasattr(os, "register_at_fork"):  # a forked child has none of its parent's threads
    os.register_at_fork(after_in_child=_pool.cache_clear)

_workspaces = threading.local()


def workspace(name: str, size: int, dtype: np.dtype[np.floating]) -> NDArray[np.float64]:
    """Return this thread's array of that name: fresh memory would cost more than the work in it.

    The contents are whatever was left there.
    """
    kept: dict[str, NDArray[np.float64]] = _workspaces.__dict__
    key = f"{name} {dtype.char}"
    array = kept.get(key)
    if array is None or len(array) < size:
        array = kept[key] = np.empty(size, dtype=dtype)
    return array[:size]
