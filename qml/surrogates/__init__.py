"""Classical models made from a quantum model's encoding: what it does that they do needs no qubits.

A surrogate knows the feature map and uses it on this computer alone. One a file.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qml.surrogates._base import Surrogate as Surrogate
    from qml.surrogates.matched_rbf import MatchedRBF as MatchedRBF
    from qml.surrogates.spectrum_surrogate import SpectrumSurrogate as SpectrumSurrogate
else:
    from qml_workbench.faces import face

    __getattr__, __dir__ = face(
        __name__, [__name__], others={"qml.surrogates._base": ["Surrogate"]}
    )
