"""Makes any text harmless, in one place: names, messages and answers come from strangers."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable

_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters: they steer terminals and break XML
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of what follows
    "\u2028\u2029\ufeff"  # line ends that only some programs see, the byte-order mark
    "\ud800-\udfff\ufffe\uffff]"  # lone surrogates and non-characters: UTF-8 cannot hold the former
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FORMULA_WITHIN = re.compile(r"([;\t\n])(?=[=@]|[+-]\S)")
"""Where a program that separates cells by semicolons or tabs begins one, whatever stands in quotes."""

_MAY_BE_FORMULA = re.compile(r"(^|[;\t\r\n])(?='*(?:[=+\-@\t\r]))")
"""The same, and whatever apostrophes stand before it already: one more, or one less, tells them apart."""
_GUARD = re.compile(r"(^|[;\t\r\n])'(?='*(?:[=+\-@\t\r]))")


_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "\u0131": "i"}
)
"""Letters that have no accent to take off, and stand in most alphabets beside those that they are made of."""

_DIGITS, _LONGEST_NUMBER = re.compile(r"[0-9]+"), 20


def escape_control(text: str) -> str:
    """The text with every harmful character written out, as `\\x1b` or `\\udc80`.

    Line ends become `\\n`; tabs stay. What is returned can be encoded, printed and put, escaped,
    into HTML.
    """
    if text.isprintable():  # most texts are: nothing that is harmful is
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HARMFUL.sub(lambda match: _written_out(match.group()), text)


def single_line(text: str) -> str:
    """`escape_control`, on one line: what a name or a title is."""
    return escape_control(text).replace("\n", "\\n").replace("\t", "\\t")


def truncate(text: str, limit: int) -> str:
    """`escape_control`, at most `limit` characters of it, saying how many were left out."""
    text = escape_control(text)
    left_out = len(text) - limit
    return text if left_out <= 0 else f"{text[:limit]} ... ({left_out:,} more characters)"


def csv_safe(text: str, show: Callable[[str], str] = escape_control) -> str:
    """`escape_control` (or `single_line`), as a cell that no spreadsheet takes for a formula."""
    shown = _FORMULA_WITHIN.sub(r"\1'", show(text))
    return "'" + shown if text.startswith(_FORMULA) or shown.startswith(_FORMULA) else shown


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet takes for a formula, and from which `unguarded` has it back."""
    return _MAY_BE_FORMULA.sub(r"\1'", text)


def unguarded(cell: str) -> str:
    """The text that `guarded` made a cell of; one that a person typed stays as it is."""
    return _GUARD.sub(r"\1", cell)


def first_few(names: Iterable[str], most: int, between: str = ", ") -> str:
    """The first of some names, and how many more there are."""
    names = list(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return between.join(names[:most]) + more


def number(text: str) -> float | None:
    """The number that a person typed, with a point or a comma; None for anything else."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def format_points(value: float | None) -> str:
    """Points to the cent without idle zeros: 8, 7.5, 6.67; nothing for None."""
    if value is None:
        return ""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def in_alphabet(text: str) -> tuple[str, str]:
    """What to sort names by: accents, capitals and signs do not count, and 10 comes behind 2."""
    words = "".join(c if c.isalnum() else " " for c in without_accents(text))
    return _DIGITS.sub(lambda number: number.group().zfill(_LONGEST_NUMBER), words), text


def without_accents(text: str) -> str:
    """The text in small letters and without accents: `lucia` of Lucía, `soren` of Søren."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return bare.translate(_LETTERS)


def pluralize(count: int, noun: str, plural: str = "") -> str:
    """1 answer, 2 answers, 1,200 answers."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def _written_out(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
