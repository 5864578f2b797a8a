"""Figures that every run can have, one a file: what each draws is told from results alone.

A file has one name in its ``__all__``: a function from the results of a run and a `Paper` to
pictures, whose docstring's first sentence says what it shows. Those that need models lie in
`experiments.health.plots`.
"""
