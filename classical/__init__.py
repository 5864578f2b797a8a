"""Classical baselines: one per file, scikit-learn estimators with a search space beside each.

A file names one estimator class in ``__all__`` and, where there is something to tune, gives its
`SEARCH_SPACE`: parameter to a list of values, or to ``{"low": ..., "high": ..., "log": True}``.
"""
