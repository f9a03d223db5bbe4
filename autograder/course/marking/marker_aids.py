"""What a program can look up for a marker: what was asked, numbers, and passages that stand elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from ...assignment import Assignment
from ...grading.short_answers import prompt_of
from .groups import Group
from .numbers import CheckedNumber, KnownNumbers, check_numbers, known_numbers
from .passages import Passage, Passages


class SecondLook:
    """Looks things up, and remembers what it read."""

    def __init__(self, assignment: Assignment) -> None:
        self._known: dict[str, KnownNumbers] = known_numbers(assignment)
        self._passages = Passages(_known_texts(assignment))
        path = assignment.template / assignment.answers_file
        asked = path.read_text("utf-8") if path.is_file() else ""
        self._prompts = {question.id: prompt_of(question, asked) for question in assignment.answer_questions}

    def prompt(self, group: Group) -> str:
        """What was asked, below its heading."""
        return self._prompts[group.question.id].partition("\n")[2]

    def numbers(self, group: Group) -> tuple[CheckedNumber, ...]:
        known = self._known.get(group.question.id)
        return tuple(check_numbers(group.answer, known)) if known else ()

    def passages(self, group: Group, others: Iterable[Group]) -> tuple[Passage, ...]:
        alike = [other for other in others if other.question == group.question]
        for other in alike:
            self._passages.add(other.row, other.answer)
        return self._passages.of(group.row, [other.row for other in alike])


def _known_texts(assignment: Assignment) -> dict[str, str]:
    """What students were given, and the model answers."""
    handed_out = [path.read_text("utf-8") for path in sorted(assignment.template.glob("*.md"))]
    model = assignment.root / "solutions" / assignment.answers_file
    texts = {"what was handed out": "\n\n".join(handed_out)}
    return texts | ({"the model answer": model.read_text("utf-8")} if model.is_file() else {})
