"""Reads a notebook: its code cells as one Python source, its Markdown cells as one text.

Nothing is run, and the standard library is enough. What only a notebook understands, as `%matplotlib
inline`, `!pip install` and Otter's own lines, becomes an idle line, so that line numbers stay.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SUFFIX = ".ipynb"
LARGEST = 50_000_000
MOST_PARTS = 5_000_000
"""Bytes of a notebook that are read, and values in it: pictures in outputs make it large, and a few long
texts take less memory than many small lists."""

HEADER = "# The code cells of a notebook, from top to bottom."
_MARK = re.compile(r"# %% \[code cell (\d+)\]")

_KEPT = {"time", "capture", "prun"}
"""Magics that run what follows them, so that what it defines stays defined."""

_CELL_MAGIC = re.compile(r"\s*%%(\w*)")
_TIMED = re.compile(r"^(\s*)%time\s+(?=\S)")
_MAGIC = re.compile(
    r"(?:\w[\w, ]*=\s*)?(?:%{1,2}\w|!|\?{1,2}\w|get_ipython\(\))"  # also x = !ls
    r"|[%\w.]+\?{1,2}\s*$"  # help?
    r"|(?:pip|conda|mamba)\s+\w"  # which may stand without a `%`
)
_OTTER = re.compile(r"(?:import|from)\s+otter\b|\w+\s*=\s*otter\.Notebook\(|grader\.\w+\(")
_OPENING = re.compile(r"#|\'{3}|\"{3}|[\'\"()\[\]{}]")
_CLOSING = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in ("'", '"', "'''", '"""')}


class UnreadableNotebook(ValueError):
    """It cannot be read as a notebook; the text is a sentence that says why."""


@dataclass(frozen=True)
class Notebook:
    """What people wrote in a notebook.

    Attributes:
        source: the code cells, in UTF-8; `place` tells the cell of a line.
        text: the Markdown cells, an empty line between any two.
    """

    source: bytes
    text: str


def is_notebook(name: str) -> bool:
    return name.lower().endswith(SUFFIX)


def read_notebook(content: bytes) -> Notebook:
    """Read a notebook of the formats 3 and 4, whatever state it is in; outputs are not looked at.

    Raises:
        UnreadableNotebook: if this is no notebook.
    """
    lines = [HEADER]
    texts = []
    count = 0
    for kind, text in _cells(_document(content)):
        if kind == "code":
            count += 1
            lines += [f"# %% [code cell {count}]", *_python(text)]
        elif kind in ("markdown", "heading"):
            texts.append(text.strip("\n"))
    source = "\n".join(lines) + "\n"
    return Notebook(source.encode("utf-8", "replace"), "\n\n".join(texts) + "\n" if texts else "")


def is_from_notebook(lines: Sequence[str]) -> bool:
    """Whether a source, by its lines, was made by `read_notebook`."""
    return bool(lines) and lines[0].rstrip("\n") == HEADER


def first_lines(lines: Sequence[str]) -> list[int]:
    """Where the parts of a source begin that do not hang together, counted from 0: a notebook's cells."""
    marks = [number for number, line in enumerate(lines) if _MARK.match(line)]
    return [0, *marks] if is_from_notebook(lines) else [0]


def place(lines: Sequence[str], line: int, last: int | None = None) -> str:
    """A line of a source, counted from 1, in words: "line 12" or "code cell 3, line 4".

    Args:
        last: where it goes on to this line: "lines 12 to 14".
    """
    cell, above = "", 0
    if is_from_notebook(lines):
        for number in range(min(line, len(lines)), 0, -1):
            if match := _MARK.match(lines[number - 1]):
                cell, above = f"code cell {match[1]}, ", number
                break
    first = max(1, line - above)
    return f"{cell}line {first}" if last in (None, line) else f"{cell}lines {first} to {last - above}"


# The file ----------------------------------------------------------------------------------------


