"""Figures that need models, data or circuits, one a file; see `experiments.reporting.plots`."""
