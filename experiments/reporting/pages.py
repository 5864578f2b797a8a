"""A page about a study: the command of its reduced run, and what it printed of that run.

The section `## A reduced run` begins with a fenced block of one line, ``qml run STUDY`` with what
it sets, and has one table in Markdown with the columns of `COLUMNS`. A page is a text from
anywhere: its line is taken apart and never given to a shell, and names a study and nothing else.
"""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from experiments.evaluation.quantities import quantity_of
from experiments.records import StoredPlan
from experiments.reporting.writer import inline
from qml.errors import SpecError, did_you_mean
from qml.texts import shown

__all__ = ["COLUMNS", "TITLE", "Page", "PageNumber", "RunCommand", "read_page", "with_labels_of"]

TITLE = "## A reduced run"
COLUMNS = ("data set", "model", "quantity", "value", "tolerance")

_LARGEST_FILE_BYTES = 1 << 20
_FENCE = "```"
_BAR = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r":?-+:?")
_OPTIONS = ("--set", "--backend")
_HOW = "a page runs `qml run STUDY`, with --set and --backend"

Lines = Sequence[tuple[int, str]]  # with their numbers


@dataclass(frozen=True)
class RunCommand:
    """What a page runs.

    Parameters
    ----------
    study : str
        Name of a shipped study, or a file.
    overrides : tuple of str, default=()
        Assignments to fields of the study.
    backend : str or None, default=None
        Backend in place of the study's own.
    """

    study: str
    overrides: tuple[str, ...] = ()
    backend: str | None = None


@dataclass(frozen=True)
class PageNumber:
    """A number that a page prints.

    Parameters
    ----------
    line : int
        Line of the page, from 1.
    dataset, model : str
        Labels of the row of the study's table.
    quantity : str
        Metric, quantity that the study reports, or cost other than time; its mean over the cells.
    value : float or None
        Number as printed; None where a draft leaves it open.
    tolerance : float or None
        Largest difference that does not count as moved; None where a draft leaves it open.
    """

    line: int
    dataset: str
    model: str
    quantity: str
    value: float | None
    tolerance: float | None


@dataclass(frozen=True)
class Page:
    """The part of a page that can be run again.

    Parameters
    ----------
    file : str
        Name of the page, as messages show it.
    command : RunCommand
        Study that is run, and what is changed in it.
    numbers : tuple of PageNumber
        Numbers in the order of the page.
    """

    file: str
    command: RunCommand
    numbers: tuple[PageNumber, ...]


def read_page(file: Path, is_draft: bool = False) -> Page:
    """Read the reduced run of a page.

    Parameters
    ----------
    file : Path
        Page in Markdown of at most 1 MiB.
    is_draft : bool, default=False
        Permission to have no table yet, or one with open values and tolerances.

    Raises
    ------
    SpecError
        If it is no such page: one line with the file and the line.
    """
    section = _section(file.name, _text(file))
    command, rest = _command(file.name, section)
    return Page(file.name, command, tuple(_numbers(file.name, rest, is_draft)))


def with_labels_of(page: Page, plan: StoredPlan) -> Page:
    """Return the page with the labels of a plan, which Markdown may write in another way.

    Raises
    ------
    SpecError
        If a row or a quantity of it is not there, with the nearest name.
    """
    datasets = _as_written(row.label for row in plan.datasets)
    models = _as_written(row.label for row in plan.models)
    numbers = []
    for one in page.numbers:
        where = f"{page.file}:{one.line}"
        own = replace(
            one,
            dataset=_known("data set", one.dataset, datasets, where),
            model=_known("model", one.model, models, where),
        )
        _check_row(own, plan, where)
        numbers.append(own)
    return replace(page, numbers=tuple(numbers))


def _text(file: Path) -> str:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise SpecError(f"{file}: cannot be read ({error.strerror})") from None
    if len(raw) > _LARGEST_FILE_BYTES:
        raise SpecError(f"{file.name}: {len(raw)} bytes, at most {_LARGEST_FILE_BYTES} allowed")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SpecError(f"{file.name}: not UTF-8 at byte {error.start}") from None


def _section(name: str, text: str) -> Lines:
    """Return the lines below the title, up to the next one of its kind."""
    found: list[tuple[int, str]] | None = None
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        fenced ^= line.startswith(_FENCE)
        if found is not None:
            if not fenced and line.startswith(("# ", "## ")):
                break
            found.append((number, line.strip()))
        elif not fenced and line.rstrip() == TITLE:
            found = []
    if found is None:
        raise SpecError(f"{name}: no section `{TITLE}`")
    return found


def _command(name: str, section: Lines) -> tuple[RunCommand, Lines]:
    """Return the command of the fenced block that a section begins with, and what follows it."""
    lines = [one for one in section if one[1]]
    if not lines or not lines[0][1].startswith(_FENCE):
        raise SpecError(f"{name}: `{TITLE}` begins with no block of code ({_HOW})")
    ends = [i for i, (_, line) in enumerate(lines[1:], start=1) if line.startswith(_FENCE)]
    inside = lines[1 : ends[0]] if ends else []
    if len(inside) != 1:
        raise SpecError(f"the block of code has {len(inside)} lines; {_HOW}, in one line", name)
    number, line = inside[0]
    try:
        command = _run_command(line)
    except SpecError as error:
        raise SpecError(error.problem, f"{name}:{number}") from None
    return command, lines[ends[0] + 1 :]


