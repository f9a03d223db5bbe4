"""Reads a notebook: its code cells as one Python source, its Markdown cells as one text.

Nothing is run, and the standard library is enough. What only a notebook understands, as `%matplotlib
inline`, `!pip install` and Otter's own lines, becomes an idle line, so that line numbers stay.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .encoding import text_of

SUFFIX = ".ipynb"
LARGEST = 50_000_000
MOST_PARTS = 5_000_000
"""Bytes of a notebook that are read, and values in it: pictures in outputs make it large, and a few long
texts take less memory than many small lists."""

MOST_CELLS, MOST_TEXT = 5_000, 1_000_000
"""Cells of a notebook, and characters in all of them: as many as a code file may have."""

LONGEST_MAGIC = 300
"""Characters of a line that names a file to write."""

CLEAR = "Clear its outputs and save it again."

HEADER = "# The code cells of a notebook, from top to bottom."
_MARK = re.compile(r"# %% \[(code|Markdown|raw) cell (\d+)\]")

_OTHER_LANGUAGES = """
    ! R SVG ai bash bigquery cmd css cython dot file fortran html HTML javascript js julia latex markdown
    mermaid perl powershell pwsh pypy python python2 python3 ruby script sh sql svg sx system writefile
"""
_ELSEWHERE = frozenset(_OTHER_LANGUAGES.split())
"""Magics that hand their cell to something else. Whatever others there are run it here, so it is run."""

_KNOWN = "capture debug heat ipytest lprun memit mprun prun pyinstrument scalene snakeviz time timeit wandb"
_RUN_HERE = frozenset(_KNOWN.split())
"""Magics below which a definition is what it would be without them."""

_CELL_MAGIC = re.compile(r"\s*%%(!|\w*)")
_DEFINES = re.compile(r"(?:(?:async\s+)?def|class)\s+(\w+)\s*[(:]")
_IDLE_MAGIC = re.compile(r"\.\.\.  # (%%(?:!|\w+))")
_TIMED = re.compile(r"^(\s*)%time\s+(?=\S)")
_MAGIC = re.compile(
    r"(?:\w[\w, ]*=\s*)?(?:%{1,2}\w|!|\?{1,2}\w|get_ipython\(\))"  # also x = !ls
    r"|[%\w.]+\?{1,2}\s*$"  # help?
    r"|(?:pip|conda|mamba)\s+\w"  # which may stand without a `%`
)
_OTTER = re.compile(r"(?:import|from)\s+otter\b|\w+\s*=\s*otter\.Notebook\(|grader\.\w+\(")
_EXPORTED = re.compile(r"get_ipython\(\)\.(?:system|getoutput|run_line_magic)\(.*\)\s*$")
_OPENING = re.compile(r"#|\'{3}|\"{3}|[\'\"()\[\]{}]")
_CLOSING = {quote: re.compile(rf"\\.|{quote}", re.DOTALL) for quote in ("'", '"', "'''", '"""')}


_PROGRAM = re.compile(rb"^(?:def|class|import|from)\s+\w", re.MULTILINE)


class UnreadableNotebook(ValueError):
    """It cannot be read as a notebook; the text is a sentence that says why."""


@dataclass(frozen=True)
class Notebook:
    """What people wrote in a notebook.

    Attributes:
        source: the code cells, in UTF-8; `place` tells the cell of a line. Below them, as comments, the
            other cells that define what no code cell does: for `not_run`.
        text: the Markdown and raw cells, and prose in code cells; an empty line between any two.
    """

    source: bytes
    text: str


def is_notebook(name: str) -> bool:
    return name.lower().endswith(SUFFIX)


