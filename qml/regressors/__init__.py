"""Quantum regressors: one per file, each a scikit-learn estimator."""
