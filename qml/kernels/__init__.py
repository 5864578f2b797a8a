"""Quantum kernels: one per file, each with ``evaluate(X, Y=None)``, usable as a callable kernel."""
