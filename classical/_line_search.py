"""What our wrappers of scikit-learn's Gaussian processes make of a line search that stops early."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.exceptions import ConvergenceWarning

__all__ = ["as_precise_as_can_be"]


@contextmanager
def as_precise_as_can_be() -> Iterator[None]:
    """Take a likelihood that L-BFGS cannot raise any further as maximized.

    On data without noise the covariance is nearly singular, and the likelihood is known to a few
    digits only. The line search then ends as "abnormal" at a point which it cannot tell from the
    maximum, on one processor and not on another. That point is kept; a limit of iterations that is
    reached, and a value at the edge of its range, still warn.
    """
    with warnings.catch_warnings():
        abnormal = r"lbfgs failed to converge[\s\S]*ABNORMAL"
        warnings.filterwarnings("ignore", abnormal, ConvergenceWarning)
        yield
