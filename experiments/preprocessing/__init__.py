"""Preprocessing steps: one per file, transformers fitted on the training rows alone."""
