"""Studies that are wrong in one place: every leaf of a study, twelve ways, and stranger ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import yaml

__all__ = ["MUTATIONS", "NESTED", "RICH", "STRANGE", "Mutant", "mutants"]

RICH = """\
name: rich
description: Every section and every field.
datasets:
  - name: moons
    label: Moons
    n_samples: 40
    noise: [0.1, 0.2]
    draws: 2
    family: curves
    preprocessing: [standard_scaler, {name: pca, n_components: 2}, angle_scaler]
  - {name: circles, n_samples: 40, family: curves}
models:
  - name: qsvc
    label: QSVC
    C: 10.0
    bandwidth: scale
    repair: clip
    quantum_kernel: {name: fidelity, compare: false}
    feature_map: {name: zz, reps: 1, entanglement: linear}
    backend: [exact, {kind: exact, shots: 100}]
    datasets: [Moons]
    tune: false
  - name: vqc
    label: VQC
    ansatz: {name: real_amplitudes, reps: 1}
    loss: cross_entropy
    decision: parity
    optimizer: {name: adam, maxiter: 2, eta: 0.1}
    search: {bandwidth: {low: 0.1, high: 1.0, log: true}}
  - name: svc
    label: SVC
    kernel: rbf
    gamma: scale
    search: {C: [0.1, 1.0]}
  - {name: dummy, label: Chance}
backend: {kind: exact, gradient_circuits: parameter_shift}
protocol:
  split: stratified
  folds: 3
  test_size: 0.25
  repeats: 1
  seeds: 1
  train_sizes: [10, 0.5, 1.0]
  seed: 7
  tuning: {trials: 2, seconds: 60.0, folds: 2, metric: accuracy, untuned: true}
  limits: {seconds: 100.0, memory_mib: 4096}
budget: {max_shots: 100000, max_qpu_seconds: 600.0}
metrics: [accuracy, f1, roc_auc]
controls: true
compare: {family: classical, reference: SVC}
rope: {accuracy: 0.02, f1: 0.03}
published:
  - {dataset: circles, model: SVC, quantity: accuracy, value: 0.9, source: nowhere}
