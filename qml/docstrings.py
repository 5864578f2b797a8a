"""Docstrings composed along a class's bases: a parameter is described once, and found everywhere.

A class describes what it adds or changes. Its ``__doc__`` then holds the descriptions of its bases
too, so that ``help`` of a class is complete in itself.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

__all__ = ["composed", "entries", "sections"]

_TITLE = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)
_NEXT_ENTRY = re.compile(r"\n(?=\S)")


def sections(doc: str) -> dict[str, str]:
    """Return a numpydoc docstring's sections by title; what stands before them has none.

    Examples
    --------
    >>> sections(sections.__doc__)["Examples"].startswith(">>> sections")
    True
    """
    summary, *rest = _TITLE.split(inspect.cleandoc(doc))
    bodies = {title: body.strip("\n") for title, body in zip(rest[::2], rest[1::2], strict=True)}
    return {"": summary.strip("\n"), **bodies}


def entries(section: str) -> dict[str, str]:
    r"""Return what a section says of each name: its line with the type, and its description.

    Examples
    --------
    >>> entries("C : float, default=1.0\n    Bound of the dual variables.").keys()
    dict_keys(['C'])
    """
    blocks = filter(None, _NEXT_ENTRY.split(section))
    return {name: block for block in blocks for name in block.partition(" : ")[0].split(", ")}


def composed(own: str, bases: list[str], defaults: Mapping[str, object]) -> str:
    r"""Return a class's docstring with what its bases say of parameters and attributes.

    Parameters
    ----------
    own : str
        Docstring of the class as it is written; if there is none, the summary is the nearest
        base's.
    bases : list of str
        Docstrings of its bases as they are written, the nearest first.
    defaults : mapping
        Default of each parameter of the class, in the order of the signature; an inherited
        description tells this one.

    Returns
    -------
    str
        The sections in the order of the class's own, without indentation.

    Examples
    --------
    >>> base = "A machine.\n\nParameters\n----------\nC : float"
    >>> composed("Mine.", [base], {"C": 2.0}).splitlines()[-1]
    'C : float, default=2.0'
    """
    found = sections(own)
    summary = next((text for doc in [own, *bases] if (text := sections(doc)[""])), "")
    described = entries(found.pop("Parameters", ""))
    attributes = entries(found.pop("Attributes", ""))
    del found[""]
    for base in map(sections, bases):
        for name, block in entries(base.get("Parameters", "")).items():
            if name in defaults and name not in described:
                described[name] = _with_default(block, defaults[name])
        attributes = {**entries(base.get("Attributes", "")), **attributes}
    blocks = dict.fromkeys(described[name] for name in defaults if name in described)
    left = dict.fromkeys(attributes.values())
    parts = {"Parameters": "\n".join(blocks), "Attributes": "\n".join(left), **found}
    titled = [f"{title}\n{'-' * len(title)}\n{body}" for title, body in parts.items() if body]
    return "\n\n".join([summary, *titled])


def _with_default(block: str, default: object) -> str:
    line, *description = block.split("\n")
    shown = f'"{default}"' if isinstance(default, str) else repr(default)
    return "\n".join([f"{line.partition(', default=')[0]}, default={shown}", *description])
