"""Exact simulation of one circuit over many parameter values at once.

A circuit is lowered once to a short list of steps, which compiled kernels run on blocks of samples
that stay in the cache; nothing is compiled per circuit. See ``docs/engine.md``.
"""

from qml.engine._emission import append_step, rotates
from qml.engine._encoded import EncodedAngles
from qml.engine._expressions import ExpressionTable
from qml.engine._fingerprint import fingerprint
from qml.engine._gradients import (
    check_observables,
    expectations,
    expectations_of_states,
    gradients,
    probabilities,
)
from qml.engine._gram import gram, gram_bytes
from qml.engine._lowering import definition_of, lower, lower_into
from qml.engine._memory import (
    SMALL_BYTES,
    available_bytes,
    memory_allowed,
    memory_needed,
    require_memory,
    require_states,
    share_memory,
)
from qml.engine._mps import MPSStates, encode_mps, mps_bytes
from qml.engine._noise import NoisyProgram, noisy_bytes
from qml.engine._noisy_lowering import Channels, error_name, lower_noisy, pauli_matrix
from qml.engine._outcomes import outcome_bits, outcomes
from qml.engine._program import Kind, Program
from qml.engine._rows import as_rows, rows_of
from qml.engine._simulation import statevectors
from qml.engine._training import EncodedModel
from qml.engine._warmup import warm_up
from qml.engine.primitives import BatchedEstimator, BatchedSampler

__all__ = [
    "SMALL_BYTES",
    "BatchedEstimator",
    "BatchedSampler",
    "Channels",
    "EncodedAngles",
    "EncodedModel",
    "ExpressionTable",
    "Kind",
    "MPSStates",
    "NoisyProgram",
    "Program",
    "append_step",
    "as_rows",
    "available_bytes",
    "check_observables",
    "definition_of",
    "encode_mps",
    "error_name",
    "expectations",
    "expectations_of_states",
    "fingerprint",
    "gradients",
    "gram",
    "gram_bytes",
    "lower",
    "lower_into",
    "lower_noisy",
    "memory_allowed",
    "memory_needed",
    "mps_bytes",
    "noisy_bytes",
    "outcome_bits",
    "outcomes",
    "pauli_matrix",
    "probabilities",
    "require_memory",
    "require_states",
    "rotates",
    "rows_of",
    "share_memory",
    "statevectors",
    "warm_up",
]
