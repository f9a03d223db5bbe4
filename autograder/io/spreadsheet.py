"""CSV files as spreadsheet programs save them, in whatever encoding and with whatever separator."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..errors import GraderError

SEPARATORS = (",", ";", "\t")


def read_sheet(path: Path, separator: str = "") -> list[list[str]]:
    """All rows, the header first, each a list of cells.

    Args:
        separator: the delimiter; if empty, the one that is most frequent in the first line.

    Raises:
        GraderError: if the file cannot be read or is not a CSV.
    """
    text = _decoded(path, read_content(path))
    first, _, rest = text.partition("\n")
    separator = separator or max(SEPARATORS, key=first.count)
    if first.startswith("sep="):  # a line that is for Excel alone
        separator, text = first.strip().removeprefix("sep=") or separator, rest
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except (csv.Error, TypeError) as error:
        raise GraderError(f"{path} is not valid CSV: {error}.") from None


def read_content(path: Path) -> bytes:
    """The bytes of a file that may be a CSV.

    Raises:
        GraderError: if it cannot be read or is a spreadsheet.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GraderError(f"{path} cannot be read: {error.strerror}.") from None
    if content.startswith(b"PK\x03\x04"):
        raise GraderError(f"{path} is not a CSV but a zip or a spreadsheet. Save it as CSV first.")
    return content


def _decoded(path: Path, content: bytes) -> str:
    marked = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in content and not marked:
        raise GraderError(f"{path} is not a CSV: it is not text.")
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise GraderError(f"{path} is not text that can be read. Save it as CSV UTF-8 and try again.")