def read_notebook(content: bytes) -> Notebook:
    """Read a notebook of the formats 3 and 4, whatever state it is in; outputs are not looked at.

    Raises:
        UnreadableNotebook: if this is not a notebook.
    """
    lines = [HEADER]
    texts = []
    elsewhere: list[tuple[str, str]] = []
    counts: Counter[str] = Counter()
    for kind, text in _few(_cells(_document(content))):
        name = {"code": "code", "raw": "raw"}.get(kind, "Markdown")
        counts[name] += 1
        if kind == "code":
            first, _, rest = text.partition("\n")
            if (written := _writes(first)) and not written.endswith(".py"):
                texts.append(rest.strip("\n"))
            if is_prose(text):
                texts.append(text.strip("\n"))
            lines += [f"# %% [code cell {counts[name]}]", *_python(text)]
            continue
        elsewhere.append((f"# %% [{name} cell {counts[name]}]", text))
        if kind in ("markdown", "heading", "raw"):
            texts.append(text.strip("\n"))
    defined = _defined(lines)  # before what follows: a copy in a text is not a loss
    for mark, text in elsewhere:
        if _defined(text.split("\n")) - defined:
            lines += [mark, *_commented(text.split("\n"))]
    source = "\n".join(lines) + "\n"
    return Notebook(source.encode("utf-8", "replace"), "\n\n".join(texts) + "\n" if texts else "")


def read_code(name: str, content: bytes) -> Notebook:
    """A code file in either form, which its content tells rather than its name.

    Raises:
        UnreadableNotebook: if it can only be meant as a notebook, and is not one that can be read.
    """
    is_misnamed = is_notebook(name) and _PROGRAM.search(content) and not looks_like_notebook(content)
    if looks_like_notebook(content) or (is_notebook(name) and not is_misnamed):
        return read_notebook(content)
    return Notebook(content, "")


def looks_like_notebook(content: bytes) -> bool:
    """Whether a file of any name can only be meant as a notebook; `read_notebook` tells if it is one."""
    text = _text(content[:100_000]).lstrip()
    return text.startswith("{") and any(f'"{key}"' in text for key in ("cells", "worksheets", "nbformat"))


