"""The fidelity kernel of Havlíček et al. and of Schuld and Killoran."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from qml.backends import Request, Workload
from qml.engine import gram
from qml.kernels._contract import Matrix, QuantumKernel
from qml.kernels._mitigation import DepolarisingCorrection

__all__ = ["FidelityKernel"]

EXAMPLES: tuple[dict[str, object], ...] = ({}, {"mitigation": "depolarising"})


class FidelityKernel(QuantumKernel):
    r"""Fidelity of two encoded points.

    .. math:: K(x, y) = |\langle\Phi(\lambda y)|\Phi(\lambda x)\rangle|^2

    On the map ``covariant`` it is the covariant kernel, on ``separable`` the control without
    entanglement.

    Parameters
    ----------
    mitigation : {"none", "depolarising"}, default="none"
        Correction of the measured matrices; ``"depolarising"`` measures the training points'
        survival probabilities too and corrects training matrix and test blocks by them; see
        `qml.kernels.DepolarisingCorrection`.
    compare : bool, default=False
        Choice to simulate the training matrix of ideal qubits too, and to report ``gram_error``,
        the distance to it over its norm, both Frobenius, and ``gram_bias``, the mean difference of
        an entry beside the diagonal.

    Notes
    -----
    Circuits: exact, one a point; measured, one an entry, the symmetric entries once and the
    diagonal never, unless for the mitigation. `evaluate` has nothing to learn and answers before
    `fit` too, where kernels that learn from the training points refuse.

    References
    ----------
    Havlíček et al., Nature 567, 209 (2019), doi:10.1038/s41586-019-0980-2.
    Shaydulin and Wild, Phys. Rev. A 106, 042407 (2022), doi:10.1103/PhysRevA.106.042407
    (bandwidth).

    Examples
    --------
    >>> import numpy as np
    >>> kernel = FidelityKernel("angle")
    >>> float(kernel([[0.0]], [[np.pi / 2]])[0, 0].round(12))
    0.5
    """

    stands_for: ClassVar[str | None] = "fidelity"
    mitigation: Literal["none", "depolarising"] = "none"
    compare: bool = False

    @property
    def entrywise(self) -> bool:  # type: ignore[override]
        """A correction is learned from the training points."""
        return self.mitigation == "none"

    def _fit_evaluate(self, X: Matrix, y: NDArray[Any] | None) -> Matrix:
        circuit = self._circuit(X.shape[1])
        self._report = {}
        K = self.backend.gram(circuit, X)
        if self.mitigation != "none":
            self._correction = DepolarisingCorrection(circuit.num_qubits)
            K = self._correction.fit_transform(K, self.backend.fidelities(circuit, X, X))
            self._report["survival_mean"] = float(self._correction.strengths_.mean())
            self._report["mitigation_moved"] = self._correction.moved_
        if self.compare:
            moved = K - gram(circuit, X)
            self._report["gram_error"] = float(np.linalg.norm(moved) / np.linalg.norm(K - moved))
            n = len(X)
            self._report["gram_bias"] = float(moved.sum() / max(1, n * (n - 1)))
        return K

    def _evaluate(self, X: Matrix, Y: Matrix | None) -> Matrix:
        return self.backend.gram(self._circuit(X.shape[1]), X, Y)

    def _test_block(self, X: Matrix, rows: NDArray[np.intp]) -> Matrix:
        block = super()._test_block(X, rows)
        return block if self.mitigation == "none" else self._correction.transform(block, rows)

    def requests(self, n_features: int) -> list[Request]:
        """Return the Gram matrix."""
        return [Request(self._circuit(n_features))]

    def _workload(self, n_features: int, n_train: int, n_test: int) -> Workload:
        circuit = self._circuit(n_features)
        return Workload(
            circuit.num_qubits,
            n_evaluations=0 if self.mitigation == "none" else n_train,
            grams=((n_train, 0), (n_test, n_train)),
            circuit=circuit,
        )
