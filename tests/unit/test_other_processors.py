"""What `make test-generic` asks for is what runs: another processor's matrix products."""

from __future__ import annotations

import os
import platform

import numpy as np
import pytest
import scipy.linalg
from threadpoolctl import threadpool_info

WANTED = os.environ.get("OPENBLAS_CORETYPE")


@pytest.mark.skipif(not WANTED, reason="OPENBLAS_CORETYPE names no processor")
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the name is of another family")
def test_numpy_and_scipy_multiply_as_the_processor_that_is_named():
    scipy.linalg.blas.dgemm(1.0, np.eye(2), np.eye(2))
    found = [lib for lib in threadpool_info() if lib["internal_api"] == "openblas"]
    assert len(found) >= 2
    assert {lib["architecture"] for lib in found} == {WANTED}