def _document(content: bytes) -> dict[str, Any]:
    """The notebook as it stands in the file."""
    if not content.strip():
        raise UnreadableNotebook("The notebook is empty.")
    if sum(content.count(sign) for sign in (b",", b"[", b"{")) > MOST_PARTS:
        raise UnreadableNotebook(
            "The notebook holds too much to be read. Clear its outputs and save it again."
        )
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if is_utf16 else "utf-8-sig", "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError, MemoryError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableNotebook(
            f"The notebook is damaged: its JSON cannot be read{where}. Save it again where you edit it."
        ) from None
    if not isinstance(document, dict) or not any(
        isinstance(document.get(key), list) for key in ("cells", "worksheets")
    ):
        raise UnreadableNotebook("This is not a notebook: it has no cells.")
    return document


def _cells(document: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The kind and the text of each cell; what is not as it should be counts as empty."""
    sheets = document.get("worksheets")
    parts = [document, *(sheets if isinstance(sheets, list) else [])]
    for part in parts:
        cells = part.get("cells") if isinstance(part, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if isinstance(cell, dict):
                text = cell.get("source", cell.get("input", ""))  # format 3 calls it `input`
                if isinstance(text, list):
                    text = "".join(line for line in text if isinstance(line, str))
                text = text if isinstance(text, str) else ""
                if cell.get("cell_type") == "heading":
                    level = cell.get("level")
                    text = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 1) + f" {text}"
                yield str(cell.get("cell_type")), text.replace("\r\n", "\n").replace("\r", "\n")


# Cells -------------------------------------------------------------------------------------------


def _python(cell: str) -> Iterator[str]:
    """A cell's lines as Python, as many as there are."""
    lines = iter(cell.split("\n"))
    for line in lines:
        if not line.strip():
            yield line
            continue
        magic = _CELL_MAGIC.match(line)
        if magic is None:
            yield from _without_magics([line, *lines])
        elif magic[1] in _KEPT:
            yield _idle(line)
            continue  # there may be another below
        else:  # the cell is in another language, or goes elsewhere
            yield _idle(line)
            yield from (f"# {rest}".rstrip() for rest in lines)


def _without_magics(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those idle that only a notebook understands, with what goes on below them."""
    python, left_out = _Reader(), _Reader()
    goes_on = False
    for line in lines:
        start = line.lstrip()
        if goes_on:
            goes_on = left_out.is_open_after(line)
            yield f"# {line}"
        elif python.is_open:
            python.is_open_after(line)
            yield line
        elif _OTTER.match(start) or (_MAGIC.match(start) and not _TIMED.match(line)):
            is_shell = not (_OTTER.match(start) or "get_ipython()" in start)
            left_out = _Reader(only_backslashes=is_shell)
            goes_on = left_out.is_open_after(line)
            yield _idle(line)
        else:
            line = _TIMED.sub(r"\1", line, count=1)
            python.is_open_after(line)
            yield line


class _Reader:
    """Reads a program line by line, to tell whether a string or a bracket goes on in the next one."""

    def __init__(self, *, only_backslashes: bool = False) -> None:
        self.is_open = False
        self._only_backslashes = only_backslashes
        self._depth = 0
        self._quote = ""

    def is_open_after(self, line: str) -> bool:
        goes_on = line.endswith("\\")
        at = 0
        while not self._only_backslashes and at < len(line):
            found = (_CLOSING[self._quote] if self._quote else _OPENING).search(line, at)
            if found is None or found[0] == "#":
                break
            at = found.end()
            if self._quote:
                self._quote = self._quote if found[0].startswith("\\") else ""
            elif found[0][0] in "'\"":
                self._quote = found[0]
            else:
                self._depth = max(0, self._depth + (1 if found[0] in "([{" else -1))
        if len(self._quote) == 1 and not goes_on:
            self._quote = ""  # such a string ends with its line
        self.is_open = goes_on or self._depth > 0 or bool(self._quote)
        return self.is_open


def _idle(line: str) -> str:
    """A line that does nothing, where an empty one might leave a block without a body."""
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}...  # {line.strip()}"
