"""Turns templates into pages: one file each, offline, everything from strangers escaped."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from ..io.text import escape_control, format_points, pluralize, single_line, truncate

TEMPLATES = Path(__file__).parent / "templates"
"""Where what all pages share lies, too: the head and the style."""

_JOINT = re.compile(r"[_.@+]|-(?=\w)")
_CODE = re.compile(r"`([^`\n]+)`")


def render(template: Path, **values: Any) -> str:
    """The page that a template makes of `values`.

    Every value a template prints goes through `escape_control` and is then escaped.
    """
    return _environment(template.parent).get_template(template.name).render(values)


def pieces(template: Path, **values: Any) -> Iterator[str]:
    """What `render` gives, piece by piece: a page of thousands of rows is never in memory as a whole."""
    stream = _environment(template.parent).get_template(template.name).stream(values)
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


def script(path: Path) -> Script:
    """Read one."""
    text = path.read_text(encoding="utf-8")
    return Script(Markup(text), b64encode(hashlib.sha256(text.encode()).digest()).decode())


@lru_cache(2_000)
def with_code(text: str) -> Markup:
    """The text with what stands between backticks set as code; everything is escaped."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(escape_control(text)))))


def with_breaks(name: str) -> Markup:
    """A name, on one line where there is room; else it breaks behind what joins its words, and nowhere else."""
    return Markup(_JOINT.sub(r"\g<0><wbr>", str(escape(single_line(name)))))


def _harmless(value: Any) -> Any:
    """What `{{ }}` does to a text before it is escaped; markup made by templates stays."""
    return escape_control(value) if type(value) is str else value


@cache
def _environment(folder: Path) -> Environment:
    environment = Environment(
        loader=FileSystemLoader((folder, TEMPLATES)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters |= {
        "single_line": single_line,
        "truncate": truncate,
        "format_points": format_points,
        "count": lambda number: f"{number:,}",
        "code": with_code,
        "breaks": with_breaks,
        "url": lambda text: quote(text, safe="/"),
    }
    environment.globals |= {"share": share, "pluralize": pluralize}
    return environment
