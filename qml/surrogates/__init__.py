"""Classical models made from a quantum model's encoding: what it does that they do needs no qubits.

A surrogate knows the feature map and uses it on this computer alone. One a file.
"""
