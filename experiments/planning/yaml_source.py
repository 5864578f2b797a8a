"""Reading a study file: plain values, with the line of every field for the error messages."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from qml.errors import SpecError

__all__ = ["YamlSource", "put_value", "read_yaml", "set_value", "split_path"]

_LARGEST_FILE_BYTES = 1 << 20
_MOST_NODES = 100_000  # aliases expand: a small file can hold a huge tree
_PLAIN_COLLECTIONS = ("tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
_DEEP = re.compile(r"(?:[\[{]\s*){41}")
_PART = re.compile(r"([^.\[\]]+)|\[(\d+)\]")

Path_ = tuple[str | int, ...]


@dataclass
class YamlSource:
    """A study file's values and where each stands.

    Parameters
    ----------
    name : str
        The file's name, as messages show it.
    data : object
        Plain values of the file; None for an empty one.
    lines : dict
        Path of a field to its line, counted from 1.
    """

    name: str
    data: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def locate(self, path: str) -> str:
        """Return ``file:line`` of the field, or of its nearest parent that is in the file."""
        parts = split_path(path)
        while parts and parts not in self.lines:
            parts = parts[:-1]
        return f"{self.name}:{self.lines[parts]}" if parts in self.lines else self.name


def split_path(path: str) -> Path_:
    """Return the parts of a field's path.

    >>> split_path("models[2].optimizer.name")
    ('models', 2, 'optimizer', 'name')
    """
    return tuple(int(index) if index else key for key, index in _PART.findall(path))


def read_yaml(file: Path) -> YamlSource:
    """Read a YAML file without running anything it says.

    Parameters
    ----------
    file : Path
        YAML file of at most 1 MiB.

    Raises
    ------
    SpecError
        If it is no file, no YAML, too large, or gives a key twice; with the line.
    """
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise SpecError(f"{file}: cannot be read ({error.strerror})") from None
    if len(raw) > _LARGEST_FILE_BYTES:
        raise SpecError(f"{file.name}: {len(raw)} bytes, at most {_LARGEST_FILE_BYTES} allowed")
    try:
        text = raw.decode("utf-8")
        if _DEEP.search(text):  # of which the reader would take its time to say so
            raise SpecError(f"{file.name}: too deeply nested values")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise SpecError(f"{file.name}: not UTF-8 at byte {error.start}") from None
    except yaml.YAMLError as error:
        raise SpecError(_one_line(file.name, error)) from None
    except RecursionError:
        raise SpecError(f"{file.name}: too deeply nested values") from None
    source = YamlSource(file.name, None)
    if root is not None:
        source.data = _Builder(source).build(root, ())
    return source


def _one_line(name: str, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{name}:{mark.line + 1}: {problem}" if mark else f"{name}: {problem}"


class _Builder:
    """Turns YAML nodes into plain values, noting lines and refusing duplicate keys."""

    def __init__(self, source: YamlSource) -> None:
        self.source = source
        self.constructor = yaml.SafeLoader("")
        self.n_nodes = 0

    def build(self, node: yaml.Node, path: Path_) -> Any:
        line = node.start_mark.line + 1
        self.source.lines.setdefault(path, line)
        self.n_nodes += 1
        if self.n_nodes > _MOST_NODES or len(path) > 40:
            raise SpecError(f"{self.source.name}:{line}: too many or too deeply nested values")
        if isinstance(node, yaml.CollectionNode) and node.tag not in _PLAIN_COLLECTIONS:
            raise SpecError(f"{self.source.name}:{line}: the tag {node.tag!r} is not allowed")
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        try:
            return self.constructor.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            problem = getattr(error, "problem", None) or str(error)
            raise SpecError(f"{self.source.name}:{line}: {problem}") from None

    def _mapping(self, node: yaml.MappingNode, path: Path_) -> dict[Hashable, Any]:
        values: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = self.build(key_node, (*path, "?"))
            self.source.lines.pop((*path, "?"), None)
            if not isinstance(key, str):
                raise SpecError(f"{self.source.name}:{line}: the key {key!r} is no text")
            if key in values:
                raise SpecError(f"{self.source.name}:{line}: {key}: this key is given twice")
            self.source.lines[(*path, key)] = line
            values[key] = self.build(value_node, (*path, key))
        return values


def set_value(data: Any, assignment: str) -> None:
    """Change one field in place, as ``--set protocol.folds=3`` asks.

    Parameters
    ----------
    data : dict
        Plain values of a study.
    assignment : str
        ``path=value``; the value is read as YAML.

    Raises
    ------
    SpecError
        If it is no assignment or the path leads nowhere.
    """
    path, equals, text = assignment.partition("=")
    parts = split_path(path.strip())
    if not equals or not parts:
        raise SpecError(f"--set {assignment!r}: expected path=value, as in protocol.folds=3")
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):  # no date is a ValueError
        raise SpecError(f"--set {assignment!r}: {text!r} is no YAML value") from None
    put_value(data, parts, value, f"--set {assignment!r}")


def put_value(data: Any, parts: Path_, value: Any, where: str) -> None:
    """Change one field in place; a bare name on the way becomes an entry that has it.

    Parameters
    ----------
    data : dict
        Plain values of a study.
    parts : tuple of str and int
        Path of the field, as `split_path` gives it.
    value : object
        Plain value that the field gets.
    where : str
        Beginning of messages.

    Raises
    ------
    SpecError
        If the path leads nowhere.

    Examples
    --------
    >>> study = {"models": ["svc"]}
    >>> put_value(study, ("models", 0, "C"), 10, "here")
    >>> study
    {'models': [{'name': 'svc', 'C': 10}]}
    """
    target = data
    for part, following in pairwise(parts):
        if isinstance(following, str):
            if isinstance(part, str) and isinstance(target, dict) and part not in target:
                target[part] = {}
            elif isinstance(named := _step(target, part, where), str):
                target[part] = {"name": named}
        target = _step(target, part, where)
    last = parts[-1]
    if not (isinstance(last, str) and isinstance(target, dict)):
        _step(target, last, where)
    target[last] = value


def _step(target: Any, part: str | int, where: str) -> Any:
    try:
        return target[part]
    except (KeyError, IndexError, TypeError):
        raise SpecError(f"{where}: nothing is at {part!r}") from None
