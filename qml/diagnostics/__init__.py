"""Diagnostics: one per file, each a function from states or matrices to numbers that explain."""
