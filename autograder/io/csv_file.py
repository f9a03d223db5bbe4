"""A CSV file of a platform, edited cell by cell: whatever is not set stays as it was, byte for byte."""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ..errors import GraderError
from .files import write_atomically
from .spreadsheet import SEPARATORS, read_content
from .text import single_line

_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_MARK = "\ufeff"


@dataclass(frozen=True)
class _Cell:
    """Where a cell stands in the text, quotes included, and what it says."""

    start: int
    end: int
    value: str


class Table:
    """The rows of a CSV file. Row 0 is the header, if no title stands above; rows and columns count from 0."""

    def __init__(self, name: str, data: bytes, heading: str = "") -> None:
        """Read the bytes of a file.

        Args:
            heading: what a column is called; whatever stands above the row with it is a title.

        Raises:
            GraderError: if they are not a table: nothing in them, an open quote, a row longer than the header.
        """
        self.name = name
        self._text, self._encoding = _decoded(data)
        self.separator = max(SEPARATORS, key=lambda separator: _width(self._text, separator))
        self._records = list(_records(name, self._text, self.separator))
        headings = (i for i, record in enumerate(self._records) if heading in (cell.value.strip() for cell in record))
        self._top = next(headings, 0) if heading else 0
        self._set: dict[tuple[int, int], str] = {}
        self._added: list[Mapping[int, str]] = []
        if not self._records or not any(self.header):
            raise GraderError(f"{name} is empty. Download it from the platform again.")
        for index, record in enumerate(self._records):
            if index > self._top and len(record) > len(self.header):
                raise GraderError(
                    f"{name}, row {index + 1} has {len(record)} cells, the header has {len(self.header)}. "
                    "Which cell belongs to which column is not clear, so nothing was written. "
                    "Download the file again, and do not open it in a spreadsheet."
                )

    @cached_property
    def header(self) -> list[str]:
        return [cell.value.strip() for cell in self._records[self._top]] if self._records else []

    @property
    def title(self) -> str:
        """What stands in the first cell above the header; empty if nothing does."""
        return self._records[0][0].value.strip() if self._top else ""

    @property
    def rows(self) -> range:
        """The numbers of the rows below the header that hold anything."""
        return range(self._top + 1, len(self._records))

    def value(self, row: int, column: int) -> str:
        """What a cell says now; empty where a short row has none."""
        record = self._records[row]
        before = record[column].value if column < len(record) else ""
        return self._set.get((row, column), before)

    def set(self, row: int, column: int, value: str) -> None:
        self._set[row, column] = value

    def append(self, cells: Mapping[int, str]) -> None:
        """Add a row below all others, with these values in its columns."""
        self._added.append(cells)

    def column(self, *names: str) -> int | None:
        """The first column with one of these names, in the order of the names; letter case does not count."""
        header = [name.casefold() for name in self.header]
        return next((header.index(name.casefold()) for name in names if name.casefold() in header), None)

    @property
    def text(self) -> str:
        """The whole file, with what was set."""
        parts, position = [], 0
        reached = (0, 0)  # the row and column that is written last
        for (row, column), value in sorted(self._set.items()):
            record = self._records[row]
            if column >= len(record):  # a row that ends early
                start = end = record[-1].end
                last = max(len(record) - 1, reached[1] if reached[0] == row else 0)
                new = self.separator * (column - last) + self._written(value, "")
            else:
                start, end = record[column].start, record[column].end
                new = self._written(value, self._text[start:end])
            parts += [self._text[position:start], new]
            position, reached = end, (row, column)
        parts.append(self._text[position:])
        line_end = "\r\n" if "\r\n" in self._text else "\n"
        if self._added and not self._text.endswith(("\n", "\r")):
            parts.append(line_end)
        for cells in self._added:
            values = (_quoted(cells.get(column, "")) for column in range(len(self.header)))
            parts.append(self.separator.join(values) + line_end)
        return "".join(parts)

    def write(self, path: Path) -> None:
        """Write the file, encoded as it was; as UTF-8 where that encoding lacks a letter that was set.

        Raises:
            GraderError: if the disk does not take it.
        """
        text, encoding = self.text, self._encoding
        try:
            text.encode(encoding)
        except UnicodeEncodeError:
            encoding = "utf-8-sig"  # with a mark, by which spreadsheets tell it
        write_atomically(path, text, encoding)

    def has_decimal_commas(self, *columns: int) -> bool:
        """Whether the file's own numbers in these columns are written as 7,5."""
        return set().union(*(self._decimal_signs[column] for column in columns)) == {","}

    @cached_property
    def _decimal_signs(self) -> defaultdict[int, str]:
        """What parts the decimals of each column's numbers, one sign for each such number."""
        signs: defaultdict[int, str] = defaultdict(str)
        for record in self._records:
            for column, cell in enumerate(record):
                if number := re.fullmatch(r"-?\d+([.,])\d+", cell.value.strip()):
                    signs[column] += number[1]
        return signs

    def _written(self, value: str, before: str) -> str:
        """The cell's text, quoted if it was or must be."""
        must = any(mark in value for mark in (self.separator, '"', "\n", "\r")) or value != value.strip()
        return _quoted(value) if must or before.startswith('"') else value


def _quoted(value: str) -> str:
    return '"' + value.replace('"', '""') + '"'


def read_table(path: Path, heading: str = "") -> Table:
    """Read a platform's file; one of its columns is called `heading`, if a title may stand above.

    Raises:
        GraderError: if it cannot be read or is not a table.
    """
    return Table(single_line(path.name), read_content(path), heading)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text, its byte-order mark included, and the encoding that gives the same bytes back."""
    for mark, encoding in _UTF16.items():
        if data.startswith(mark) and len(data) % 2 == 0:
            return data.decode(encoding, "surrogatepass"), encoding
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1"), "latin-1"


def _width(text: str, separator: str) -> int:
    """How many cells the header has if this separates them; 0 if it cannot."""
    try:
        return len(next(_records("", text, separator), []))
    except GraderError:
        return 0


def _records(name: str, text: str, separator: str) -> Iterator[list[_Cell]]:
    """The records in order, empty lines left out.

    A quote inside a quoted cell is doubled; one that neither ends the cell nor is doubled stands for
    itself, as some platforms write it.
    """
    end_of_cell = f"[{separator}\r\n]"
    # No `*+` behind the group, by which Python before 3.11.5 matches wrongly: giving back finds nothing else.
    quoted = re.compile(rf'"((?:[^"]++|""|"(?!"|{end_of_cell}|\Z))*)"(?={end_of_cell}|\Z)')
    bare = re.compile(rf"[^{separator}\r\n]*")
    position = 1 if text.startswith(_MARK) else 0
    record: list[_Cell] = []
    while position <= len(text):
        match = quoted.match(text, position)
        if match:
            value = match[1].replace('""', '"')
        else:
            match = bare.match(text, position)
            assert match is not None
            value = match[0]
            if value.startswith('"'):
                row = text.count("\n", 0, position) + 1
                raise GraderError(f"{name}, line {row}: a quote is opened but never closed.")
        record.append(_Cell(match.start(), match.end(), value))
        position = match.end()
        if text.startswith(separator, position):
            position += 1
            continue
        if len(record) > 1 or record[0].end > record[0].start:
            yield record
        record = []
        if position == len(text):
            return
        position += 2 if text.startswith("\r\n", position) else 1
