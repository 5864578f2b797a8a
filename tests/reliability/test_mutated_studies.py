"""Studies that are wrong in one place: accepted, or one line that says where and what."""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from itertools import islice

import pytest
import yaml
from mutated_specs import MUTATIONS, NESTED, RICH, STRANGE, Mutant, mutants

from experiments.commands import cli
from experiments.registry import STUDIES_FOLDER
from experiments.study import Study
from qml.errors import SpecError

pytestmark = [pytest.mark.reliability("R10", "N10"), pytest.mark.filterwarnings("ignore")]

SHIPPED = {file.stem: file.read_text("utf-8") for file in sorted(STUDIES_FOLDER.glob("*.yaml"))}
# one line: the file, the line in it where there is one, the field, what is wrong
LINE = re.compile(r"study\.yaml(:\d+)?: .+")
LONGEST_S = 1.0  # of CPU time, to be refused
A_MIB_S = 5.0  # to read a file of the largest size that is allowed
MOST_LETTERS = 600


class Accepted(BaseException):
    """The study is valid; what it costs is not looked at, since its data would be built."""


@pytest.fixture(scope="module", autouse=True)
def imported():
    """Read the plug-ins once: a start costs seconds, and not a mutant's."""
    for text in (RICH, *SHIPPED.values()):
        Study.from_dict(yaml.safe_load(text))


@pytest.fixture
def checked(tmp_path, monkeypatch, capsys):
    """A function that types ``qml check`` on a mutant; the problems that it finds."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["qml", "check", "study.yaml"])

    def accept(*_):
        raise Accepted

    def check(mutant: Mutant, whole: bool = False) -> tuple[int, list[str]]:
        (tmp_path / "study.yaml").write_text(mutant.text, "utf-8", newline="")
        code, problems = 0, []
        started_s = time.process_time()
        with monkeypatch.context() as patched:
            if not whole:
                patched.setattr(Study, "foresee", accept)
            try:
                cli.main()
            except Accepted:
                pass
            except SystemExit as ended:
                code = int(ended.code or 0)
            except BaseException as error:  # what Python would print as a traceback
                problems.append(f"a traceback: {type(error).__name__}: {error}"[:300])
        took_s = time.process_time() - started_s
        printed = capsys.readouterr()
        took_s -= A_MIB_S * len(mutant.text) / (1 << 20)
        problems += _problems(code, printed.err, printed.out, took_s)
        if left := [file.name for file in tmp_path.iterdir() if file.name != "study.yaml"]:
            problems.append(f"written: {left}")
        return code, [f"{mutant}: {problem}" for problem in problems]

    return check


def _problems(code, errors, printed, took_s):
    if code not in (0, 2):
        yield f"exit code {code}: {errors[:300]}"
    if "Traceback" in errors:
        yield f"a traceback: {errors[-300:]}"
    lines = errors.splitlines()
    if code == 2 and not printed:
        # who refers to what was renamed is wrong, too, each in a line of its own
        own = [line for line in lines if "of this study is called" not in line]
        if not lines or len(own) > 1:
            yield f"{len(lines)} lines: {errors[:500]}"
        if not all(LINE.fullmatch(line) for line in lines):
            yield f"a line that names no place: {errors[:300]}"
    if code == 2 and took_s > LONGEST_S and not printed:
        yield f"refused after {took_s:.1f} s"
    if any(len(line) > MOST_LETTERS for line in lines):
        yield f"a line of {max(map(len, lines))} characters: {errors[:100]}"


def test_very_many_mistakes_are_twenty_lines(checked, tmp_path):
    text = "".join(f"k{number}: 1\n" for number in range(3000))
    code, _ = checked(Mutant("3,000 unknown keys", "", text + "name: one\nmodels: [dummy]\n"))
    assert code == 2
    with pytest.raises(SpecError) as caught:
        Study.load(tmp_path / "study.yaml")
    lines = str(caught.value).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "and 2,981 more"


def of_all(first, step, most):
    """Return a spread of the mutants of all studies, of a long one no more than of others."""
    spread = []
    for place, text in enumerate((RICH, *SHIPPED.values())):
        every = list(mutants(text))
        apart = max(step, len(every) // most)
        spread += [make() for make in every[(first + 7 * place) % apart :: apart]]
    return spread


@pytest.mark.parametrize(
    "first, step, most, least",
    [
        pytest.param(5, 61, 40, 300, id="a spread"),
        pytest.param(0, 5, 1000, 3500, marks=pytest.mark.slow, id="every fifth"),
    ],
)
@pytest.mark.timeout(3000)
def test_a_study_that_is_wrong_in_one_place(first, step, most, least, checked, record_property):
    spread = of_all(first, step, most)
    assert len(spread) >= least
    assert {mutant.mutation for mutant in spread} == set(MUTATIONS)
    ended = [checked(mutant) for mutant in spread]
    wrong = [problem for _, problems in ended for problem in problems]
    assert not wrong, f"{len(wrong)} of {len(spread)}:\n" + "\n".join(wrong[:40])
    codes = Counter(code for code, _ in ended)
    assert codes[2] > len(spread) / 3
    record_property("R10", f"{len(spread)} of {len(spread)} studies: exit 0 or 2, one line")


@pytest.mark.parametrize(
    "first, step",
    [
        pytest.param(3, 41, id="a spread"),
        pytest.param(0, 1, marks=pytest.mark.slow, id="every leaf"),
    ],
)
@pytest.mark.timeout(3000)
def test_a_check_to_its_end(first, step, checked, record_property):
    """Data are built here, which takes its time, and what they say is found."""
    spread = [make() for make in islice(mutants(RICH), first, None, step)]
    wrong = [problem for mutant in spread for problem in checked(mutant, whole=True)[1]]
    assert not wrong, f"{len(wrong)} of {len(spread)}:\n" + "\n".join(wrong[:40])
    record_property("R10", f"{len(spread)} of {len(spread)} whole checks: exit 0 or 2, one line")


@pytest.mark.parametrize("mutant", STRANGE.values(), ids=STRANGE)
def test_a_study_that_is_stranger(mutant, checked):
    _, problems = checked(mutant)
    assert not problems


@pytest.mark.parametrize("mutant", NESTED.values(), ids=NESTED)
def test_a_study_that_is_nested(mutant, checked):
    code, problems = checked(mutant)
    assert not problems
    assert code == 2