def not_run(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Of a source made by `read_notebook`: lines, from 1, of cells whose definitions do not count, and why.

    A cell may be text, or be handed to something other than Python.
    """
    why = ""
    start = 0
    told: set[str] = set()
    for number, line in enumerate(lines, 1):
        if match := _MARK.match(line):
            start, why = number + 1, ""
            if match[1] != "code":
                why = f"this is a {match[1]} cell, and only code cells are run"
        elif (match := _IDLE_MAGIC.match(line)) and match[1][2:] in _ELSEWHERE:
            why = f"`{match[1]}` hands this cell to something other than Python"
        elif match and match[1][2:] not in _RUN_HERE | told:
            told.add(match[1][2:])
            yield number, f"`{match[1]}` is not known here: its cells are run like any other."
        elif why and line.startswith("# ") and (match := _DEFINES.match(line[2:])):
            yield start, f"{why}. So `{match[1]}` is not defined by it."
            why = ""


def files_written(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Of a source made by `read_notebook`: the lines that write a Python file, and the file's name.

    What a cell writes counts as if it stood in the cell.
    """
    for number, line in enumerate(lines, 1):
        written = _writes(line.removeprefix("...  # ")) if line.startswith("...  # ") else None
        if written and written.endswith(".py"):
            yield number, written


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
                cell, above = f"{match[1]} cell {match[2]}, ", number
                break
    first = max(1, line - above)
    return f"{cell}line {first}" if last in (None, line) else f"{cell}lines {first} to {last - above}"


# The file ----------------------------------------------------------------------------------------


def _document(content: bytes) -> dict[str, Any]:
    """The notebook as it stands in the file."""
    if not content.strip():
        raise UnreadableNotebook("The notebook is empty.")
    if len(content) > LARGEST:
        raise UnreadableNotebook(f"The notebook has {len(content):,} bytes, and at most {LARGEST:,} are read. {CLEAR}")
    if (parts := sum(content.count(sign) for sign in (b",", b"[", b"{"))) > MOST_PARTS:
        raise UnreadableNotebook(
            f"The notebook holds up to {parts:,} values, and at most {MOST_PARTS:,} are read. {CLEAR}"
        )
    try:
        document = json.loads(_text(content))
    except (ValueError, RecursionError, MemoryError) as error:
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UnreadableNotebook(
            f"The notebook is damaged: its JSON cannot be read{where}. Save it again in your editor."
        ) from None
    if not isinstance(document, dict) or not any(
        isinstance(document.get(key), list) for key in ("cells", "worksheets")
    ):
        raise UnreadableNotebook("This is not a notebook: it has no cells.")
    return document


def _text(content: bytes) -> str:
    if content[:2] in (b"{\0", b"\0{"):  # UTF-16 without its mark
        return content.decode("utf-16-le" if content[1] == 0 else "utf-16-be", "replace")
    return text_of(content)


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


def _few(cells: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The cells, as long as they are no more than a person writes."""
    count = size = 0
    for kind, text in cells:
        count, size = count + 1, size + len(text)
        if count > MOST_CELLS:
            raise UnreadableNotebook(
                f"The notebook has more than {MOST_CELLS:,} cells, which are too many to read. "
                "Delete those that you do not need, and save it again."
            )
        if size > MOST_TEXT:
            raise UnreadableNotebook(
                f"The notebook's cells hold more than {MOST_TEXT:,} characters, without outputs, which are "
                "too many to read. Take data out of them, and save it again."
            )
        yield kind, text


# Cells -------------------------------------------------------------------------------------------


def _python(cell: str) -> Iterator[str]:
    """A cell's lines as Python, as many as there are."""
    lines = iter(cell.split("\n"))
    for line in lines:
        magic = _CELL_MAGIC.match(line)
        if not line.strip():
            yield line
        elif magic is None:
            yield from without_magics([line, *lines])
        else:
            yield _idle(line)
            if magic[1] in _ELSEWHERE and not (_writes(line) or "").endswith(".py"):
                yield from _commented(lines)


def _writes(line: str) -> str | None:
    """The text file that the first line of a cell says to write the rest to."""
    magic, *names = (line.split() if len(line) <= LONGEST_MAGIC else []) or [""]
    if magic not in ("%%file", "%%writefile"):
        return None
    name = " ".join(names[1:] if names[:1] in (["-a"], ["--append"]) else names).strip("\"'")
    return name if name.endswith((".py", ".md", ".txt")) and not {'"', "'"} & set(name) else None


def is_prose(cell: str) -> bool:
    """Whether somebody wrote a text, such as a short answer, into a code cell."""
    words = sum(word.isalpha() for word in cell.replace(",", " ").replace(".", " ").split())
    return words >= 20 and 30 * sum(map(cell.count, "=()[]{}_:")) <= len(cell) and not _defined(cell.split("\n"))


def _commented(lines: Iterable[str]) -> Iterator[str]:
    return (f"# {line}".rstrip() for line in lines)


def _defined(lines: Iterable[str]) -> set[str]:
    """The names of the functions and classes that begin in the first column."""
    return {match[1] for line in lines if (match := _DEFINES.match(line))}


def without_magics(lines: Sequence[str]) -> Iterator[str]:
    """The lines, those idle that only a notebook understands, with what goes on below them."""
    python, left_out = Reader(), Reader()
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
            left_out = Reader(only_backslashes=is_shell)
            goes_on = left_out.is_open_after(line)
            yield _idle(line)
        else:
            line = _TIMED.sub(r"\1", line, count=1)
            python.is_open_after(line)
            yield line


def without_otter(lines: Sequence[str]) -> Sequence[str]:
    """A program's lines, those idle that a notebook with Otter's `grader` leaves in when it is exported."""
    if not any("otter.Notebook(" in line for line in lines):
        return lines
    return [_idle(line) if _OTTER.match(line) or _EXPORTED.match(line) else line for line in lines]


class Reader:
    """Reads a program line by line, to tell whether a string or a bracket goes on in the next one."""

    def __init__(self, *, only_backslashes: bool = False) -> None:
        self.is_open = False
        self._only_backslashes = only_backslashes
        self._depth = 0
        self._quote = ""

    @property
    def is_in_long_string(self) -> bool:
        return len(self._quote) == 3

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
