"""``python -m experiments`` is ``qml``."""

from qml_workbench.__main__ import main

if __name__ == "__main__":
    main()
