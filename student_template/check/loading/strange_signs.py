"""Reads signs that word processors and web pages put in place of Python's as what they stand for.

Most of them look like the right ones, or like nothing: whoever pasted their program cannot see why Python
refuses it.
"""

from __future__ import annotations

import html
import re
import unicodedata

_ENTITY = re.compile(r"&(?:lt|gt|amp|quot|apos|nbsp|#\d{1,5});")
_QUOTES = {"'": "\u2018\u2019\u201a", '"': "\u201c\u201d\u201e"}
_OTHERS = {"-": "\u2010\u2011\u2013\u2014\u2212", ",": "\u3001", "...": "\u2026"}
_STAND_FOR = {sign: right for right, signs in {**_QUOTES, **_OTHERS}.items() for sign in signs}
_KEPT = "\t\n\f"


def as_meant(text: str) -> str:
    """The text with such signs read as what they stand for, and those that nobody can see left out."""
    if _ENTITY.search(text):
        text = html.unescape(text)
    return text if text.isascii() and text.isprintable() else "".join(map(_meant, text))


def _meant(sign: str) -> str:
    if sign in _KEPT or " " <= sign <= "~":
        return sign
    if "\uff01" <= sign <= "\uff5e":  # the wide forms of Chinese and Japanese keyboards
        return chr(ord(sign) - 0xFEE0)
    kind = unicodedata.category(sign)
    if kind in ("Zs", "Cf", "Cc"):
        return " " if kind == "Zs" else ""
    return _STAND_FOR.get(sign, sign)


def in_words(before: str, after: str) -> str:
    """The first of the signs of a line that `as_meant` reads as something else."""
    found = next((sign for sign in before if _meant(sign) != sign), "")
    if not found:
        entity = _ENTITY.search(before)
        return f"`{entity[0]}`" if entity else f"`{after}`"
    name = unicodedata.name(found, "a control character").lower()
    seen = f"`{found}`, " if unicodedata.category(found)[0] not in "ZC" else ""
    return f"{seen}U+{ord(found):04X}, {name}"
