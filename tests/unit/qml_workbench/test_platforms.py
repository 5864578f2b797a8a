"""Windows, where locks and processes are others: one line, whichever way one comes."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("way", "code"),
    [
        ("from qml_workbench.__main__ import main; main()", 1),
        ("import qml", 1),
        ("from experiments import Study", 1),
    ],
)
def test_windows_is_one_line(way, code):
    source = f"import sys; sys.platform = 'win32'; {way}"
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == code
    assert not done.stdout
    line = done.stderr.splitlines()[-1]
    assert line.endswith("run qml-workbench under WSL")
    assert "main()" not in way or done.stderr.count("\n") == 1
