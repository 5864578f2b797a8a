"""``python -m experiments`` is ``qml``."""

from experiments.commands.cli import main

if __name__ == "__main__":
    main()
