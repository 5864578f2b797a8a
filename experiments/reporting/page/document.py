"""The page itself: one file with its styles, its scripts and its data, and leave for no more."""

from __future__ import annotations

import base64
import functools
import hashlib
import json
from importlib import resources
from pathlib import Path
from typing import Any

from experiments.reporting.page.charts import COLOURS
from experiments.reporting.page.parts import Contents
from experiments.reporting.writer import save_page
from qml.texts import visible

__all__ = ["document", "write"]

_SCRIPTS = (
    "assets/vega.min.js",
    "assets/vega-lite.min.js",
    "assets/vega-interpreter.js",
    "page.js",
)


def document(contents: Contents, version: str, refresh: int | None = None) -> str:
    """Return the page as HTML.

    Every text is escaped by the template and shows what cannot be seen; data in the page holds no
    ``<``. Scripts run by their hash alone, and nothing is evaluated.

    Parameters
    ----------
    contents : Contents
        Parts of the page.
    version : str
        Version of what makes the page.
    refresh : int or None, default=None
        Seconds after which a browser reads the page again; None is never.
    """
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    template = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    ).from_string(_asset("page.html.jinja"))
    scripts = [_asset(name) for name in _SCRIPTS] if _charted(contents) else [_asset("page.js")]
    return template.render(
        contents=contents,
        version=version,
        refresh=refresh,
        css=Markup(_asset("page.css")),  # noqa: S704  # ours
        scripts=[Markup(script) for script in scripts],  # noqa: S704  # ours
        hashes=Markup(" ".join(map(_hash, scripts))),  # noqa: S704  # base 64
        charts=Markup(_as_data(contents)),  # noqa: S704  # no "<" in it
    )


def write(
    contents: Contents,
    folder: Path,
    version: str,
    refresh: int | None = None,
    name: str = "report.html",
) -> Path:
    """Write the page into a run's folder."""
    return save_page(folder / name, document(contents, version, refresh))


@functools.cache
def _asset(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text("utf-8")


def _seen(value: Any) -> Any:
    """Return a text as it may be shown; line ends stay."""
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return "\n".join(map(visible, value.split("\n")))
    return value


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _charted(contents: Contents) -> bool:
    return any(section.charts for section in contents.sections)


def _as_data(contents: Contents) -> str:
    specs = {
        f"{section.place}-{number}": _visible_inside(dict(chart.spec))
        for section in contents.sections
        for number, chart in enumerate(section.charts, 1)
    }
    text = json.dumps({"charts": specs, "colours": dict(COLOURS)}, allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _visible_inside(value: Any) -> Any:
    """Return a specification whose texts show what cannot be seen."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(key): _visible_inside(own) for key, own in value.items()}
    if isinstance(value, list):
        return [_visible_inside(own) for own in value]
    return value
