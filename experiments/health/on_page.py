"""The health of a run's kernels and variational models, as parts of its page."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from itertools import islice

from experiments.health import kernel_report, kernels, model_report, models
from experiments.planning.spec import StudySpec
from experiments.records import StoredPlan
from experiments.reporting.page.parts import Picture, Section, Table, table_of
from qml.errors import reason_of

__all__ = ["examined"]

_MOST = 3  # that are examined of each kind: a page has its size
_SHOTS = 1024  # of the measured matrix
_SEED = 0
_DPI = 75


def examined(plan: StoredPlan) -> list[Section]:
    """Return the parts on kernels and on models, the first few of each; none where there are none.

    Data are read or made again, and at most 200 rows (60 for models) are looked at, preprocessing
    fitted to all of them: a look at the method, not a test.

    Parameters
    ----------
    plan : StoredPlan
        Plan of the study as it is written.
    """
    spec = StudySpec.model_validate(plan.study)
    found = [
        _section("kernel-health", "Kernel health", list(_kernels(kernels.of_study(spec)))),
        _section("model-health", "Model health", list(_models(models.of_study(spec)))),
    ]
    return [section for section in found if not section.empty]


_Examined = tuple[str, Sequence[str], Table, Picture]


def _section(place: str, title: str, found: Sequence[_Examined | str]) -> Section:
    words, tables, pictures = [], [], []
    for one in found:
        if isinstance(one, str):
            words.append(one)
            continue
        name, said, table, picture = one
        words.append(f"{name}: {' '.join(said)}")
        tables.append(table)
        pictures.append(picture)
    return Section(place, title, tuple(words), (), tuple(tables), tuple(pictures))


def _kernels(all_: Iterator[kernels.Examination]) -> Iterator[_Examined | str]:
    for one in islice(all_, _MOST):
        name = f"{one.dataset} / {one.label}"
        try:
            health = one.run(_SHOTS, _SEED)
        except ValueError as error:  # such as too few rows of a class
            yield f"{name}: not examined ({reason_of(error)})"
            continue
        content = kernel_report.drawn(health, name, _DPI)
        words = f"Concentration, spectrum, bandwidths and repairs of the kernel of {name}"
        said = kernel_report.findings(health)
        yield (
            name,
            said,
            _table(kernel_report.summary_rows(health), name),
            _png(name, words, content),
        )
    if next(all_, None) is not None:
        yield f"The first {_MOST}; `qml kernel-health STUDY` examines all."


def _models(all_: Iterator[models.ModelExamination]) -> Iterator[_Examined | str]:
    for one in islice(all_, _MOST):
        name = f"{one.dataset} / {one.label}"
        try:
            health = one.run(_SEED)
        except ValueError as error:
            yield f"{name}: not examined ({reason_of(error)})"
            continue
        content = model_report.drawn(health, name, _DPI)
        words = f"Gradients, Fourier spectrum and loss around the weights of {name}"
        said = model_report.findings(health)
        yield (
            name,
            said,
            _table(model_report.summary_rows(health), name),
            _png(name, words, content),
        )
    if next(all_, None) is not None:
        yield f"The first {_MOST}; `qml model-health STUDY` examines all."


def _table(rows: Sequence[Sequence[str]], title: str) -> Table:
    return table_of(("what", "number"), rows, ("what",), title=title)


def _png(title: str, words: str, content: bytes) -> Picture:
    return Picture(title, words, base64.b64encode(content).decode(), "png")
