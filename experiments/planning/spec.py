"""A study: what its file may say, checked for its structure (which keys, which types).

What the names and parameters mean is checked by `experiments.planning.checks`; either way each
problem is one line with the file's line and the field's path.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails

from experiments.planning.problems import told
from experiments.planning.yaml_source import YamlSource
from experiments.records import RowSplit
from qml.errors import SpecError, did_you_mean
from qml.texts import shown, visible

__all__ = [
    "Budget",
    "ChoiceEntry",
    "Classify",
    "Compare",
    "DatasetEntry",
    "Duel",
    "Entry",
    "Figure",
    "Limits",
    "ModelEntry",
    "MultiverseEntry",
    "Protocol",
    "Published",
    "StudySpec",
    "Tuning",
    "structure",
]

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


def _seen(text: str) -> str:
    """Refuse what moves a cursor, turns the writing or cannot be seen."""
    if visible(text) != text:
        problem = "characters that cannot be seen are not allowed"
        raise ValueError(problem)
    return text


def _seen_by_lines(text: str) -> str:
    _seen(text.translate({ord(gap): " " for gap in "\n\t"}))
    return text


Words = Annotated[str, AfterValidator(_seen)]
Label = Annotated[Words, StringConstraints(min_length=1, max_length=80)]
Text = Annotated[str, AfterValidator(_seen_by_lines)]
Component = str | dict[str, Any]
Names = Annotated[list[str], Field(min_length=1)]
Backends = str | dict[str, Any] | Annotated[list[str | dict[str, Any]], Field(min_length=1)]


class _Section(BaseModel):
    """A part of a study; a key that it does not know is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Tuning(_Section):
    """The search inside each training part: as many trials for every model."""

    trials: int = Field(default=20, ge=1)
    seconds: float | None = Field(default=None, gt=0)
    folds: int = Field(default=3, ge=2)
    metric: str | None = None
    untuned: bool = False


class Limits(_Section):
    """What a cell may take; more, and it is a row that says so."""

    seconds: float | None = Field(default=None, gt=0)
    memory_mib: int | None = Field(default=None, ge=1)


class Classify(_Section):
    """How test rows are measured, apart from training: shots, and how often."""

    shots: int | None = Field(default=None, ge=1)
    times: int = Field(default=1, ge=1, le=1000)


class Protocol(_Section):
    """Which rows are trained on and tested, and how much tuning there is: the same for all."""

    split: RowSplit = "stratified"
    folds: int = Field(default=5, ge=2)
    test_size: float = Field(default=0.2, gt=0, lt=1)
    repeats: int | None = Field(default=None, ge=1)
    seeds: int = Field(default=1, ge=1)
    train_sizes: list[Annotated[int, Field(ge=2)] | Annotated[float, Field(gt=0, le=1)]] = []
    seed: int = Field(default=0, ge=0)
    tuning: Tuning | None = None
    limits: Limits = Limits()
    classify: Classify | None = None


class Budget(_Section):
    """What a whole study may take of machines: nothing is submitted beyond it."""

    max_shots: int | None = Field(default=None, ge=1)
    max_qpu_seconds: float | None = Field(default=None, gt=0)


class Compare(_Section):
    """Which models are compared: a family by name, each with one, or pairs."""

    family: str = "classical"
    reference: str | None = None
    pairs: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []

    @model_validator(mode="before")
    @classmethod
    def _named(cls, given: Any) -> Any:
        """Read ``compare: all_pairs`` as ``compare: {family: all_pairs}``."""
        if not isinstance(given, str | dict | cls):
            problem = "must name a family, `reference: MODEL` or pairs"
            raise ValueError(problem)  # noqa: TRY004 (what pydantic makes a line of)
        return {"family": given} if isinstance(given, str) else given


class Duel(_Section):
    """What is told of a study's optimizers: pairs in words, iterations, whose settings."""

    pairs: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []
    iterations: int = Field(default=100, ge=1)
    settings: Literal["apart", "chosen"] = "apart"


Pair = Annotated[list[float], Field(min_length=2, max_length=2)]


