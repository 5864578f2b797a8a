"""Mitigation of any backend that transpiles: wrong readouts inverted, noise extrapolated to zero.

All of it is linear in the outcomes, so expectation values and Gram entries stay unbiased where the
noise is what was assumed; a distribution that got negative entries is replaced by the nearest one
that is a distribution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from qiskit.circuit import QuantumCircuit

from qml.errors import BackendError, SpecError

__all__ = [
    "Extrapolator",
    "Mitigation",
    "Readout",
    "Stronger",
    "extrapolation_weights",
    "folded",
    "inverted",
    "nearest_distribution",
]

Values = NDArray[np.float64]
Readout = Literal["none", "local", "full"]
#: How noise is made stronger for an extrapolation.
Stronger = Literal["none", "gate_folding", "stretching", "runtime"]
Extrapolator = Literal["linear", "richardson", "exponential"]

_FULL_READOUT = 6  # bits at most: 2**n circuits
_FACTORS: dict[Stronger, tuple[float, ...]] = {
    "none": (1.0,),
    "gate_folding": (1.0, 3.0),
    "stretching": (1.0, 1.5),
    "runtime": (1.0, 3.0, 5.0),
}


@dataclass(frozen=True)
class Mitigation:
    """What a backend does about its noise, checked when it is made.

    Parameters
    ----------
    readout : {"none", "local", "full"}, default="none"
        Inversion of wrong readouts: bit by bit, or for all outcomes together.
    zne : {"none", "gate_folding", "stretching", "runtime"}, default="none"
        Way of making the noise stronger; ``"runtime"`` is the service's own.
    factors : tuple of float, default=(1.0,)
        Strengths of the noise at which every circuit is run.
    extrapolator : {"linear", "richardson", "exponential"}, default="linear"
        Curve through the results; see `extrapolation_weights`.

    Raises
    ------
    SpecError
        If the factors say nothing of a value without noise.

    Examples
    --------
    >>> folding = Mitigation.of("local", "gate_folding", None, "linear")
    >>> folding.circuits(10, n_qubits=2), folding.weights().round(12).tolist()
    (22, [1.5, -0.5])
    >>> folding.report
    {'zne': 'gate_folding [1.0, 3.0], linear', 'readout_mitigation': 'local'}
    """

    readout: Readout = "none"
    zne: Stronger = "none"
    factors: tuple[float, ...] = (1.0,)
    extrapolator: Extrapolator = "linear"

    @classmethod
    def of(
        cls,
        readout: Readout,
        zne: Stronger,
        factors: Sequence[float] | None,
        extrapolator: Extrapolator,
    ) -> Mitigation:
        """Return it from a backend's parameters; without factors, those that are usual."""
        if zne == "none" and factors is not None:
            raise SpecError("factors without zne; allowed: zne=gate_folding, zne=stretching")
        return cls(readout, zne, tuple(factors or _FACTORS[zne]), extrapolator)

    def __post_init__(self) -> None:
        factors = list(self.factors)
        if len(set(factors)) != len(factors) or (self.zne != "none" and len(factors) < 2):
            raise SpecError(f"two different factors or more, got {factors}", "zne_factors")
        if self.zne in ("gate_folding", "runtime") and min(factors) < 1:
            raise SpecError(f"folding gives factors from 1, got {factors}", "zne_factors")
        if self.extrapolator == "exponential" and self.zne != "runtime":
            raise SpecError("only zne=runtime extrapolates so", "zne_extrapolator")

    def check_stretchable(self, by_device: bool) -> None:
        """Refuse to stretch noise that no device gives."""
        if self.zne == "stretching" and not by_device:
            raise SpecError("a noise model cannot be stretched; a device can")

    @property
    def active(self) -> bool:
        """Whether results are other than as they were read."""
        return self.zne != "none" or self.inverts

    @property
    def inverts(self) -> bool:
        """Whether readouts are inverted."""
        return self.readout != "none"

    def strengths(self, foldable: bool = True) -> int:
        """Return at how many strengths of noise a circuit is run; without gates to fold, at one."""
        return len(self.factors) if foldable or self.zne != "gate_folding" else 1

    def circuits(self, asked: int, n_qubits: int, foldable: bool = True) -> int:
        """Return how many circuits are run where so many are asked for.

        Parameters
        ----------
        asked : int
            Number of circuits without mitigation.
        n_qubits : int
            Width of the circuits.
        foldable : bool, default=True
            Presence of gates on two qubits, which are those that are folded.
        """
        calibration = {"none": 0, "local": 2, "full": 2**n_qubits}[self.readout]
        return asked * self.strengths(foldable) + (calibration if asked else 0)

    def weights(self, reached: Sequence[float] | None = None) -> Values:
        """Return the weights of the results at each factor, or at the factors that were reached."""
        return extrapolation_weights(reached or self.factors, self.extrapolator)

    def prepared(self, n_bits: int) -> list[int]:
        """Return the outcomes that are prepared and read to learn the readouts.

        Raises
        ------
        SpecError
            If all of them would be too many.
        """
        if self.readout != "full":
            return [0, 2**n_bits - 1]
        if n_bits > _FULL_READOUT:
            raise SpecError(
                f"readout_mitigation=full takes 2**{n_bits} circuits; at most {_FULL_READOUT} "
                "qubits, allowed: local"
            )
        return list(range(2**n_bits))

    def assignments(self, read: Values) -> list[Values]:
        """Return the matrices ``[read, was]`` from the frequencies of the prepared outcomes."""
        if self.readout == "full":
            return [read.T]
        size = read.shape[1]
        bits = np.arange(size)[:, None] >> np.arange(size.bit_length() - 1) & 1
        ones = read @ bits  # (2, n_bits): probability to read 1
        return [np.array([[1 - low, 1 - high], [low, high]]) for low, high in ones.T]

    @property
    def report(self) -> dict[str, str]:
        """What a record says of it; nothing where nothing is done."""
        found = {}
        if self.zne != "none":
            found["zne"] = f"{self.zne} {list(self.factors)}, {self.extrapolator}"
        if self.inverts:
            found["readout_mitigation"] = self.readout
        return found


