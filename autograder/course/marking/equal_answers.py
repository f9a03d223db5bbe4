"""Gives an answer that is handed in later the mark that the same answer has already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from ...assignment import Assignment
from ...io.terminal import named
from ...io.text import pluralize
from ...mark import Mark
from ..gradebook.database import Gradebook
from .groups import groups


def mark_twins(gradebook: Gradebook, assignment: Assignment) -> list[Mark]:
    """Save the marks of those who give an answer that is marked, and have none for it; who else gives it now, or once
    gave it, is the same to a marker. Where the same answer has more than one mark, a person has to say which."""
    marks = gradebook.marks()
    by_answer: defaultdict[tuple[str, str], list[Mark]] = defaultdict(list)
    for mark in marks.values():
        by_answer[mark.question, mark.answer].append(mark)
    fresh: defaultdict[str, list[Mark]] = defaultdict(list)
    for group in groups(gradebook, assignment) if marks else ():
        twins = by_answer[group.key]
        if len({replace(twin, student="") for twin in twins}) == 1:
            without = [student for student in group.students if (student, *group.key) not in marks]
            missing = [student for student in without if not _had(gradebook, (student, *group.key))]
            if missing:
                fresh[_source(gradebook, twins[0])] += [replace(twins[0], student=student) for student in missing]
    for source, found in fresh.items():
        gradebook.save_marks(found, source)
    return [mark for found in fresh.values() for mark in found]


def _had(gradebook: Gradebook, key: tuple[str, str, str]) -> bool:
    """Whether this answer of this student had a mark that was withdrawn: a person meant that."""
    return any(event.mark.key == key for event in gradebook.given(key[0]))


def _source(gradebook: Gradebook, mark: Mark) -> str:
    """Where it is from, for the history."""
    events = [event.sheet for event in gradebook.given(mark.student) if event.mark.key == mark.key]
    return f"{events[-1]}, for the same answer"


def twins_said(marks: Sequence[Mark]) -> list[str]:
    """A sentence on the marks that were given so, if any were."""
    if not marks:
        return []
    students = named(sorted({mark.student for mark in marks}))
    are, have = ("is", "has") if len(marks) == 1 else ("are", "have")
    answers = pluralize(len(marks), "answer")
    return [f"{answers} {are} the same as one that was marked, and {have} its mark at once: {students}."]
