"""What decisions read of the outcomes for each class."""

from __future__ import annotations

import pytest

from qml.classifiers.vqc import VQC
from qml.decisions import resolve_decision
from qml.errors import SpecError


def test_parity_is_of_all_qubits_not_of_the_lowest():
    """The library's default reads qubit 0 alone for two classes."""
    parity, lowest = (resolve_decision(name, 2, 2).readout[:, 1] for name in ("parity", "lowest"))
    assert parity.tolist() == [0, 1, 1, 0]
    assert lowest.tolist() == [0, 1, 0, 1]
    assert resolve_decision("majority", 3, 2).readout[:, 1].tolist() == [0, 0, 0, 1, 0, 1, 1, 1]


@pytest.mark.parametrize("decision", ["parity", "majority", "lowest"])
def test_every_class_can_be_predicted_or_it_is_an_error(decision):
    assert resolve_decision(decision, 2, 3).readout.any(axis=0).all()
    with pytest.raises(SpecError, match="can tell"):
        resolve_decision(decision, 1, 3)
    with pytest.raises(SpecError, match=r"decision: .*the data has 3"):
        VQC(decision=decision).fit([[0.1], [0.2], [0.3]], [0, 1, 2])
