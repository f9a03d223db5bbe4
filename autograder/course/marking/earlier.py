"""What a student had written before, where it was marked and is another text now."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from ...mark import Mark, fingerprint
from ..gradebook.database import Gradebook

LONGEST_COMPARED = 2_000
"""Words of each of two answers that are compared."""


def text_of(gradebook: Gradebook, mark: Mark) -> str:
    """The answer for which a mark stands; empty if its student never gave it."""
    for entry in reversed(gradebook.history(mark.student)):
        for found in entry.result.questions:
            if found.id == mark.question and found.answer and fingerprint(found.answer) == mark.answer:
                return found.answer
    return ""


def compare(old: str, new: str) -> Iterable[tuple[str, str]]:
    """What stayed, went and came from one text to the other, word by word."""
    before, after = (re.findall(r"\S+\s*", text)[:LONGEST_COMPARED] for text in (old, new))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for _, start, end, other, last in matcher.get_opcodes():
        if before[start:end] == after[other:last]:
            yield " ", "".join(after[other:last])
            continue
        yield from _piece("-", before[start:end])
        yield from _piece("+", after[other:last])


def _piece(kind: str, words: Sequence[str]) -> Iterable[tuple[str, str]]:
    if words:
        yield kind, "".join(words)
