"""In which encoding a file is saved, by its first bytes."""

from __future__ import annotations

_MARKS = (
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def text_of(content: bytes) -> str:
    """The text of a file in UTF-8 or, by its marks, in UTF-16 or UTF-32; what does not fit is replaced."""
    return content.decode(wide_encoding(content) or "utf-8", "replace").removeprefix("\ufeff")


def wide_encoding(source: bytes) -> str:
    """The encoding of a file in which a letter takes more than one byte, with its mark or without; else none."""
    for mark, encoding in _MARKS:
        if source.startswith(mark):
            return encoding
    for place, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        high, low = source[place:1000:2], source[1 - place : 1000 : 2]
        if high and high.count(0) * 10 > len(high) * 9 and low.count(0) * 10 < len(low):
            return encoding
    return ""