def folded(isa: QuantumCircuit, factor: float) -> tuple[QuantumCircuit, float]:
    r"""Return the circuit with two-qubit gates followed by their inverse and themselves again.

    Parameters
    ----------
    isa : QuantumCircuit
        Transpiled circuit; nothing may optimise it afterwards.
    factor : float
        Number of two-qubit gates there should be for one. Pairs :math:`G^{-1}G` are spread evenly
        over the gates.

    Returns
    -------
    circuit : QuantumCircuit
    reached : float
        The factor as whole pairs give it; 1 where there is no two-qubit gate.

    References
    ----------
    Giurgica-Tiron et al., IEEE QCE 306 (2020), doi:10.1109/QCE49297.2020.00045.
    """
    places = [i for i, step in enumerate(isa.data) if len(step.qubits) == 2 and not step.clbits]
    places = [i for i in places if isa.data[i].operation.name != "barrier"]
    n_pairs = round(len(places) * (factor - 1) / 2)
    if not n_pairs:
        return isa, 1.0
    # gate k gets its share of the pairs, as evenly as whole numbers allow
    shares = np.diff(np.floor(np.arange(len(places) + 1) * n_pairs / len(places) + 1e-9))
    pairs = dict(zip(places, shares.astype(int).tolist(), strict=True))
    result = isa.copy_empty_like()
    for i, step in enumerate(isa.data):
        result.append(step)
        for _ in range(pairs.get(i, 0)):
            result.append(step.replace(operation=_undone(step.operation)))
            result.append(step)
    return result, 1 + 2 * n_pairs / len(places)


def _undone(operation: Any) -> Any:
    """Return the inverse, as noisy as the gate: with its label, which a noise model may know."""
    inverse = operation.inverse()
    if operation.label and inverse.label != operation.label:
        inverse = inverse.to_mutable()
        inverse.label = operation.label
    return inverse


def extrapolation_weights(factors: Sequence[float], extrapolator: str) -> Values:
    """Return the weights whose sum over results at these factors is the value at no noise.

    Parameters
    ----------
    factors : sequence of float
        Factors of the noise, all different.
    extrapolator : {"linear", "richardson"}
        A line of least squares, or the polynomial through all; with two factors the same. At 1 and
        1.5 the weights are 3 and -2.

    Examples
    --------
    >>> extrapolation_weights([1.0, 1.5], "linear").round(12).tolist()
    [3.0, -2.0]
    """
    degree = 1 if extrapolator == "linear" else len(factors) - 1
    powers = np.vander(np.asarray(factors, dtype=np.float64), min(degree, len(factors) - 1) + 1)
    return np.asarray(np.linalg.pinv(powers)[-1])


def inverted(assignments: Sequence[Values], frequencies: Values) -> Values:
    """Return the frequencies as they were before they were read wrongly.

    Parameters
    ----------
    assignments : sequence of ndarray
        One matrix ``[read, was]`` a bit, the first bit first; or a single one of all outcomes.
    frequencies : ndarray of shape (batch, 2**n_bits)
        Frequencies of the outcomes as they were read.

    Raises
    ------
    BackendError
        If a readout says nothing of the state: its matrix has no inverse.
    """
    inverses = []
    for matrix in assignments:
        if np.linalg.cond(matrix) > 1e3:
            raise BackendError("readout cannot be inverted: outcomes do not depend on the state")
        inverses.append(np.linalg.inv(matrix))
    if len(inverses) == 1 and len(inverses[0]) == frequencies.shape[1]:
        return np.asarray(frequencies @ inverses[0].T)
    n_bits = len(inverses)
    tensor = frequencies.reshape((-1,) + (2,) * n_bits)
    for bit, inverse in enumerate(inverses):
        axis = n_bits - bit
        tensor = np.moveaxis(np.tensordot(inverse, tensor, axes=([1], [axis])), 0, axis)
    return np.ascontiguousarray(tensor.reshape(frequencies.shape))


def nearest_distribution(quasi: Values) -> Values:
    """Return for each row the distribution that is nearest in the sum of squares.

    References
    ----------
    Smolin, Gambetta, Smith, Phys. Rev. Lett. 108, 070502 (2012),
    doi:10.1103/PhysRevLett.108.070502.

    Examples
    --------
    >>> nearest_distribution(np.array([[1.1, -0.1], [0.4, 0.6]])).tolist()
    [[1.0, 0.0], [0.4, 0.6]]
    """
    descending = -np.sort(-quasi, axis=1)
    excess = (np.cumsum(descending, axis=1) - 1) / np.arange(1, quasi.shape[1] + 1)
    last = (descending > excess).sum(axis=1) - 1
    return np.asarray(np.maximum(quasi - np.take_along_axis(excess, last[:, None], axis=1), 0.0))
