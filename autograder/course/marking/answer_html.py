"""An answer as its writer formatted it: Markdown, tables and formulas as HTML that runs and loads nothing."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup, escape
from mdit_py_plugins.dollarmath import dollarmath_plugin

from ...io.text import escape_control, truncate

LONGEST_FORMATTED = 20_000
"""Characters: ten times what is asked for. More is shown as it was typed."""

WRAPPED = 50
"""Characters of a line from which on it ends because it is full."""

LONGEST_SHOWN = 200_000
LONGEST_FORMULA = 500

_MATHML = {
    *("math", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "mfrac", "msqrt", "mroot", "msup", "msub", "msubsup"),
    *("mover", "munder", "munderover", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom", "menclose"),
}
_ATTRIBUTES = {
    *("display", "mathvariant", "stretchy", "fence", "form", "separator", "accent", "displaystyle", "scriptlevel"),
    *("columnalign", "lspace", "rspace", "linethickness", "minsize", "maxsize"),
}
_NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def formatted(answer: str) -> Markup:
    """HTML that can be put into a page: all that is not plain text is made here."""
    text = escape_control(answer)
    if len(text) > LONGEST_FORMATTED:
        said = f"This answer has {len(text):,} characters and is shown as it was typed."
        return Markup("<p><em>{}</em></p><pre>{}</pre>").format(said, truncate(text, LONGEST_SHOWN))
    return _formatted(text)


@lru_cache(256)
def _formatted(text: str) -> Markup:
    return Markup(_markdown().render(text))


@lru_cache(1)
def _markdown() -> MarkdownIt:
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 20})
    reader.enable(["table", "strikethrough"])
    dollarmath_plugin(reader, renderer=_formula, allow_space=False, double_inline=True)
    reader.add_render_rule("image", _image)
    reader.add_render_rule("link_open", _link_open)
    reader.add_render_rule("link_close", lambda *_: "</span>")
    reader.add_render_rule("softbreak", _line_end)
    reader.add_render_rule("bullet_list_open", _list)
    for kind in ("heading_open", "heading_close"):
        reader.add_render_rule(kind, _heading)
    return reader


def _formula(content: str, options: Any) -> str:
    display = "block" if options["display_mode"] else "inline"
    if len(content) <= LONGEST_FORMULA:
        try:
            root = ElementTree.fromstring(convert(content, display=display))
            return ElementTree.tostring(_harmless(root), encoding="unicode")
        except (Exception, RecursionError):  # a formula that is none stays as it was typed
            pass
    return f"<code>{escape(content)}</code>"


def _harmless(element: ElementTree.Element) -> ElementTree.Element:
    """The formula with nothing in it but what formulas are made of."""
    name = element.tag.removeprefix(_NAMESPACE)
    kept = ElementTree.Element(name if name in _MATHML else "mrow")
    kept.attrib = {key: value for key, value in element.attrib.items() if key in _ATTRIBUTES}
    kept.text, kept.tail = element.text, element.tail
    kept.extend([_harmless(child) for child in element])
    return kept


def _image(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    token = tokens[index]
    return str(Markup('<span class="soft">[picture: {} ({})]</span>').format(token.content, token.attrGet("src") or ""))


def _link_open(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """Where a link leads can be read; nobody is led there."""
    return str(Markup('<span class="link" title="{}">').format(tokens[index].attrGet("href") or ""))


def _line_end(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """A line that ends early was meant to end there; a long one was wrapped."""
    line = itertools.takewhile(lambda token: not token.type.endswith("break"), reversed(tokens[:index]))
    return "\n" if sum(len(token.content) for token in line) > WRAPPED else "<br>\n"


def _list(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """With the signs that were typed: some write pros with `+` and cons with `-`."""
    kind = {"+": "plus", "-": "minus"}.get(tokens[index].markup)
    return f'<ul class="{kind}">\n' if kind else "<ul>\n"


def _heading(_: RendererHTML, tokens: Sequence[Token], index: int, *__: Any) -> str:
    """Headings of answers stand below those of the page."""
    token = tokens[index]
    return f"<{'/' if token.nesting < 0 else ''}h{min(6, int(token.tag[1]) + 3)}>"
