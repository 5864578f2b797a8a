"""The workbench: studies, their cells, the store of results and the tables made from it.

From Python::

    from experiments import Study

    run = Study.load("quickstart").run()
    print(run.table())
"""

from typing import Any

__all__ = ["Run", "Study"]


def __getattr__(name: str) -> Any:
    """Import the study layer on first use: the command line's help must not wait for it."""
    if name in __all__:
        from experiments import study

        return getattr(study, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