def _run_command(line: str) -> RunCommand:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise SpecError(f"no command line ({str(error).lower()}): {shown(line)}") from None
    if words[:2] != ["qml", "run"]:
        raise SpecError(f"{_HOW} (got {shown(line)!r})")
    studies: list[str] = []
    given: dict[str, list[str]] = {option: [] for option in _OPTIONS}
    rest = iter(words[2:])
    for word in rest:
        option, joint, value = word.partition("=")
        if option in given:
            taken = value if joint else next(rest, None)
            if taken is None:
                raise SpecError(f"{option} is followed by nothing")
            given[option].append(taken)
        elif word.startswith("-"):
            raise SpecError(f"{_HOW} (got {shown(word)!r})")
        else:
            studies.append(word)
    if len(studies) != 1 or len(given["--backend"]) > 1:
        raise SpecError(f"{_HOW}; one study and one backend at most (got {shown(line)!r})")
    return RunCommand(studies[0], tuple(given["--set"]), next(iter(given["--backend"]), None))


def _numbers(name: str, lines: Lines, is_draft: bool) -> Iterator[PageNumber]:
    """Yield the rows of the one table among lines."""
    tables = _tables(lines)
    if not tables and is_draft:
        return
    if len(tables) != 1:
        raise SpecError(f"`{TITLE}` has {len(tables)} tables; one is needed", name)
    (number, titles), *rest = tables[0]
    ruled = bool(rest) and all(_RULE.fullmatch(cell) for cell in _cells(rest[0][1]))
    if tuple(_cells(titles)) != COLUMNS or not ruled:
        line = " | ".join(COLUMNS)
        raise SpecError(f"the table begins with `| {line} |` and a rule", f"{name}:{number}")
    if len(rest) == 1 and not is_draft:
        raise SpecError("the table has no numbers", f"{name}:{number}")
    known: dict[tuple[str, ...], int] = {}
    for number, row in rest[1:]:
        cells = _cells(row)
        where = f"{name}:{number}"
        if len(cells) != len(COLUMNS):
            raise SpecError(f"{len(cells)} cells; the table has {len(COLUMNS)} columns", where)
        said = tuple(cells[:3])
        if known.setdefault(said, number) != number:
            raise SpecError(f"the same row as in line {known[said]}", where)
        value = _number(cells[3], "value", where, is_draft)
        tolerance = _number(cells[4], "tolerance", where, is_draft)
        if tolerance is not None and tolerance < 0:
            raise SpecError(f"a tolerance is not below 0 (got {shown(cells[4])!r})", where)
        yield PageNumber(number, said[0], said[1], said[2], value, tolerance)


def _tables(lines: Lines) -> list[list[tuple[int, str]]]:
    """Return the runs of lines that begin with a bar and follow each other in the page."""
    found: list[list[tuple[int, str]]] = []
    last = 0
    for number, line in lines:
        if line.startswith("|"):
            if number != last + 1:
                found.append([])
            found[-1].append((number, line))
            last = number
    return found


def _cells(line: str) -> list[str]:
    cells = [cell.strip() for cell in _BAR.split(line)]
    return cells[1:-1] if line.endswith("|") else cells[1:]


def _number(text: str, column: str, where: str, is_draft: bool) -> float | None:
    if not text and is_draft:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise SpecError(f"the {column} is no number (got {shown(text)!r})", where)
    return number


def _as_written(labels: Iterable[str]) -> dict[str, str]:
    """Return each label by how Markdown shows it, and by itself."""
    known = dict.fromkeys(labels)
    return {inline(label): label for label in known} | {label: label for label in known}


def _known(kind: str, text: str, labels: dict[str, str], where: str) -> str:
    if text not in labels:
        hint = did_you_mean(text, labels.values())
        raise SpecError(f"the study has no {kind} {shown(text)!r}{hint}", where)
    return labels[text]


def _check_row(one: PageNumber, plan: StoredPlan, where: str) -> None:
    """Raise where a row's place in the table or its quantity is not there, or is not one."""
    rows = {
        cell.train_size
        for cell in plan.cells
        if (cell.dataset, cell.model, cell.control) == (one.dataset, one.model, "")
    }
    if not rows:
        raise SpecError(f"{one.model!r} is not for {one.dataset!r}", where)
    if len(rows) > 1:
        raise SpecError("several numbers of training rows, which a page does not tell apart", where)
    try:
        quantity = quantity_of(one.quantity, plan.report)
    except SpecError as error:
        raise SpecError(error.problem, where) from None
    if not quantity.column:
        raise SpecError(f"{one.quantity!r} has a course and no single value", where)
    if quantity.unit == "s":
        raise SpecError(f"{one.quantity!r} is a time, which no run repeats", where)
