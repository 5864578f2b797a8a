"""A kernel matrix that is already there, as scikit-learn's Gaussian processes ask for kernels.

They have no ``precomputed``; they call a kernel object with points. Here a "point" is a row number:
training rows from 0 on, and after them the rows of the block that is predicted now.
"""

from __future__ import annotations

import warnings
from typing import Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process.kernels import ConstantKernel, Kernel

from qml.declared import PositiveReal

__all__ = ["Amplitude", "Table", "TableKernel", "fit_process"]

Matrix = NDArray[np.float64]
Amplitude: TypeAlias = PositiveReal | Literal["fitted"]


class Table:
    """The training matrix and the test block of the moment.

    Gaussian processes copy their kernel for every class; the copies share the one table.
    """

    def __init__(self, K: Matrix) -> None:
        self.K = K
        self.block = np.empty((0, len(K)))
        self.diagonal = np.diag(K)

    def training_rows(self) -> Matrix:
        """Return the row numbers of the training points, as a column."""
        return np.arange(len(self.K), dtype=np.float64)[:, None]

    def show(self, block: Matrix, diagonal: Matrix) -> Matrix:
        """Take a test block and its points' own kernel values; return its row numbers."""
        self.block = block
        self.diagonal = np.concatenate([np.diag(self.K), diagonal])
        return len(self.K) + np.arange(len(block), dtype=np.float64)[:, None]

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        """Return the table itself: a copy of the kernel reads the same matrix."""
        return self


class TableKernel(Kernel):
    """The kernel of a `Table`, without hyperparameters.

    Parameters
    ----------
    table : Table
        Table that is read at every call.
    """

    def __init__(self, table: Table) -> None:
        self.table = table

    def __call__(self, X: Matrix, Y: Matrix | None = None, eval_gradient: bool = False) -> Any:
        rows = X[:, 0].astype(int)
        columns = rows if Y is None else Y[:, 0].astype(int)
        n = len(self.table.K)
        if rows.max(initial=0) < n and columns.max(initial=0) < n:
            K = self.table.K[np.ix_(rows, columns)]
        elif rows.min(initial=n) >= n:
            K = self.table.block[np.ix_(rows - n, columns)]
        else:
            K = self.table.block[np.ix_(columns - n, rows)].T
        return (K, np.empty((*K.shape, 0))) if eval_gradient else K

    def diag(self, X: Matrix) -> Matrix:
        """Return the kernel of each row with itself."""
        return np.asarray(self.table.diagonal[X[:, 0].astype(int)])

    def is_stationary(self) -> bool:
        """Return False: row numbers have no distances."""
        return False

    def __repr__(self) -> str:
        return f"TableKernel({len(self.table.K)} points)"


def fit_process(
    process: Any, table: Table, y: NDArray[Any], amplitude: Amplitude = "fitted"
) -> Any:
    """Fit one of scikit-learn's Gaussian processes to a table, its amplitude by the likelihood.

    An amplitude at the lower bound is no failure: the kernel explains nothing of these labels. Nor
    is a line search that ends as "abnormal": it cannot raise a likelihood that is known to a few
    digits only, as that of targets without noise is, and what it has found is kept. A number is
    the amplitude itself, and nothing is fitted.
    """
    fitted = amplitude == "fitted"
    constant = ConstantKernel() if fitted else ConstantKernel(amplitude, "fixed")
    process.set_params(kernel=constant * TableKernel(table))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The optimal value found", ConvergenceWarning)
        abnormal = r"lbfgs failed to converge[\s\S]*ABNORMAL"
        warnings.filterwarnings("ignore", abnormal, ConvergenceWarning)
        return process.fit(table.training_rows(), y)
