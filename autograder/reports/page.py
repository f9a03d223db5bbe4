"""Turns templates into pages: one file each, offline, everything from strangers escaped."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..plain import clip, counted, line, number, plain

_TEMPLATES = Path(__file__).parent / "templates"
_CODE = re.compile(r"`([^`\n]+)`")


def render(template: str, **values: Any) -> str:
    """The page that a file in templates/ makes of `values`.

    Every value a template prints goes through `plain` and is then escaped.
    """
    return _environment.get_template(template).render(values)


def pieces(template: str, **values: Any) -> Iterator[str]:
    """What `render` gives, piece by piece: a page of thousands of rows is never in memory as a whole."""
    stream = _environment.get_template(template).stream(values)
    stream.enable_buffering(500)
    return stream


def share(part: float | None, whole: float) -> float:
    """`part` of `whole` in per cent, to a tenth; 0 where there is nothing."""
    return round(100 * min(max((part or 0.0) / whole, 0.0), 1.0), 1) if whole else 0.0


@dataclass(frozen=True)
class Script:
    """A script of ours, and the digest by which the page's policy lets it run and no other."""

    text: Markup
    digest: str


def script(name: str) -> Script:
    """A file in templates/."""
    text = (_TEMPLATES / name).read_text(encoding="utf-8")
    return Script(Markup(text), b64encode(hashlib.sha256(text.encode()).digest()).decode())


@lru_cache(2_000)
def with_code(text: str) -> Markup:
    """The text with what stands between backticks set as code; everything is escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(plain(text)))))


def _harmless(value: Any) -> Any:
    """What `{{ }}` does to a text before it is escaped; markup made by templates stays."""
    return plain(value) if type(value) is str else value


_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
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
    "count": lambda number: f"{number:,}",
    "code": with_code,
    "url": lambda text: quote(text, safe="/"),
}
_environment.globals |= {"share": share, "counted": counted}
