"""What the report shows of works that are alike: code and short answers, the closest two side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ...assignment import Assignment, Question
from ...feedback.source_tokens import Source, names_in, read_source
from ...result import Result
from ..known_works import KnownWork
from ..marking.passages import Text
from ..similarity import ANSWERS, CODE, RUN, Group, Pieces, Scale, groups, pieces_of_code, pieces_of_text
from .side_by_side import Block, blocks

SHOWN_GROUPS = 40
"""Groups of which the closest two are laid side by side."""

PART_OF_ALL = 3
"""A file with less than one part in so many of what the reference has is not compared: two beginners write the
first question alike."""


@dataclass(frozen=True)
class AlikeCode:
    """Students whose code is alike; the blocks are those of the closest pair."""

    group: Group
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class AlikeAnswers:
    """Students whose answers to a question are alike; the pieces are those of the closest pair, shared or not."""

    question: Question
    group: Group
    one: tuple[tuple[str, bool], ...] = ()
    two: tuple[tuple[str, bool], ...] = ()


class SimilarWorks:
    """Takes in one student after the other; of code it keeps the pieces alone."""

    def __init__(self, assignment: Assignment, known: Iterable[KnownWork]) -> None:
        path = assignment.template / assignment.code_file
        self._template = path.read_bytes() if path.is_file() else b""
        self._names = names_in(self._template)
        self._template_code = pieces_of_code(self._read(self._template))
        handed_out = (page.read_text("utf-8", "replace") for page in sorted(assignment.template.glob("*.md")))
        self._template_text = pieces_of_text("\n".join(handed_out))
        self._questions = assignment.answer_questions
        self._code: dict[str, Pieces] = {}
        self._answers: dict[str, dict[str, str]] = {question.id: {} for question in self._questions}
        self._known = {work.name: work for work in known}
        reference = (
            pieces_of_code(self._read(assignment.reference.read_bytes())) if assignment.reference.is_file() else {}
        )
        part = sum(weight for piece, weight in reference.items() if piece not in self._template_code) // PART_OF_ALL
        self._scale = Scale(max(CODE.least, part), CODE.nearly)

    def add(self, result: Result, code: bytes | None) -> None:
        if code is not None:
            self._code[result.student] = self._pieces(code)
        for question in result.questions:
            if question.answer and question.id in self._answers:
                self._answers[question.id][result.student] = question.answer

    def code(self, code_of: Callable[[str], bytes | None]) -> list[AlikeCode]:
        """The groups.

        Args:
            code_of: gives once more the file that `add` was told of, by the student.
        """
        known = {name: work.code for name, work in self._known.items() if work.code}
        found = groups(self._code, {name: self._pieces(code) for name, code in known.items()}, self._scale)
        laid_out = []
        for at, group in enumerate(found):
            pair = group.pairs[0]
            left = code_of(pair.one) or b""
            right = (known[pair.two] if pair.is_known else code_of(pair.two)) or b""
            sources = (self._read(code) for code in (left, right, self._template))
            laid_out.append(AlikeCode(group, tuple(blocks(*sources)) if at < SHOWN_GROUPS else ()))
        return laid_out

    def answers(self) -> Iterator[AlikeAnswers]:
        """The groups, one question after the other."""
        for question in self._questions:
            texts = self._answers[question.id]
            known = {n: work.answers[question.id] for n, work in self._known.items() if question.id in work.answers}
            runs = [{name: self._runs(text) for name, text in some.items()} for some in (texts, known)]
            for at, group in enumerate(groups(runs[0], runs[1], ANSWERS)):
                pair = group.pairs[0]
                one, two = (
                    Text(text, RUN) for text in (texts[pair.one], (known if pair.is_known else texts)[pair.two])
                )
                beside = one.pieces(one.shared(two.runs)), two.pieces(two.shared(one.runs))
                yield AlikeAnswers(question, group, *(beside if at < SHOWN_GROUPS else ()))

    def _read(self, code: bytes) -> Source:
        return read_source(code, self._names)

    def _pieces(self, code: bytes) -> Pieces:
        return pieces_of_code(self._read(code), self._template_code)

    def _runs(self, text: str) -> Pieces:
        return pieces_of_text(text, self._template_text)
