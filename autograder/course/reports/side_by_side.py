"""Lays two files next to each other, function beside function, with the lines that are alike marked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from ...feedback.source_tokens import Source

MOST_LINES = 500
"""Lines of either file that are laid out."""

_BLOCK = re.compile(r"(?:async\s+def|def|class)\s+(\w+)")


@dataclass(frozen=True)
class Line:
    """A line of a file that is more than the starter's; `number` counts from 1."""

    number: int
    text: str
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class LinePair:
    """Two lines side by side; None where the other file has more."""

    left: Line | None
    right: Line | None
    alike: bool


@dataclass(frozen=True)
class Block:
    """A function or class of either file, or, without a name, what stands outside of them."""

    name: str
    rows: tuple[LinePair, ...]


def blocks(left: Source, right: Source, starter: Source) -> list[Block]:
    """Both files without the starter's lines; what comes in another order still stands side by side."""
    given = {tokens for tokens in _by_line(starter).values() if len(tokens) > 1}
    ours, theirs = _split(left, given), _split(right, given)
    return [
        Block(name, tuple(_beside(ours.get(name, []), theirs.get(name, []))))
        for name in dict.fromkeys([*ours, *theirs])
    ]


def _beside(left: Sequence[Line], right: Sequence[Line]) -> Iterator[LinePair]:
    matcher = SequenceMatcher(None, [line.tokens for line in left], [line.tokens for line in right], autojunk=False)
    for kind, start, end, other, other_end in matcher.get_opcodes():
        for i in range(max(end - start, other_end - other)):
            one = left[start + i] if start + i < end else None
            two = right[other + i] if other + i < other_end else None
            yield LinePair(one, two, kind == "equal")


def _split(source: Source, given: set[tuple[str, ...]]) -> dict[str, list[Line]]:
    """The lines that the starter does not have, by the function or class at the margin that they are in."""
    blocks: dict[str, list[Line]] = {}
    name, count = "", 0
    for at, tokens in _by_line(source).items():
        text = source.lines[at]
        if text[:1].strip():
            match = _BLOCK.match(text)
            name = match[1] if match else name if text[0] in ")]}" else ""
        if tokens not in given and count < MOST_LINES:
            blocks.setdefault(name, []).append(Line(at + 1, text, tokens))
            count += 1
    return blocks


def _by_line(source: Source) -> dict[int, tuple[str, ...]]:
    """The tokens of each line that has any."""
    found: dict[int, list[str]] = {}
    for token, at in zip(source.tokens, source.at, strict=True):
        found.setdefault(at, []).append(token)
    return {at: tuple(tokens) for at, tokens in found.items()}
