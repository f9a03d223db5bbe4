"""CSV files as spreadsheet programs save them, in whatever encoding and with whatever separator."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from .errors import GraderError


def read_sheet(path: Path) -> list[list[str]]:
    """All rows, the header first, each a list of cells.

    Raises:
        GraderError: if the file cannot be read or is no CSV.
    """
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise GraderError(f"{path} cannot be read: {problem.strerror}.") from None
    if content.startswith(b"PK"):
        raise GraderError(f"{path} is no CSV but a zip or a spreadsheet. Save the sheet as CSV first.")
    if b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise GraderError(f"{path} is no CSV: it is no text.")
    text = _decoded(path, content)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as problem:
        raise GraderError(f"{path} is not valid CSV: {problem}.") from None


def _decoded(path: Path, content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise GraderError(f"{path} is no text that can be read. Save it as CSV UTF-8 and try again.")
