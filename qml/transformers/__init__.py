"""Quantum transformers: one per file, each a scikit-learn estimator and a step of a study."""