class ChoiceEntry(_Section):
    """One thing that the study could have done otherwise: values of a field, or named changes."""

    name: Label
    at: str | Names | None = None
    values: Annotated[list[Any], Field(min_length=2)] | None = None
    options: Annotated[dict[Label, dict[str, Any]], Field(min_length=2)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> ChoiceEntry:
        """Ask for values of fields or for options, not for both."""
        both = self.at is not None, self.values is not None
        if both != ((False,) * 2 if self.options is not None else (True,) * 2):
            raise ValueError("must name `at` and `values`, or `options` alone")
        return self


class MultiverseEntry(_Section):
    """Readings of the study: every combination of its choices, or a sample of them."""

    choices: list[ChoiceEntry] = Field(min_length=1)
    sample: int | None = Field(default=None, ge=2)
    seed: int = Field(default=0, ge=0)


class Published(_Section):
    """What was printed elsewhere of a quantity, to stand beside ours: in one of five forms."""

    dataset: str
    model: str
    quantity: str = "accuracy"
    value: float | None = None
    range: Pair | None = None
    at_least: float | None = None
    at_most: float | None = None
    text: Label | None = None
    curve: Annotated[list[Pair], Field(min_length=1)] | None = None
    over: str | None = None
    source: Annotated[Words, StringConstraints(min_length=1)]

    @model_validator(mode="after")
    def _in_one_form(self) -> Self:
        forms = (self.value, self.range, self.at_least, self.at_most, self.text, self.curve)
        if sum(form is not None for form in forms) != 1:
            raise ValueError("say one of value, range, at_least, at_most, text and curve")
        if (self.curve is None) != (self.over is None):
            raise ValueError("`curve` and `over`, its axis, go together")
        if self.range is not None and self.range[0] > self.range[1]:
            raise ValueError("a range begins with its lower end")
        return self


class Figure(_Section):
    """A figure of quantities over an axis: a line a model and a panel a data set, if not said."""

    name: Slug
    over: str
    quantity: Names | None = None
    title: Label | None = None
    by: Names = ["model"]
    panels: list[str] = ["dataset"]
    controls: bool = False
    log: list[Literal["x", "y"]] = []
    datasets: Names | None = None
    models: Names | None = None
    levels: list[str] = []

    @field_validator(
        "quantity", "by", "panels", "log", "datasets", "models", "levels", mode="before"
    )
    @classmethod
    def _alone(cls, given: Any) -> Any:
        """Read ``by: model`` as ``by: [model]``."""
        return [given] if isinstance(given, str) else given


class Entry(BaseModel):
    """A plug-in by name; every key that is not declared here is a parameter of it."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    name: str
    label: Label | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """The plug-in's parameters; a list of values is a grid."""
        return dict(self.model_extra or {})


class DatasetEntry(Entry):
    """A data set, and what is fitted to its training rows before the model."""

    preprocessing: list[Component] = []
    family: Label | None = None
    draws: int = Field(default=1, ge=1)
    seeds: int | None = Field(default=None, ge=1)
    test_sets: int = Field(default=0, ge=0)
    test_rows: int | None = Field(default=None, ge=4)


class ModelEntry(Entry):
    """A model: on which backends and data sets, if not on all; what of it is tuned."""

    preprocessing: list[Component] = []
    backend: Backends | None = None
    datasets: Names | None = None
    tune: bool = True
    search: dict[str, Any] | None = None
    classify: Classify | None = None


class StudySpec(_Section):
    """What a study file says."""

    name: Slug
    description: Text = ""
    datasets: list[DatasetEntry] = Field(min_length=1)
    models: list[ModelEntry] = Field(min_length=1)
    backend: Backends = "exact"
    protocol: Protocol = Protocol()
    budget: Budget = Budget()
    metrics: list[str] = Field(default=["accuracy", "f1"], min_length=1)
    controls: bool = False
    compare: Compare = Compare()
    rope: dict[str, Annotated[float, Field(ge=0)]] = {}
    published: list[Published] = []
    figures: list[Figure] | None = None
    report: list[Words] = []
    duel: Duel = Duel()
    multiverse: MultiverseEntry | None = None

    @field_validator("rope", mode="before")
    @classmethod
    def _of_all(cls, given: Any) -> Any:
        """Read ``rope: 0.02`` as ``rope: {all: 0.02}``."""
        return {"all": given} if isinstance(given, int | float) else given


def structure(source: YamlSource) -> StudySpec:
    """Return the study that the file describes; its names and parameters are not looked up.

    Raises
    ------
    SpecError
        One line a problem, each ``file:line: path: problem``.
    """
    data = _with_names(source.data)
    if not isinstance(data, dict):
        raise SpecError(f"{source.name}: a study is a mapping with name, datasets and models")
    try:
        return StudySpec.model_validate(data)
    except ValidationError as error:
        details = sorted(error.errors(include_url=False), key=_distance)
        raise told(source, map(_structure_problem, details)) from None


def _with_names(data: Any) -> Any:
    """Read ``- svc`` as ``- name: svc``."""
    if not isinstance(data, dict):
        return data
    return {
        key: [{"name": item} if isinstance(item, str) else item for item in value]
        if key in ("datasets", "models") and isinstance(value, list)
        else value
        for key, value in data.items()
    }


def _structure_problem(detail: ErrorDetails) -> SpecError:
    parts, kind = list(detail["loc"]), detail["type"]
    if kind == "extra_forbidden":
        section = _section_of(parts)
        problem = "unknown key" + did_you_mean(parts[-1], section.model_fields)
    elif kind == "missing":
        problem = "missing"
    else:
        parts = [part for part in parts if not (isinstance(part, str) and _is_tag(part))]
        said = detail["msg"].removeprefix("Value error, ")
        problem = f"{said} (got {shown(detail['input'])})"
    return SpecError(problem, _join(parts))


def _section_of(parts: list[str | int]) -> type[_Section]:
    """Return the section that a key was looked for in."""
    sections: dict[str, type[_Section]] = {
        "protocol": Protocol,
        "tuning": Tuning,
        "limits": Limits,
        "classify": Classify,
        "budget": Budget,
        "published": Published,
        "figures": Figure,
        "compare": Compare,
        "duel": Duel,
        "multiverse": MultiverseEntry,
        "choices": ChoiceEntry,
    }
    owners = [part for part in parts[:-1] if isinstance(part, str)]
    return sections.get(owners[-1], StudySpec) if owners else StudySpec


# pydantic adds the tried type of a union to the path of its errors
_UNION_TAGS = frozenset(
    {"str", "dict[str,any]", "constrained-str", "constrained-int", "constrained-float"}
)


def _distance(detail: ErrorDetails) -> tuple[bool, bool, int]:
    """Order what a union says: first of the kind that was meant, and of that the innermost."""
    within = any(isinstance(part, str) and _is_tag(part) for part in detail["loc"])
    other_kind = within and detail["type"] in ("string_type", "dict_type", "list_type")
    return within, other_kind, -len(detail["loc"]) if within else 0


def _is_tag(part: str) -> bool:
    return part in _UNION_TAGS or part.startswith("list[")


def _join(parts: list[str | int]) -> str:
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
