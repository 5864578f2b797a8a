"""Quantum outlier detectors: one per file, each a scikit-learn estimator."""
