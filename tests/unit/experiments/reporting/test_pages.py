"""Pages as they are read: the command and the numbers, and one line for whatever is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments import Study
from experiments.reporting.pages import TITLE, PageNumber, RunCommand, read_page, with_labels_of
from experiments.reporting.shown import Shown
from experiments.reporting.writer import as_markdown
from qml.errors import DataError, SpecError

COMMAND = 'qml run tiny.yaml --set "datasets[0].draws=4" --set=protocol.seed=2 --backend exact'
HEAD = "| data set | model | quantity | value | tolerance |\n|---|:--|---|--:|--:|\n"
ROWS = "| ad hoc | a\\|b | accuracy | .75 | 0.05 |\n| ad hoc | dummy | support_vectors | 12 | 1 |\n"
STUDY = {
    "name": "tiny",
    "datasets": [{"name": "ad_hoc", "label": "ad hoc", "n_samples": 24}],
    "models": [{"name": "qsvc", "label": "a|b"}, "dummy"],
    "protocol": {"folds": 3, "repeats": 1},
    "report": ["support_vectors"],
}


PAGES = [
    page
    for page in (Path(__file__).parents[4] / "docs" / "replications").glob("*.md")
    if TITLE in page.read_text("utf-8").splitlines()
]


def page_of(command=COMMAND, table=HEAD + ROWS):
    fences = "# Page\n\n```sh\n## A reduced run\n```\n"
    return (
        f"{fences}\n## A reduced run\n\n```sh\n{command}\n```\n\nIts numbers:\n\n{table}\n## End\n"
    )


def read(tmp_path, text, **options):
    file = tmp_path / "tiny.md"
    file.write_text(text)
    return read_page(file, **options)


def test_a_page_has_a_command_and_numbers(tmp_path):
    page = read(tmp_path, page_of())
    assert page.command == RunCommand(
        "tiny.yaml", ("datasets[0].draws=4", "protocol.seed=2"), "exact"
    )
    assert page.numbers == (
        PageNumber(17, "ad hoc", "a\\|b", "accuracy", 0.75, 0.05),
        PageNumber(18, "ad hoc", "dummy", "support_vectors", 12.0, 1.0),
    )


def test_labels_are_those_of_the_study_however_markdown_writes_them(tmp_path):
    plan = Study.from_dict(STUDY).plan().stored()
    labels = [number.model for number in with_labels_of(read(tmp_path, page_of()), plan).numbers]
    assert labels == ["a|b", "dummy"]


@pytest.mark.parametrize("label", ["a|b", "*a*", "x_ y", "<b>", "a\\", "`q`", "[a](b)"])
def test_what_the_writer_writes_is_read(tmp_path, label):
    described = STUDY | {"models": [{"name": "dummy", "label": label}], "report": []}
    plan = Study.from_dict(described).plan().stored()
    row = ["ad hoc", label, "accuracy", "0.5", "0.1"]
    columns = ["data set", "model", "quantity", "value", "tolerance"]
    table = as_markdown(Shown.of_texts([row], columns, columns[:3]))
    page = read(tmp_path, page_of(table=table))
    assert with_labels_of(page, plan).numbers[0].model == label


def test_a_draft_may_have_no_table_and_open_numbers(tmp_path):
    assert read(tmp_path, page_of(table=""), is_draft=True).numbers == ()
    page = read(
        tmp_path, page_of(table=f"{HEAD}| ad hoc | dummy | accuracy | | |\n"), is_draft=True
    )
    assert page.numbers == (PageNumber(17, "ad hoc", "dummy", "accuracy", None, None),)


@pytest.mark.parametrize(
    "text, line",
    [
        ("# Page\n", "tiny.md: no section `## A reduced run`"),
        ("## A reduced run\n\nText.\n", "tiny.md: `## A reduced run` begins with no block of code"),
        ("## A reduced run\n```\nqml run a\n", "tiny.md: the block of code has 0 lines"),
        (page_of("qml run a\nqml run b"), "tiny.md: the block of code has 2 lines"),
        (page_of(table=""), "tiny.md: `## A reduced run` has 0 tables; one is needed"),
        (page_of(table=f"{HEAD}{ROWS}\n{HEAD}{ROWS}"), "has 2 tables; one is needed"),
        (page_of(table=ROWS), "tiny.md:15: the table begins with `| data set | model |"),
        (page_of(table=HEAD), "tiny.md:15: the table has no numbers"),
        (page_of(table=f"{HEAD}| a | b |\n"), "tiny.md:17: 2 cells; the table has 5 columns"),
        (page_of(table=f"{HEAD}{ROWS}{ROWS}"), "tiny.md:19: the same row as in line 17"),
        (page_of(table=f"{HEAD}| a | b | c | x | 1 |\n"), "17: the value is no number (got 'x')"),
        (page_of(table=f"{HEAD}| a | b | c | nan | 1 |\n"), "value is no number (got 'nan')"),
        (page_of(table=f"{HEAD}| a | b | c | 1 | |\n"), "the tolerance is no number (got '')"),
        (page_of(table=f"{HEAD}| a | b | c | 1 | -1 |\n"), "is not below 0 (got '-1')"),
    ],
)
def test_a_malformed_page_is_one_line(tmp_path, text, line):
    with pytest.raises(SpecError) as error:
        read(tmp_path, text)
    assert line in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf x",
        "sh -c 'qml run a'",
        "qml run a; rm -rf x",
        "qml run a && rm x",
        "qml run a | sh",
        "qml run a --out /tmp/x",
        "qml run a --jobs 2",
        "qml verify a",
        "qml run",
        "qml run --set",
        "qml run 'a",
        "PATH=. qml run a",
        "qml run a --backend x --backend y",
    ],
)
def test_a_page_runs_a_study_and_nothing_else(tmp_path, command):
    with pytest.raises(SpecError, match=r"^tiny\.md:10: ") as error:
        read(tmp_path, page_of(command))
    assert "\n" not in str(error.value)


def test_no_page_is_run_through_a_shell(tmp_path):
    """What a shell would replace stays a name of a study, which is not there."""
    command = read(tmp_path, page_of("qml run $(touch${IFS}x)")).command
    with pytest.raises(SpecError, match="unknown study"):
        Study.load(command.study)


@pytest.mark.parametrize(
    "row, line",
    [
        ("ad hoc | dumy | accuracy", "17: the study has no model 'dumy' (did you mean 'dummy'?)"),
        ("ad ho | dummy | accuracy", "17: the study has no data set 'ad ho' (did you mean"),
        ("ad hoc | dummy | acuracy", "17: unknown quantity 'acuracy' (did you mean 'accuracy'?)"),
        ("ad hoc | dummy | fit_s", "17: 'fit_s' is a time, which no run repeats"),
        ("ad hoc | dummy | loss", "17: 'loss' has a course and no single value"),
    ],
)
def test_what_the_study_has_not_is_one_line_with_the_nearest_name(tmp_path, row, line):
    page = read(tmp_path, page_of(table=f"{HEAD}| {row} | 1 | 1 |\n"))
    with pytest.raises(SpecError) as error:
        with_labels_of(page, Study.from_dict(STUDY).plan().stored())
    assert line in str(error.value)


def test_several_numbers_of_training_rows_are_refused(tmp_path):
    protocol = STUDY["protocol"] | {"train_sizes": [8, 12]}
    plan = Study.from_dict(STUDY | {"protocol": protocol}).plan().stored()
    with pytest.raises(SpecError, match="which a page does not tell apart"):
        with_labels_of(read(tmp_path, page_of()), plan)


def test_what_is_no_text_or_too_long_is_refused(tmp_path):
    file = tmp_path / "tiny.md"
    with pytest.raises(SpecError, match="cannot be read"):
        read_page(file)
    file.write_bytes(b"\xff")
    with pytest.raises(SpecError, match="not UTF-8 at byte 0"):
        read_page(file)
    file.write_bytes(b" " * (1 << 20) + b" ")
    with pytest.raises(SpecError, match="at most 1048576 allowed"):
        read_page(file)


@pytest.mark.parametrize("file", PAGES, ids=lambda file: file.stem)
def test_pages_of_the_project_can_be_run_again(file):
    """As far as that is known without a run: the command, the labels and the quantities."""
    page = read_page(file)
    asked = page.command
    try:
        plan = Study.load(asked.study, asked.overrides, asked.backend).plan()
    except DataError as error:
        pytest.skip(str(error))  # of data that are not here
    assert with_labels_of(page, plan.stored().of_reading(0)).numbers
