"""Ansatzes: one per file, each a function ``(n_qubits, **parameters) -> QuantumCircuit``."""
