"""What variational models share: a circuit with its readout and head, and one way to train it."""

from qml.variational._architecture import Architecture, z_observables
from qml.variational._estimator import PredictionLoss, TrainedEstimator, VariationalEstimator
from qml.variational._heads import BiasedVote, Head
from qml.variational._questions import Question
from qml.variational._tape import Tape
from qml.variational._trace import Counts, Trace
from qml.variational._training import (
    Problem,
    Trained,
    Training,
    TrainingSpec,
    resolve_training,
    train,
)

__all__ = [
    "Architecture",
    "BiasedVote",
    "Counts",
    "Head",
    "PredictionLoss",
    "Problem",
    "Question",
    "Tape",
    "Trace",
    "Trained",
    "TrainedEstimator",
    "Training",
    "TrainingSpec",
    "VariationalEstimator",
    "resolve_training",
    "train",
    "z_observables",
]
