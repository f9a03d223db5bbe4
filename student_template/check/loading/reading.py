"""Reads a student's file, in any encoding and with errors in it, as top-level statements; nothing is run."""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Iterator

from . import notebook
from .blocks import UNREADABLE, Block, blocks_of, join, parse_block, unreadable
from .definitions import never_reached, stubs_below, without_stubs_of_what_is_written
from .encoding import wide_encoding
from .problems import MOST_PROBLEMS, Problem, cut, first_of
from .strange_signs import as_meant, in_words

MOST_BROKEN = 100
"""Blocks that cannot be read for which it is seen whether they go on: a file of any length is read in time
that grows with its length."""

_STARTS_AFRESH = re.compile(r"@|((async\s+)?def|class|import|from)\b")


def parse(source: bytes, filename: str) -> tuple[list[ast.stmt], list[Problem]]:
    """The top-level statements that can be read, and what is wrong; nothing is run."""
    problems: list[Problem] = []
    statements = parse_lines(decode(source, problems).split("\n"), filename, problems)
    return statements, list(first_of(problems))


def decode(source: bytes, problems: list[Problem]) -> str:
    """Turn a file's bytes into text with `\\n` line ends, noting what Python itself would refuse."""
    if encoding := wide_encoding(source):
        text = source.decode(encoding, errors="replace").removeprefix("\ufeff")
        problems.append(Problem(1, f"the file is saved as {encoding[:6].upper()}. Save it as UTF-8."))
    else:
        text = _decode_by_cookie(source, problems)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problems.append(Problem(line, "there is a null byte here, which Python refuses. It is left out."))
        text = text.replace("\0", "")
    return text


def _decode_by_cookie(source: bytes, problems: list[Problem]) -> str:
    first_lines = iter(source.splitlines(keepends=True)[:2])
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(first_lines, b""))
    except SyntaxError:
        encoding = "utf-8-sig"
    try:
        return source.decode(encoding)
    except (ValueError, LookupError) as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = source[:start].count(b"\n") + 1
        name = encoding.removesuffix("-sig").upper()
        text = f"a character here is not {name}, so the file is read as Latin-1. Save it as UTF-8."
        problems.append(Problem(line, text))
        return source.decode("latin-1")


def parse_lines(lines: list[str], filename: str, problems: list[Problem]) -> list[ast.stmt]:
    """The top-level statements; a file that does not parse loses the blocks that hold the errors."""
    starts = notebook.first_lines(lines)
    ends = [*starts[1:], len(lines)]
    parts = [Block(start, tuple(lines[start:end])) for start, end in zip(starts, ends, strict=True)]
    statements = [statement for part in parts for statement in _parse_part(part, lines, filename, problems)]
    if notebook.is_from_notebook(lines):
        problems += [Problem(line, text) for line, text in notebook.not_run(lines)]
    else:
        problems += stubs_below(statements)
    problems += never_reached(statements)
    return without_stubs_of_what_is_written(statements)


def _parse_part(part: Block, lines: list[str], filename: str, problems: list[Problem]) -> list[ast.stmt]:
    """The statements of a whole file, or of one cell of a notebook: no error reaches beyond it."""
    if not notebook.is_from_notebook(lines):  # it may have been one
        part = Block(part.start, tuple(notebook.without_otter(part.lines)))
    try:
        return parse_block(part, filename)
    except UNREADABLE:
        pass
    if not notebook.is_from_notebook(lines):
        part = _without_magics(part, problems)
    blocks = blocks_of(part)
    statements: list[ast.stmt] = []
    broken, broken_until = 0, -1
    index = 0
    while index < len(blocks):
        block = blocks[index]
        taken = 1
        try:
            statements += parse_block(block, filename)
        except UNREADABLE as error:
            broken += 1
            joined = join(blocks, index, filename) if broken <= MOST_BROKEN else None
            if (read := _read_as_meant(block, filename)) is not None:
                statements += read
                problems += _strange_sign(block, problems)
            elif joined is not None:
                taken, more = joined
                statements += more
            else:
                goes_on = broken_until == block.start and not _STARTS_AFRESH.match(block.lines[0])
                if not goes_on and len(problems) <= MOST_PROBLEMS:  # else it was reported, or is not told
                    problems.append(unreadable(block, error, lines))
                broken_until = block.end
        index += taken
    return statements


_STRANGE = "a character here is not one of Python's"


def _read_as_meant(block: Block, filename: str) -> list[ast.stmt] | None:
    """The statements of a block with signs in it that are not Python's; None if they do not make it one."""
    text = "\n".join(block.lines)
    meant = as_meant(text)
    if meant == text:
        return None
    try:
        return parse_block(Block(block.start, tuple(meant.split("\n"))), filename)
    except UNREADABLE:
        return None


def _strange_sign(block: Block, problems: list[Problem]) -> Iterator[Problem]:
    """The sentence on such signs, once for a file."""
    if any(problem.text.startswith(_STRANGE) for problem in problems):
        return
    for number, line in enumerate(block.lines, block.start + 1):
        if (meant := as_meant(line)) != line:
            text = (
                f"{_STRANGE}: {in_words(line, meant.strip())}. Here and below, such characters are read as what they "
            )
            yield Problem(number, text + "stand for. Retype them.")
            return


def _without_magics(part: Block, problems: list[Problem]) -> Block:
    """A program without the lines that only a notebook understands: those that export one leave them in."""
    lines = tuple(notebook.without_magics(part.lines))
    for number, (before, after) in enumerate(zip(part.lines, lines, strict=True), part.start + 1):
        if before != after and before.lstrip().startswith(("!", "%", "?")):
            text = f"`{cut(before.strip())}` works in a notebook only. It is left out."
            problems.append(Problem(number, text))
    return Block(part.start, lines)
