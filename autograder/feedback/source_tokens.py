"""Formats files alike, so that what two of them share can be seen.

Of a file its tokens are left. Comments, docstrings, blanks, line ends, quotes, what texts say and the
names that a student may choose do not count, those of attributes that the file sets on `self` included;
what the starter defines and imports, Python's own names and others behind a dot do. No parser sees the
file: one that does not parse is read like any other, and a hostile one can do no harm.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..check.loading.encoding import text_of

LONGEST = 200_000
"""Bytes of a file that are looked at."""

CHOSEN, TEXT = "_", "''"
"""What stands for a name that a student chose, and for a text."""

_TOKEN = re.compile(
    r"""[^\S\n]+ | \\\n | \#[^\n]*
    | (?P<text>[rRbBuUfF]{0,2} (?:
        \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z) | '''(?:[^\\]|\\.)*?(?:'''|\Z)
        | "(?:[^"\\\n]|\\.)*"? | '(?:[^'\\\n]|\\.)*'? ))
    | (?P<name>[^\W\d]\w*)
    | (?P<number>\.?\d[\w.]*)
    | (?P<end>\n)
    | (?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_BROUGHT = re.compile(r"\b(?:def|class|import|from|as)[ \t]+([^\W\d]\w*)")
_ATTRIBUTE = re.compile(r"\bself\.(\w+)(?=[ \t]*[:=])")
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_NEVER_WITHIN = frozenset(("def", "class", "return"))
"""What begins a statement, also where an earlier bracket was never closed."""

_PYTHONS = frozenset(keyword.kwlist) | frozenset(dir(builtins))


@dataclass(frozen=True)
class Source:
    """A file as it was written, and formatted alike.

    Attributes:
        lines: its text; tokens: what is left of it; at: the line of each token, from 0.
        starts: the places of the tokens with which a statement begins.
    """

    lines: tuple[str, ...]
    tokens: tuple[str, ...]
    at: tuple[int, ...]
    starts: tuple[int, ...]

    @property
    def statements(self) -> Iterator[tuple[str, ...]]:
        """The tokens of each statement, however many lines it stands on."""
        for start, end in zip(self.starts, (*self.starts[1:], None), strict=False):
            yield self.tokens[start:end]


def names_in(starter: bytes) -> frozenset[str]:
    """The names that no student chose: what the starter defines and imports, and what Python brings."""
    return frozenset(_BROUGHT.findall(_decoded(starter))) | _PYTHONS


def read_source(code: bytes, given: frozenset[str]) -> Source:
    """Format a file; `given` are the names that no student chose."""
    text = _decoded(code)
    found = list(_tokens(text, given))
    return Source(
        lines=tuple(text.split("\n")),
        tokens=tuple(token for token, _, _ in found),
        at=tuple(at for _, at, _ in found),
        starts=tuple(place for place, (_, _, is_first) in enumerate(found) if is_first),
    )


def code_lines(code: bytes) -> Iterator[tuple[str, str]]:
    """Each line of a file, and what of it is code: neither comment nor text."""
    text = _decoded(code)
    bare = "".join(
        TEXT + "\n" * match.group().count("\n") if match.lastgroup == "text" else match.group().partition("#")[0]
        for match in _TOKEN.finditer(text)
    )
    return zip(text.split("\n"), bare.split("\n"), strict=True)


def _decoded(code: bytes) -> str:
    return text_of(code[:LONGEST]).replace("\r\n", "\n").replace("\r", "\n")


def _tokens(text: str, given: frozenset[str]) -> Iterator[tuple[str, int, bool]]:
    """Each token that counts, with the number of its line and whether a statement begins with it."""
    line, depth, before, is_first = 0, 0, "", True
    attributes = frozenset(_ATTRIBUTE.findall(text))
    for match in _TOKEN.finditer(text):
        kind, token, at = match.lastgroup, match.group(), line
        if kind in (None, "text", "end"):
            line += token.count("\n")
        if kind == "end":
            is_first = is_first or not depth
        elif kind is not None and not (kind == "text" and is_first and not depth):  # no docstring
            if token in _NEVER_WITHIN and before != ".":
                depth, is_first = 0, True
            if kind == "sign":
                depth = max(0, depth + (token in _OPENING) - (token in _CLOSING))
            is_chosen = kind == "name" and (token in attributes if before == "." else token not in given)
            yield TEXT if kind == "text" else CHOSEN if is_chosen else token, at, is_first
            before, is_first = token, token == ";" and not depth
