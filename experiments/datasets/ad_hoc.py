"""The data of Havlíček et al. (2019): labels that the feature map itself decides."""

from __future__ import annotations

import functools
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, NonNegativeInt
from qiskit.circuit.library import zz_feature_map
from scipy.stats import unitary_group

from experiments.datasets._dataset import Dataset
from qml.engine import statevectors

__all__ = ["ad_hoc"]

_BLOCK = 256  # points drawn at a time


def ad_hoc(
    random_state: int,
    n_samples: Annotated[int, Field(ge=4)] = 80,
    n_features: Literal[2, 3] = 2,
    gap: Annotated[float, Field(ge=0, lt=1)] = 0.3,
    law: Literal["haar", "qiskit"] = "haar",
    unitary_seed: NonNegativeInt | None = None,
) -> Dataset:
    r"""Points labelled by a parity measurement behind their own feature map.

    With the ZZ map :math:`\Phi` of two layers and a random unitary :math:`V`, a point has label 1
    if :math:`\langle\Phi(x)|V^\dagger Z\cdots Z\,V|\Phi(x)\rangle \ge` `gap`, label 0 if it is
    :math:`\le -` `gap`, and is drawn again if it is neither. Half the points have each label.

    Parameters
    ----------
    random_state : int
        Seed of :math:`V` and of the points.
    n_samples : int, default=80
        Number of points, half of them of each class.
    n_features : {2, 3}, default=2
        Number of features and of qubits.
    gap : float, default=0.3
        Least distance of an expectation value from 0, the paper's :math:`\Delta`.
    law : {"haar", "qiskit"}, default="haar"
        Law by which :math:`V` is drawn: from the Haar measure, as the paper says, or as
        qiskit-machine-learning draws it (the eigenvectors of :math:`A^\dagger A`, entries of
        :math:`A` uniform in the unit square).
    unitary_seed : int or None, default=None
        Seed of :math:`V` alone, for several draws of points under one law of labels; None draws it
        from `random_state`.

    Notes
    -----
    Points are uniform in :math:`(0, 2\pi]^n`, not on a grid and never twice, so that no test point
    is a training point.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.

    Examples
    --------
    >>> data = ad_hoc(0, n_samples=20)
    >>> data.X.shape, int(data.y.sum())
    ((20, 2), 10)
    """
    rng = np.random.default_rng(random_state)
    of_unitary = rng if unitary_seed is None else np.random.default_rng(unitary_seed)
    V = draw_unitary(of_unitary, 1 << n_features, law)
    return _points(rng, n_samples, n_features, gap, V)


def _points(
    random_state: int | np.random.Generator,
    n_samples: int,
    n_features: int,
    gap: float,
    V: NDArray[np.complex128],
) -> Dataset:
    rng = np.random.default_rng(random_state)
    feature_map = zz_feature_map(n_features, reps=2)
    wanted = (n_samples - n_samples // 2, n_samples // 2)
    drawn: tuple[list[NDArray[np.float64]], ...] = ([], [])
    while any(len(points) < count for points, count in zip(drawn, wanted, strict=True)):
        block = 2 * np.pi * (1 - rng.random((_BLOCK, n_features)))
        expectation = parity_expectation(V, statevectors(feature_map, block))
        for label, hit in enumerate((expectation <= -gap, expectation >= gap)):
            drawn[label].extend(block[hit])
    X = np.array([*drawn[0][: wanted[0]], *drawn[1][: wanted[1]]])
    y = np.repeat([0, 1], wanted)
    order = rng.permutation(n_samples)
    return Dataset(
        X[order],
        y[order],
        name="ad_hoc",
        source="generated after Havlíček et al. 2019, doi:10.1038/s41586-019-0980-2",
        licence="none needed (generated)",
        more=functools.partial(_points, n_features=n_features, gap=gap, V=V),
    )


def draw_unitary(rng: np.random.Generator, dimension: int, law: str) -> NDArray[np.complex128]:
    """Return a random unitary by the Haar law or by qiskit-machine-learning's."""
    if law == "haar":
        return np.asarray(unitary_group.rvs(dimension, random_state=rng))
    A = rng.random((dimension, dimension)) + 1j * rng.random((dimension, dimension))
    _, vectors = np.linalg.eigh(A.conj().T @ A)
    return np.asarray(vectors[:, ::-1].conj().T)  # rows, largest eigenvalue first


def parity_expectation(
    V: NDArray[np.complex128], states: NDArray[np.complex128]
) -> NDArray[np.float64]:
    r"""Return :math:`\langle\psi|V^\dagger Z\cdots Z\,V|\psi\rangle` for every state."""
    signs = 1.0 - 2.0 * (np.bitwise_count(np.arange(len(V))) & 1)
    return np.asarray(np.abs(states @ V.T) ** 2 @ signs)
