"""The command ``qml``: look who is in the way, then run the command line."""

from __future__ import annotations

import sys

from qml_workbench.platforms import unsupported
from qml_workbench.strangers import stranger

__all__ = ["main"]


def main() -> None:
    """Run the command line, unless another's package would be run in its place."""
    problem = unsupported() or stranger()
    if problem:
        sys.exit(problem)
    from experiments.commands.cli import main as run

    run()


if __name__ == "__main__":
    main()
