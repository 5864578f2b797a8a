"""The evaluation layer: the same splits, metrics and statistics for every model."""
