"""Turns templates into pages: one file each, offline, everything from strangers escaped."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..plain import clip, counted, line, number, plain


def render(template: str, **values: Any) -> str:
    """The page that a file in templates/ makes of `values`.

    Every value a template prints goes through `plain` and is then escaped.
    """
    return _environment.get_template(template).render(values)


def share(part: float | None, whole: float) -> float:
    """`part` of `whole` in per cent, to a tenth; 0 where there is nothing."""
    return round(100 * min(max((part or 0.0) / whole, 0.0), 1.0), 1) if whole else 0.0


def with_code(text: str) -> Markup:
    """The text with what stands between backticks set as code; everything is escaped."""
    parts = re.split(r"`([^`\n]+)`", plain(text))
    return Markup("").join(Markup("<code>{}</code>").format(p) if i % 2 else p for i, p in enumerate(parts))


def _harmless(value: Any) -> Any:
    """What `{{ }}` does to a text before it is escaped; markup made by templates stays."""
    return plain(value) if type(value) is str else value


_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_harmless,
)
_environment.filters |= {
    "line": line,
    "clip": clip,
    "number": number,
    "code": with_code,
    "url": lambda text: quote(text, safe="/"),
}
_environment.globals |= {"share": share, "counted": counted}
