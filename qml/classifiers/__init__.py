"""Quantum classifiers: one per file, scikit-learn estimators on any backend."""
