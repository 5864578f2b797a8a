"""The workbench: studies, their cells, the store of results and the tables made from it.

From Python::

    from experiments import Study

    run = Study.load("quickstart").run()
    print(run.table())
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.study import Run as Run
    from experiments.study import Study as Study
else:
    from qml_workbench.faces import face
    from qml_workbench.strangers import stranger

    _offered, __dir__ = face(__name__, others={"experiments.study": ["Run", "Study"]})

    def __getattr__(name: str) -> Any:
        """Import the study layer on first use: the command line's help must not wait for it."""
        if name in ("Run", "Study") and (problem := stranger()):
            raise ImportError(problem)
        return _offered(name)
