"""Optimizers: one per file, one contract, true counts."""

from typing import TYPE_CHECKING

from qml.optimizers._contract import (
    OPTIMIZERS,
    Objective,
    Optimizer,
    OptimizerSpec,
    Stopped,
    resolve_optimizer,
)
from qml.optimizers._result import Result, Vector, warn_if_worsened

__all__ = [
    "OPTIMIZERS",
    "Objective",
    "Optimizer",
    "OptimizerSpec",
    "Result",
    "Stopped",
    "Vector",
    "resolve_optimizer",
    "warn_if_worsened",
]

if TYPE_CHECKING:
    from qml.optimizers._scipy import SciPyOptimizer as SciPyOptimizer
    from qml.optimizers.adam import ADAM as ADAM
    from qml.optimizers.aqgd import AQGD as AQGD
    from qml.optimizers.aqgd_gradient import AQGDGradient as AQGDGradient
    from qml.optimizers.cma_es import CMAES as CMAES
    from qml.optimizers.cobyla import COBYLA as COBYLA
    from qml.optimizers.gradient_descent import GradientDescent as GradientDescent
    from qml.optimizers.l_bfgs_b import LBFGSB as LBFGSB
    from qml.optimizers.lion import Lion as Lion
    from qml.optimizers.natural_gradient import NaturalGradient as NaturalGradient
    from qml.optimizers.nelder_mead import NelderMead as NelderMead
    from qml.optimizers.powell import Powell as Powell
    from qml.optimizers.qnspsa import QNSPSA as QNSPSA
    from qml.optimizers.rotosolve import Rotosolve as Rotosolve
    from qml.optimizers.slsqp import SLSQP as SLSQP
    from qml.optimizers.spsa import SPSA as SPSA
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(
        __name__, [__name__], others={"qml.optimizers._scipy": ["SciPyOptimizer"]}
    )
