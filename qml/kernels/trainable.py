"""The trainable kernel: a feature map whose weights are fitted to the labels."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeFloat, PositiveFloat
from sklearn.svm import SVC

from qml.backends import Backend, GramLoss, Workload
from qml.circuits import CircuitSpec, ModelCircuit, resolve_trainable_map
from qml.declared import Numbers
from qml.errors import DataError, SpecError
from qml.examples import KernelExample
from qml.kernels._alignment import alignment, alignment_slopes, centred, label_kernel
from qml.kernels._contract import Matrix, QuantumKernel
from qml.optimizers import Objective, OptimizerSpec, resolve_optimizer, warn_if_worsened

__all__ = ["TrainableKernel"]

EXAMPLES = (
    KernelExample(
        {"optimizer": {"name": "cobyla", "maxiter": 3}},
        feature_map={"name": "data_reuploading", "reps": 2},
    ),
)

Criterion = Literal["alignment", "centred_alignment", "svc"]


class TrainableKernel(QuantumKernel):
    r"""Fidelity kernel of a feature map with weights :math:`\theta`, which `fit` trains.

    The objective is one of

    - ``"alignment"``: :math:`-A(K_\theta, L)` with the label kernel :math:`L`, for two classes the
      kernel-target alignment;
    - ``"centred_alignment"``: the same of the centred matrices;
    - ``"svc"``: what a support vector machine reaches,
      :math:`\max_\alpha \sum_i\alpha_i - \tfrac12\sum_{ij}\alpha_i\alpha_j y_iy_jK_{ij}`, summed
      over the classes against the rest.

    Parameters
    ----------
    feature_map : str, mapping, QuantumCircuit or callable, default="data_reuploading"
        A map with weights, such as ``"covariant"`` or ``"data_reuploading"``, or a circuit; see
        `qml.circuits.resolve_trainable_map`.
    objective : {"alignment", "centred_alignment", "svc"}, default="alignment"
        Quantity that is optimized.
    optimizer : str, mapping or Optimizer, default="l_bfgs_b"
        Optimizer with gradients or without.
    C : float, default=1.0
        Inverse strength of the regularisation in the objective ``"svc"``.
    initial_weights : float, array-like of shape (n_weights,) or None, default=None
        Weights to start from; one number stands for all. None draws them uniformly from :math:`[0,
        2\pi)` by `random_state`.

    Attributes
    ----------
    weights_ : ndarray of shape (n_weights,)
        Weights as trained.
    result_ : Result
        Result of the optimizer.

    Notes
    -----
    Exact gradients: one Gram matrix, one more product of its size and one adjoint pass, whatever
    the number of weights. Measured: two circuits an entry and rotation, so that an optimizer
    without gradients, ``cobyla``, is cheaper there. A map without weights is an error.

    References
    ----------
    Hubregtsen et al., Phys. Rev. A 106, 042431 (2022), doi:10.1103/PhysRevA.106.042431
    (alignment). Glick et al., Nat. Phys. 20, 479 (2024), doi:10.1038/s41567-023-02340-9 (svc).
    Cortes, Mohri and Rostamizadeh, J. Mach. Learn. Res. 13, 795 (2012) (centred).

    Examples
    --------
    >>> kernel = TrainableKernel("data_reuploading", random_state=0)
    >>> K = kernel.fit_evaluate([[0.1, 0.2], [0.2, 0.1], [1.4, 1.5], [1.5, 1.4]], [0, 0, 1, 1])
    >>> bool(-kernel.result_.fun > -kernel.result_.history[0])
    True
    """

    stands_for: ClassVar[str | None] = "fidelity"
    feature_map: CircuitSpec = "data_reuploading"
    objective: Criterion = "alignment"
    optimizer: OptimizerSpec = "l_bfgs_b"
    C: PositiveFloat = 1.0
    initial_weights: NonNegativeFloat | Numbers | None = None

    def __post_init__(self, backend: str | Backend) -> None:
        """Find the optimizer too."""
        super().__post_init__(backend)
        self._optimizer = resolve_optimizer(self.optimizer)

    def _fit_evaluate(self, X: Matrix, y: NDArray[Any] | None) -> Matrix:
        if y is None:
            raise DataError("a trainable kernel needs labels: fit_evaluate(X, y)")
        model = self._model(X.shape[1])
        loss = _loss(self.objective, y, self.C)
        bound = self.backend.bind_gram(model, X)
        noisy = self.backend.shots is not None
        objective = (
            Objective.of_both(lambda weights: bound.value_and_gradient(weights, loss), noisy=noisy)
            if self._optimizer.uses_gradient
            else Objective(lambda weights: loss(bound.gram(weights))[0], noisy=noisy)
        )
        start = self._start(len(model.weights))
        self.result_ = self._optimizer.minimize(objective, start, seed=self.random_state or 0)
        warn_if_worsened(self.result_)
        self.weights_ = self.result_.x
        self._report = {
            "optimizer": self.result_.implementation,
            "loss_start": self.result_.start_fun,
            "loss": self.result_.fun,
            "loss_best": self.result_.best_fun,
            "evaluations": self.result_.n_evaluations,
            "gradients": self.result_.n_gradients,
            "parameters": len(self.weights_),
        }
        return self._evaluate(X, None)

    def _evaluate(self, X: Matrix, Y: Matrix | None) -> Matrix:
        if not hasattr(self, "weights_"):
            raise SpecError("the weights are learned from training data: call fit first")
        return self.backend.gram_of(self._model(X.shape[1]), self.weights_, X, Y)

    def _model(self, n_features: int) -> ModelCircuit:
        model = resolve_trainable_map(self.feature_map, n_features)
        if not model.weights:
            raise SpecError(
                "the circuit has no weights to train; 'covariant' and 'data_reuploading' have, "
                "and circuits with parameters called θ",
                "feature_map",
            )
        return model

    def _start(self, n_weights: int) -> Matrix:
        if self.initial_weights is None:
            return np.random.default_rng(self.random_state).uniform(0, 2 * np.pi, n_weights)
        start = np.asarray(self.initial_weights, dtype=np.float64)
        if start.ndim and len(start) != n_weights:
            raise SpecError(f"{len(start)} weights, the circuit has {n_weights}", "initial_weights")
        return np.broadcast_to(start, (n_weights,)).copy()

    def _workload(self, n_features: int, n_train: int, n_test: int) -> Workload:
        model = self._model(n_features)
        evaluations = self._optimizer.max_evaluations(len(model.weights))
        shifts = 0
        if self._optimizer.uses_gradient:
            entries = n_train * (n_train - 1) // 2
            shifts = evaluations * self.backend.n_gram_shifts(model) * entries
        return Workload(
            model.circuit.num_qubits,
            n_evaluations=shifts,
            batch=shifts // evaluations,
            grams=((n_train, 0), (n_test, n_train)),
            repeats=(evaluations + 1, 1),
            circuit=model.encoding.circuit,
        )


def _loss(name: Criterion, y: NDArray[Any], C: float) -> GramLoss:
    """Return the loss of a Gram matrix, with its symmetric slopes by entry."""
    target = label_kernel(y)
    classes = np.unique(y)
    against_rest = classes[1:] if len(classes) == 2 else classes
    signs = [np.where(y == label, 1.0, -1.0) for label in against_rest]

    def plain(K: Matrix) -> tuple[float, Matrix]:
        return -alignment(K, target), -alignment_slopes(K, target)

    def centred_(K: Matrix) -> tuple[float, Matrix]:
        K, L = centred(K), centred(target)
        return -alignment(K, L), -centred(alignment_slopes(K, L))

    def svc(K: Matrix) -> tuple[float, Matrix]:
        value, slopes = 0.0, np.zeros_like(K)
        for sign in signs:
            machine = SVC(kernel="precomputed", C=C, tol=1e-9).fit(K, sign)
            signed = np.zeros(len(K))
            signed[machine.support_] = machine.dual_coef_[0]  # alpha times the label
            value += float(np.abs(signed).sum() - signed @ K @ signed / 2)
            # the maximum moves with K only through K itself, not through its alphas (Danskin)
            slopes -= np.outer(signed, signed) / 2
        return value, slopes

    return {"alignment": plain, "centred_alignment": centred_, "svc": svc}[name]
