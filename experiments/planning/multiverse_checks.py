"""What a multiverse means: fields that can be chosen, and options that make studies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from experiments.planning.readings import changed_values, choices_of, possible
from experiments.planning.spec import MultiverseEntry, StudySpec
from experiments.planning.yaml_source import YamlSource, split_path
from experiments.records import Choice
from qml.errors import SpecError, did_you_mean

__all__ = ["multiverse_problems"]

_ROOTS = ("datasets", "models", "backend", "protocol")


def multiverse_problems(
    spec: StudySpec, entry: MultiverseEntry, parse: Callable[[YamlSource], StudySpec]
) -> Iterator[SpecError]:
    """Yield what is wrong with a study's choices; every option is tried, one at a time.

    Parameters
    ----------
    spec : StudySpec
        Study as it is written, in which nothing else is wrong.
    entry : MultiverseEntry
        Section that declares its readings.
    parse : callable
        Function that reads a study and raises a `SpecError` about what is wrong with it.
    """
    choices = choices_of(entry)
    found = [*_problems_of_names(entry, choices), *_problems_of_paths(choices)]
    yield from found or _problems_of_options(spec, choices, parse)


def _problems_of_names(entry: MultiverseEntry, choices: Sequence[Choice]) -> Iterator[SpecError]:
    named = Counter(choice.name for choice in choices)
    for name in (name for name, count in named.items() if count > 1):
        yield SpecError(f"two choices are called {name!r}", "multiverse.choices")
    if entry.sample is not None and entry.sample > (most := possible(entry)):
        problem = f"{entry.sample:,} of {most:,} readings; without it all of them are run"
        yield SpecError(problem, "multiverse.sample")


def _problems_of_paths(choices: Sequence[Choice]) -> Iterator[SpecError]:
    """Yield fields that are no matter of a choice, and choices that undo others."""
    set_before: dict[tuple[str | int, ...], str] = {}
    for i, choice in enumerate(choices):
        where = f"multiverse.choices[{i}]"
        own = dict.fromkeys(path for option in choice.options for path in option.changes)
        for path in own:
            parts = split_path(path)
            root = str(parts[0]) if parts else ""
            if root not in _ROOTS:
                problem = f"{path!r} is no field to choose{did_you_mean(root, _ROOTS)}"
                yield SpecError(problem, where)
            elif parts[:2] == ("protocol", "limits"):
                yield SpecError("limits decide no result, and are those of the study", where)
            for other, name in set_before.items():
                if other[: len(parts)] == parts and name != choice.name:
                    problem = f"{path!r} undoes the choice {name!r}; name this one first"
                    yield SpecError(problem, where)
        set_before |= {split_path(path): choice.name for path in own}
        told = Counter(option.text for option in choice.options)
        for text in (text for text, count in told.items() if count > 1):
            yield SpecError(f"two options are {text!r}", where)


def _problems_of_options(
    spec: StudySpec, choices: Sequence[Choice], parse: Callable[[YamlSource], StudySpec]
) -> Iterator[SpecError]:
    """Yield of each choice the first option that makes no study of what is written."""
    written = spec.model_dump(mode="json")
    for i, choice in enumerate(choices):
        for option in choice.options:
            where = f"{choice.name} = {option.text}"
            try:
                read = parse(YamlSource(where, changed_values(written, [option.changes], where)))
                if len(read.protocol.train_sizes) > 1:
                    raise SpecError(f"{where}: a reading has one size of the training part")
            except SpecError as error:
                line = str(error).splitlines()[0].removeprefix(f"{where}: ")
                yield SpecError(f"{where}: {line}", f"multiverse.choices[{i}]")
                break
