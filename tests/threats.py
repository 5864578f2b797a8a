"""What may befall a run, the figure to reach, and the table of what the tests have measured.

A test says with ``@pytest.mark.reliability("R7")`` which rows it is evidence for, and with
``record_property("R7", "500 of 500 flips found")`` what it measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["THREATS", "Evidence", "Threat", "evidence", "rewrite", "table"]

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


@dataclass(frozen=True)
class Threat:
    """One row of the table.

    Parameters
    ----------
    name : str
        Name: R of a run, S of security, N of what was found by others.
    what : str
        Words for what happens.
    figure : str
        Figure to reach.
    unmeasured : str, default=""
        Reason where no test can show it here.
    """

    name: str
    what: str
    figure: str
    unmeasured: str = ""


@dataclass
class Evidence:
    """What the tests of one row came to."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    measured: dict[str, None] = field(default_factory=dict)

    def words(self, threat: Threat) -> str:
        """Return what the last column says."""
        if not self.passed + self.failed + self.skipped:
            return threat.unmeasured or "no test was run"
        counts = ((self.passed, "passed"), (self.failed, "**failed**"), (self.skipped, "skipped"))
        counted = ", ".join(f"{n:,} {word}" for n, word in counts if n)
        told = "; ".join([*self.measured, f"tests: {counted}"])
        return f"{told}. {threat.unmeasured}" if threat.unmeasured else told


THREATS = (
    Threat("R1", "driver killed at random", "500 kills: nothing lost, doubled or unreadable"),
    Threat("R2", "killed at any call to the disk", "every call: only before or after"),
    Threat("R3", "power cut", "write, fsync, name, fsync of the folder, for every file"),
    Threat("R4", "a worker is killed, crashes, exits", "its own cell is a row, the others finish"),
    Threat("R5", "a worker is out of memory", "a row, never a hang"),
    Threat("R6", "disk full, broken, without locks", 'one line with "k of n cells are saved"'),
    Threat("R7", "results damaged on disk", "all found, none shown, run again"),
    Threat("R8", "several runs on one folder", "each cell once, equal content, no lock left"),
    Threat("R9", "trouble with a machine", "one status, one line, at most one submission"),
    Threat("R10", "mutated studies", "a study or one line a problem, no traceback"),
    Threat("R11", "bad data", "handled as documented, or one line"),
    Threat("R12", "scikit-learn's contract", "every check of every quantum model"),
    Threat("R13", "indefinite and broken matrices", "repaired to -1e-10, refused where broken"),
    Threat("R14", "sizes that cannot be", "refused in 0.1 s and 5 MiB beyond the imports"),
    Threat("R15", "same study, other circumstances", "the same numbers to the last digit"),
    Threat("S1", "a token in what fails", "0 occurrences"),
    Threat("S2", "malicious files of models", "none is ever read: nothing unpickles"),
    Threat("S3", "YAML that runs code, or grows", "refused; no eval or exec in the tree"),
    Threat("S4", "names and paths that lead outside", "all refused, no file outside"),
    Threat("S5", "markup in names and errors", "0 elements of theirs"),
    Threat("S6", "formulas in CSV", "texts are texts, numbers stay"),
    Threat(
        "S7",
        "what is installed",
        "hashes on every package, wheels alone",
        "Known vulnerabilities are asked of a service that cannot be reached here",
    ),
    Threat("S8", "code loaded by name", "only files of the rooms"),
    Threat("N1", "two hosts on one folder", "0 cells lost, 0 run twice under a live claim"),
    Threat("N2", "driver killed, terminal closed", "0 processes and 0 further cells after 5 s"),
    Threat("N3", "other file systems", "the same numbers under the same key"),
    Threat("N4", "numbers that are not finite, exits", "a row, and the study goes on"),
    Threat(
        "N5", "a plug-in is edited", "said in the table and by `qml status`, run again if asked"
    ),
    Threat("N6", "damaged plan, swapped cells", "all found, mended or told"),
    Threat("N7", "disk full from a call on", "no traceback, what is saved is counted"),
    Threat("N8", "resources", "judged from parameters alone"),
    Threat("N9", "formulas, scripts, escape codes", "one writer for all that is shown"),
    Threat("N10", "deep nesting, bytes, long lines", "one short visible line"),
    Threat("N11", "failures in a run", "exit code 3 and a count; `run` checks first"),
    Threat("N12", "a second study of one name", "its own plan, the first table stays reachable"),
)


def evidence(reports: Iterable[tuple[str, Any]]) -> dict[str, Evidence]:
    """Return what came of each row.

    Parameters
    ----------
    reports : iterable of (str, TestReport)
        How each test ended (passed, failed, skipped), and its report.
    """
    found: dict[str, Evidence] = {}
    for outcome, report in reports:
        properties = getattr(report, "user_properties", [])
        for name in {name for key, name in properties if key == "threat"}:
            row = found.setdefault(name, Evidence())
            setattr(row, outcome, getattr(row, outcome) + 1)
            row.measured |= {str(text): None for key, text in properties if key == name}
    return found


def table(found: dict[str, Evidence]) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    yield "| | what happens | to reach | measured |"
    yield "|---|---|---|---|"
    for threat in THREATS:
        words = found.get(threat.name, Evidence()).words(threat)
        yield f"| {threat.name} | {threat.what} | {threat.figure} | {words} |"


def rewrite(page: Path, lines: Iterable[str]) -> None:
    """Put the table in its place on a page."""
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n" + "\n".join(lines) + f"\n{END}{after}", "utf-8")