report: []
duel: {pairs: [], iterations: 10, settings: apart}
"""

_HERE = "PLACEHOLDER"
_SNIPPETS = {
    "null": "null",
    "negative": "-1",
    "0": "0",
    "NaN": ".nan",
    "1e400": "1.0e+400",
    "empty": "''",
    "unknown name": "nonesuch",
    "list": "[1, nonesuch]",
}
MUTATIONS = ("missing", "wrong type", "extra key", "duplicate key", *_SNIPPETS)

_Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutant:
    """A study that is wrong in one place."""

    place: str
    mutation: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}, {self.mutation}"


def mutants(text: str) -> Iterator[Callable[[], Mutant]]:
    """Yield what makes each mutant of a study, every leaf times every mutation."""
    tree = json.loads(json.dumps(yaml.safe_load(text)))  # nothing is shared, one place is wrong
    for path, leaf in _leaves(tree, ()):
        for mutation in MUTATIONS:
            yield lambda at=(path, leaf, mutation): Mutant(
                ".".join(map(str, at[0])), at[2], _mutated(tree, *at)
            )


def _leaves(tree: Any, path: _Path) -> Iterator[tuple[_Path, Any]]:
    children: Any = ()
    if isinstance(tree, dict):
        children = tree.items()
    elif isinstance(tree, list):
        children = enumerate(tree)
    if not children:
        yield path, tree
    for key, child in children:
        yield from _leaves(child, (*path, key))


def _mutated(tree: Any, path: _Path, leaf: Any, mutation: str) -> str:
    changed = copy.deepcopy(tree)
    parent = changed
    for part in path[:-1]:
        parent = parent[part]
    if mutation == "missing":
        del parent[path[-1]]
        return str(yaml.safe_dump(changed, sort_keys=False, allow_unicode=True))
    snippet = _SNIPPETS.get(mutation, yaml.safe_dump(leaf, default_flow_style=True, width=10**6))
    snippet = snippet.removesuffix("\n").removesuffix("...").strip()
    if mutation == "wrong type":
        snippet = "12.5" if isinstance(leaf, str) else "maybe"
    parent[path[-1]] = _HERE
    lines = yaml.safe_dump(changed, sort_keys=False, allow_unicode=True, width=10**6).splitlines()
    number = next(i for i, line in enumerate(lines) if _HERE in line)
    here = lines[number]
    lines[number] = here.replace(_HERE, snippet)
    if mutation in ("extra key", "duplicate key"):
        key = path[-1] if mutation == "duplicate key" else "nonesuch"
        if isinstance(path[-1], int):  # in place of an item of a list
            lines[number] = here.replace(_HERE, "{nonesuch: 1, " + f"{key}: 1, {key}: 2}}")
        else:
            column = len(here) - len(here.lstrip("- "))
            lines.insert(number + 1, f"{' ' * column}{key}: {snippet}")
    return "\n".join(lines) + "\n"


def _strange() -> Iterator[tuple[str, str]]:
    head = "datasets: [{name: moons, n_samples: 20}]\nmodels: [dummy]\n"
    texts = {
        "a bomb of aliases": _bomb(),
        "an anchor that holds itself": f"name: &a [*a]\n{head}",
        "an alias of nothing": f"name: *nothing\n{head}",
        "a merge key": f"name: one\nprotocol: {{<<: {{folds: 3}}}}\n{head}",
        "a Python tag": f"name: !!python/object/apply:os.getcwd []\n{head}",
        "a tag of our own": f"name: !mine one\n{head}",
        "a tagged map": f"name: one\nprotocol: !!omap [folds: 3]\n{head}",
        "a set": f"name: one\nprotocol: !!set {{folds}}\n{head}",
        "binary": f"name: !!binary aGVsbG8=\n{head}",
        "a date": f"name: 2024-01-01\n{head}",
        "a date that is none": f"name: 2024-13-41\n{head}",
        "base 60": f"name: 1:30:00\n{head}",
        "an octal number": f"name: one\nprotocol: {{seed: 0o17}}\n{head}",
        "an integer of 5,000 digits": f"name: one\nprotocol: {{seed: {'9' * 5000}}}\n{head}",
        "an integer of 300 digits": f"name: one\nprotocol: {{folds: {'9' * 300}}}\n{head}",
        "a float of 300 digits": f"name: one\nprotocol: {{test_size: 0.{'9' * 300}}}\n{head}",
        "a name of 500,000 letters": f"name: {'a' * 500_000}\n{head}",
        "a key of 500,000 letters": f"name: one\n? {'a' * 500_000}\n: 1\n{head}",
        "a key of 100 letters": f"name: one\n{'a' * 100}: 1\n{head}",
        "a description of 500,000 letters": f"name: one\ndescription: {'a' * 500_000}\n{head}",
        "more than 1 MiB": f"name: one\ndescription: {'a' * 1_100_000}\n{head}",
        "a key that is a list": f"name: one\n? [a, b]\n: 1\n{head}",
        "a key that is a map": f"name: one\n? {{a: b}}\n: 1\n{head}",
        "a key that is a number": f"name: one\n12: 1\n{head}",
        "a key that is null": f"name: one\n~: 1\n{head}",
        "two documents": f"name: one\n{head}---\nname: two\n",
        "a document without an end": f"name: one\n{head}protocol: {{folds: 3\n",
        "tabs": f"name: one\n{head}protocol:\n\tfolds: 3\n",
        "quotes never closed": f"name: 'one\n{head}",
        "nothing": "",
        "a comment alone": "# nothing\n",
        "a scalar": "study\n",
        "a list": "- name: one\n",
        "null": "null\n",
        "a byte order mark": f"\ufeffname: one\n{head}",
        "NUL": f"name: 'a\x00b'\n{head}",
        "an escape code": f'name: one\ndescription: "\\e[31mred"\n{head}',
        "an escaped NUL": f'name: "a\\0b"\n{head}',
        "a direction mark": f'name: "a\\u202eb"\n{head}',
        "a lone surrogate": f'name: one\ndescription: "\\ud800"\n{head}',
        "letters that look alike": f"name: оne\n{head}",
        "wide digits": f"name: one\nprotocol: {{folds: ３}}\n{head}",
        "emoji": f"name: 🤖\n{head}",
        "combining marks": f"name: {'a' + chr(0x301) * 3000}\n{head}",
        "line separators": f'name: "a\\u2028b"\n{head}',
        "a next line": f'name: "a\\Nb"\n{head}',
        "no-break spaces": f"name:\u00a0one\n{head}",
        "windows line ends": f"name: one\n{head}".replace("\n", "\r\n"),
        "carriage returns alone": f"name: one\n{head}".replace("\n", "\r"),
        "a path for a name": f"name: ../../etc/passwd\n{head}",
        "100,001 models": f"name: one\ndatasets: [moons]\nmodels: [{'dummy, ' * 100_001}]\n",
    }
    yield from texts.items()


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    return "\n".join(lines) + "\nname: *a11\n"


def _nested() -> Iterator[tuple[str, str]]:
    head = "datasets: [{name: moons, n_samples: 20}]\n"
    for depth in (10, 39, 41, 100, 300, 1000, 3000, 10_000, 100_000):
        lists, maps = "[" * depth + "]" * depth, "{a: " * depth + "1" + "}" * depth
        for kind, value in (("lists", lists), ("maps", maps)):
            yield f"{depth} {kind} as a name", f"name: {value}\nmodels: [dummy]\n{head}"
            yield f"{depth} {kind} as a model", f"name: one\nmodels: [{value}]\n{head}"
        yield f"{depth} lists never closed", f"name: {'[' * depth}\nmodels: [dummy]\n{head}"
        yield f"{depth} dashes", f"name:\n  {'- ' * depth}a\nmodels: [dummy]\n{head}"


STRANGE = {name: Mutant(name, "", text) for name, text in _strange()}
NESTED = {name: Mutant(name, "", text) for name, text in _nested()}
