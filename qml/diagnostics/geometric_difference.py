"""Geometric difference: whether a quantum kernel could beat a classical one on some labels."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qml.errors import DataError, SpecError, did_you_mean

__all__ = ["FORMS", "RESOLVED", "GeometricForm", "geometric_difference", "model_complexity"]

GeometricForm = Literal["two_sided", "training", "one_sided"]
FORMS: tuple[GeometricForm, ...] = ("two_sided", "training", "one_sided")
#: Regularisation of inverses whose mean eigenvalue is 1: with none, both the difference and the
#: complexity are those of directions that no data resolve.
RESOLVED = 1e-2
Matrix = NDArray[np.float64]


def geometric_difference(
    K_classical: ArrayLike,
    K_quantum: ArrayLike,
    regularization: float = 1e-10,
    form: GeometricForm = "two_sided",
) -> float:
    r"""Return the geometric difference of a quantum from a classical kernel.

    Both matrices are scaled to trace n, and the norm is the *spectral* one. The form is one of

    - ``"two_sided"``, of Huang et al., which bounds how much worse the classical kernel predicts:

      .. math:: g(K_C\|K_Q) = \sqrt{\big\|\sqrt{K_Q}\sqrt{K_C}\,(K_C + \mu)^{-2}
          \sqrt{K_C}\sqrt{K_Q}\big\|_\infty}

    - ``"training"``, which stands beside it there and bounds the classical kernel's error on the
      training points, where it may take the regularisation rather than the labels:

      .. math:: g_\mathrm{tra}(K_C\|K_Q) = \mu\sqrt{\big\|\sqrt{K_Q}\,(K_C + \mu)^{-2}
          \sqrt{K_Q}\big\|_\infty}

    - ``"one_sided"``, which bounds the complexities of `model_complexity`,
      :math:`s_C \le (g_1^2 + 1)\,s_Q`:

      .. math:: g_1(K_C\|K_Q) = \sqrt{\big\|\sqrt{K_Q}\,(K_C + \mu)^{-1}\sqrt{K_Q}
          \big\|_\infty}

    Without regularisation the first and the last are the paper's :math:`g`. If it is small, the
    classical kernel predicts about as well whatever the labels; if it is as large as
    :math:`\sqrt n`, there are labels on which the quantum one wins. In a direction that the
    classical kernel lacks, the first is 0 and the second 1: look at both.

    Parameters
    ----------
    K_classical, K_quantum : array-like of shape (n, n)
        Positive semidefinite matrices on the same points.
    regularization : float, default=1e-10
        Number :math:`\mu` added to the classical matrix's eigenvalues, whose mean is 1.
    form : {"two_sided", "training", "one_sided"}, default="two_sided"
        Regularised formula that is taken.

    Returns
    -------
    float
        Difference; without regularisation 1 for a kernel against itself, at least 1 in general.

    Raises
    ------
    DataError
        If the matrices are not square, of different sizes or of trace 0.
    SpecError
        If there is no such form.

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), doi:10.1038/s41467-021-22539-9; regularised in
    appendix F of arXiv:2011.01938.

    Examples
    --------
    >>> round(geometric_difference(np.eye(3), np.eye(3)), 6)
    1.0
    """
    if form not in FORMS:
        raise SpecError(f"unknown form {form!r}{did_you_mean(form, FORMS)}", "form")
    classical, quantum = _normalised(K_classical), _normalised(K_quantum)
    if classical.shape != quantum.shape:
        raise DataError(f"kernels of {len(classical)} and {len(quantum)} points")
    # every form is the largest singular value of a function of K_C times the root of K_Q
    eigenvalues, vectors = np.linalg.eigh(classical)
    eigenvalues = np.maximum(eigenvalues, 0.0)
    shifted = eigenvalues + regularization
    weights = {
        "two_sided": np.sqrt(eigenvalues) / shifted,
        "training": regularization / shifted,
        "one_sided": 1 / np.sqrt(shifted),
    }[form]
    return float(np.linalg.norm((weights[:, None] * vectors.T) @ _root(quantum), 2))


def model_complexity(K: ArrayLike, y: ArrayLike, regularization: float = 1e-10) -> float:
    r"""Return how hard the labels are for a kernel.

    .. math:: s_K(y) = y^T (K + \mu)^{-1} y

    with the matrix scaled to trace n. The expected error is at most of the order of
    :math:`\sqrt{s_K/n}`, and :math:`s_C \le g(K_C\|K_Q)^2\, s_Q` for any labels.

    Parameters
    ----------
    K : array-like of shape (n, n)
        Positive semidefinite kernel matrix.
    y : array-like of shape (n,)
        Labels as numbers, such as :math:`\pm 1`.
    regularization : float, default=1e-10
        Number :math:`\mu` added to the eigenvalues.

    Returns
    -------
    float

    References
    ----------
    Huang et al., Nat. Commun. 12, 2631 (2021), doi:10.1038/s41467-021-22539-9.

    Examples
    --------
    >>> round(model_complexity(np.eye(2), [1.0, -1.0]), 6)
    2.0
    """
    matrix, labels = _normalised(K), np.asarray(y, dtype=np.float64)
    if labels.shape != (len(matrix),):
        raise DataError(f"labels of shape {labels.shape}, expected ({len(matrix)},)")
    return float(labels @ _regularised_inverse(matrix, regularization) @ labels)


def _normalised(K: ArrayLike) -> Matrix:
    matrix = np.asarray(K, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise DataError(f"K: shape {matrix.shape}, expected (n, n)")
    trace = float(np.trace(matrix))
    if not trace > 0:
        raise DataError(f"K: trace {trace}, expected a positive one")
    return np.asarray(matrix * (len(matrix) / trace))


def _root(K: Matrix) -> Matrix:
    eigenvalues, vectors = np.linalg.eigh(K)
    return np.asarray((vectors * np.sqrt(np.maximum(eigenvalues, 0.0))) @ vectors.T)


def _regularised_inverse(K: Matrix, regularization: float) -> Matrix:
    eigenvalues, vectors = np.linalg.eigh(K)
    return np.asarray((vectors / (np.maximum(eigenvalues, 0.0) + regularization)) @ vectors.T)
