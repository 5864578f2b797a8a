"""What tests of reports share: a document that is printed with their tables."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass

import pytest


@dataclass(frozen=True)
class Printed:
    """What LaTeX said of a document, and the text of its pages."""

    log: str
    text: str

    @property
    def too_wide(self) -> list[float]:
        """The points beyond one by which something stands out of the text."""
        found = re.findall(r"Overfull \\hbox \(([\d.]+)pt", self.log)
        return [points for points in map(float, found) if points > 1]


@pytest.fixture
def pages(tmp_path):
    """Print a document with these tables twice; what came of it."""
    for program in ("pdflatex", "kpsewhich", "pdftotext"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: texlive-latex-base, poppler-utils)")
    for package in ("booktabs", "siunitx"):
        found = subprocess.run(["kpsewhich", f"{package}.sty"], capture_output=True, check=False)
        if found.returncode:
            pytest.skip(f"LaTeX has no {package} (Debian: texlive-latex-recommended and -science)")

    def printed(*tables):
        source = [r"\documentclass[twoside]{article}", r"\usepackage{booktabs,tabularx,siunitx}"]
        source += [r"\begin{document}"]
        for number, text in enumerate(tables):
            (tmp_path / f"t{number}.tex").write_text(text, "utf-8")
            source += [rf"\input{{t{number}}}", r"\clearpage"]
        (tmp_path / "doc.tex").write_text("\n".join([*source, r"\end{document}"]))
        for _ in range(2):  # the second time it knows its own references
            done = subprocess.run(
                ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "doc.tex"],
                cwd=tmp_path,
                capture_output=True,
                check=False,
            )
            log = (tmp_path / "doc.log").read_text("latin-1")
            assert done.returncode == 0, log[-2000:]
        text = subprocess.run(
            ["pdftotext", "-layout", "doc.pdf", "-"], cwd=tmp_path, capture_output=True, check=True
        )
        return Printed(log, text.stdout.decode())

    return printed
