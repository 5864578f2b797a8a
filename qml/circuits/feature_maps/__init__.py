"""Feature maps: one per file, each a function ``(n_features, **parameters) -> QuantumCircuit``."""
