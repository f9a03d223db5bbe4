"""What a student had written before, where it was marked and is another text now."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from ...io.text import format_points
from ...mark import Mark, Marks, fingerprint
from ..gradebook.database import Gradebook
from .groups import Group

LONGEST_COMPARED = 2_000
"""Words of each of two answers that are compared."""


def text_of(gradebook: Gradebook, mark: Mark) -> str:
    """The answer for which a mark stands; empty if its student never gave it."""
    for entry in reversed(gradebook.history(mark.student)):
        for found in entry.result.questions:
            if found.id == mark.question and found.answer and fingerprint(found.answer) == mark.answer:
                return found.answer
    return ""


def earlier_answers(gradebook: Gradebook, answers: Iterable[Group], marks: Marks) -> dict[str, str]:
    """For each answer whose student had a mark for another text: that mark, that text, and what is different now.

    Args:
        marks: as they count now.

    Returns:
        The texts, by the answer's row.
    """
    before: dict[tuple[str, str], list[Mark]] = {}
    for mark in marks.values():
        before.setdefault((mark.student, mark.question), []).append(mark)
    found = {}
    for group in answers:
        if group.mark is None:
            had = (mark for student in group.students for mark in before.get((student, group.question.id), ()))
            texts = ((mark, text_of(gradebook, mark)) for mark in had if mark.answer != group.fingerprint)
            if known := next(((mark, text) for mark, text in texts if text), None):
                found[group.row] = _said(*known, group.answer)
    return found


def _said(mark: Mark, old: str, new: str) -> str:
    items = "; ".join(f"{i.id} {format_points(i.points)} of {format_points(i.possible)}" for i in mark.items)
    points = f"{format_points(mark.points)} of {format_points(mark.possible)}{f' ({items})' if items else ''}"
    sides = {" ": "{}", "-": "[-{}-]", "+": "{{+{}+}}"}
    difference = "".join(
        sides[kind].format(piece.rstrip()) + piece[len(piece.rstrip()) :] for kind, piece in compare(old, new)
    )
    comment = f"\nThe comment was: {mark.comment}" if mark.comment else ""
    return f"Got {points} for:{comment}\n{old}\n\nNow, [-gone-] and {{+new+}}:\n{difference}"


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
