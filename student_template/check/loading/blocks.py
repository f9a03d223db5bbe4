"""The blocks of a program: lines that belong to one top-level statement, so that an error costs its own."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass
from itertools import islice

from . import notebook
from .problems import Problem, message_of

MOST_BEHIND = 20_000
"""Characters behind a block that are looked at for where it goes on: what is read grows with the file's length."""

UNREADABLE = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)
"""What Python raises of a text that is no program to it."""

_CONTINUES = re.compile(r"[\s#)\]}]|(else|elif|except|finally)\b")
_DEFINES = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} ")


@dataclass(frozen=True)
class Block:
    """Lines that belong to one top-level statement; `start` counts from 0."""

    start: int
    lines: tuple[str, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.lines)


def blocks_of(part: Block) -> list[Block]:
    """Cut where a line starts in the first column; decorators belong to what follows."""
    lines = part.lines
    starts = []
    after_decorator = False
    for number, line in enumerate(lines):
        line = line.lstrip("\f")
        if not line or _CONTINUES.match(line):
            continue
        if not after_decorator:
            starts.append(number)
        after_decorator = line.startswith("@")
    if not starts or not all(_is_empty(line) for line in lines[: starts[0]]):
        starts.insert(0, 0)  # indented lines at the very top
    ends = [*starts[1:], len(lines)]
    return [Block(part.start + start, tuple(lines[start:end])) for start, end in zip(starts, ends, strict=True)]


def parse_block(block: Block, filename: str) -> list[ast.stmt]:
    """Parse a block; line numbers are the file's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse("\n".join(block.lines) + "\n", filename)
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) + block.start
        raise
    return ast.increment_lineno(tree, block.start).body


def join(blocks: list[Block], index: int, filename: str) -> tuple[int, list[ast.stmt]] | None:
    """Join a block that ends inside a string or a bracket with those behind it, up to where that ends.

    Such may hold lines that start in the first column. Nothing else that follows mends a block.

    Returns:
        How many blocks were joined, and their statements; None if that makes no statement.
    """
    reader = notebook.Reader()
    lines: list[str] = []
    left = MOST_BEHIND
    for count, block in enumerate(islice(blocks, index, None), 1):
        for line in block.lines:
            reader.is_open_after(line)
        lines += block.lines
        left -= sum(map(len, block.lines)) + len(block.lines) if count > 1 else 0
        if not reader.is_open or left < 0:
            break
    if count == 1 or reader.is_open:
        return None
    try:
        return count, parse_block(Block(blocks[index].start, tuple(lines)), filename)
    except UNREADABLE:
        return None


def unreadable(block: Block, error: BaseException, lines: list[str]) -> Problem:
    """The sentence on a block that cannot be read, and what is lost with it."""
    first, last = block.start + 1, block.end
    while last > first and _is_empty(block.lines[last - 1 - block.start]):
        last -= 1
    line = min(max(getattr(error, "lineno", None) or first, first), last)
    names = [match[1] for text in block.lines if (match := _DEFINES.match(text))]
    lost = f"`{names[0]}`" if names else "it"
    where = notebook.place(lines, first, last)
    what = f"Python cannot read this: {message_of(error)}"
    if any(_CONFLICT.match(text) for text in block.lines):
        what = (
            "git could not merge two versions here and left both. Keep one, and delete the lines that begin "
            "with `<<<<<<<`, `=======` and `>>>>>>>`"
        )
    text = f"{what}. So {lost} is left out ({where})."
    return Problem(line, text, loses=names[0] if names else "")


def _is_empty(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")
