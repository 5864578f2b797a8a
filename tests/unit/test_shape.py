"""The shape of the source: data in records, functions that fit a screen, modules of one concept."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from source_files import sources

ROOT = Path(__file__).parents[2]
COMPILED = ROOT / "qml" / "engine" / "_kernels.py"  # what Numba compiles is written out


def trees(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    for file in sources(folder):
        yield file, ast.parse(file.read_text("utf-8"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def string_keys(tree: ast.Module) -> int:
    """Count subscripts and ``.get`` with a text, also one that a name is bound to."""
    bound = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value.value, str)
    }
    types = {id(inner) for hint in hints(tree) for inner in ast.walk(hint)}

    def is_text(node: ast.expr) -> bool:
        if isinstance(node, ast.Constant):
            return isinstance(node.value, str)
        if isinstance(node, ast.Tuple | ast.List):
            return any(is_text(part) for part in node.elts)
        return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Name) and node.id in bound)

    count = 0
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and id(node) not in types:
            is_type = isinstance(node.value, ast.Name) and node.value.id in ("Literal", "Annotated")
            count += not is_type and is_text(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asks = node.func.attr in ("get", "pop", "setdefault") and bool(node.args)
            count += asks and is_text(node.args[0])
    return count


def hints(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg) and node.annotation is not None:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef) and node.returns is not None:
            yield node.returns


def test_data_of_the_workbench_have_a_shape():
    """Ten accesses by agreed keys a thousand lines; there were more than forty."""
    keys = {file: string_keys(tree) for file, tree in trees("experiments")}
    lines = sum(file.read_text("utf-8").count("\n") for file in keys)
    most = sorted(((n, file.name) for file, n in keys.items()), reverse=True)[:8]
    assert sum(keys.values()) <= lines / 100, most


def _signature(function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    returns = "" if function.returns is None else ast.unparse(function.returns)
    return f"({ast.unparse(function.args)}) -> {returns}"


def test_signatures_of_the_workbench_say_what_they_take():
    found = [
        f"{file.name}: {function.name}"
        for file, tree in trees("experiments")
        for function in functions(tree)
        if "dict[str, Any]" in _signature(function)
    ]
    assert len(found) <= 15, found


def sizes_of(files: Iterable[Path]) -> dict[Path, int]:
    """Return the lines of each file; files of one name in two rooms are two."""
    return {file: file.read_text("utf-8").count("\n") for file in files if file != COMPILED}


def test_modules_of_one_name_do_not_hide_each_other(tmp_path):
    files = [tmp_path / room / "_kernels.py" for room in ("a", "b")]
    for file, lines in zip(files, (900, 1), strict=True):
        file.parent.mkdir()
        file.write_text("\n" * lines)
    assert list(sizes_of([*files, COMPILED]).values()) == [900, 1]


@pytest.mark.parametrize("folder", ["qml", "classical", "experiments", "qml_workbench"])
def test_no_module_is_a_warehouse(folder):
    sizes = sizes_of(file for file, _ in trees(folder))
    assert max(sizes.values()) <= 500, max(sizes, key=lambda name: sizes[name])
    assert np.quantile(list(sizes.values()), 0.9) <= 300


@pytest.mark.parametrize("folder", ["qml", "classical", "experiments", "qml_workbench"])
def test_functions_fit_a_screen(folder):
    """Lines of the body, without the docstring."""
    for file, tree in trees(folder):
        for function in functions(tree) if file != COMPILED else ():
            first = function.body[0]
            is_doc = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
            body = function.body[is_doc:] or function.body
            length = (body[-1].end_lineno or 0) - body[0].lineno + 1
            assert length <= 50, f"{file}: {function.name} has {length} lines"


def test_the_face_of_the_workbench_is_short():
    assert (ROOT / "experiments" / "study.py").read_text("utf-8").count("\n") < 200
