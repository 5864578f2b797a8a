"""Preprocessing steps: one per file, scikit-learn transformers fitted on the training rows alone."""
