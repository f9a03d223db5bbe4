"""A page of questions for each student, on their own code and answers: whoever wrote them can explain them.

Nothing here is marked. The page says for each question what a good reply holds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..assignment import Assignment
from ..errors import AssignmentError
from ..feedback.source_tokens import code_lines
from ..feedback.templating import pieces
from ..io.files import file_names, replacing
from ..result import Outcome, Result
from .gradebook.database import Gradebook
from .marking.numbers import KnownNumbers, check_numbers, known_numbers

TEMPLATE = Path(__file__).parent / "reports" / "templates" / "interview.html"
LONGEST_LINE = 200
LONGEST_QUOTE = 300
"""Characters."""

MOST_LINES = 20_000
"""Of a file that are looked at."""


@dataclass(frozen=True)
class Prompt:
    """What may be asked about a line: see solutions/interview.yml."""

    where: str
    find: tuple[str, ...]
    ask: str
    reply: str


@dataclass(frozen=True)
class Asked:
    """One question to a student.

    Attributes:
        about: what it is on; quote: the student's own line or words, empty without one.
        reply: what a good reply holds.
    """

    about: str
    quote: str
    ask: str
    reply: str


@dataclass(frozen=True)
class Interview:
    """The questions to one student."""

    student: str
    asked: tuple[Asked, ...]


def write_interviews(
    gradebook: Gradebook, assignment: Assignment, students: Sequence[str], out: Path
) -> Iterator[tuple[Path, int]]:
    """Write a page for each of these students into a file of its own, or for all into one, to be printed.

    Args:
        students: none for all. What is asked of one student does not overwrite what is asked of the class.

    Yields:
        Each file, and how many pages it has.

    Raises:
        AssignmentError: if solutions/interview.yml is not as it must be.
        GraderError: if the file cannot be written.
    """
    everybody = set(gradebook.students())
    wanted = set(students) or everybody
    prompts, known = load_prompts(assignment), known_numbers(assignment)
    interviews = [
        Interview(result.student, tuple(questions(result, gradebook.code(result.digest) or b"", prompts, known)))
        for result in gradebook.results()
        if result.student in wanted
    ]
    names = file_names(everybody | wanted)
    files = {out / f"interview-{names[one.student]}.html": [one] for one in interviews}
    for path, pages in (files if students else {out / "interview.html": interviews}).items():
        with replacing(path) as file:
            for piece in pieces(TEMPLATE, title=assignment.title, interviews=pages):
                file.write(piece.encode())
        yield path, len(pages)


def load_prompts(assignment: Assignment) -> list[Prompt]:
    """What may be asked about lines of code; nothing where the assignment has no such file."""
    path = assignment.root / "solutions" / "interview.yml"
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else []
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} cannot be read: {error}") from None
    if not isinstance(data, list):
        raise AssignmentError(f"{path} should be a list of questions")
    return [_prompt(path, number, entry) for number, entry in enumerate(data)]


def _prompt(path: Path, number: int, entry: Any) -> Prompt:
    texts = ("in", "ask", "reply")
    if (
        isinstance(entry, dict)
        and all(isinstance(entry.get(key), str) for key in texts)
        and isinstance(entry.get("find"), list)
        and all(isinstance(piece, str) and piece for piece in entry["find"])
    ):
        where, ask, reply = (" ".join(entry[key].split()) for key in texts)
        return Prompt(where, tuple(entry["find"]), ask, reply)
    raise AssignmentError(f"{path}: entry {number} should have the texts `in`, `ask`, `reply` and a list `find`")


def questions(
    result: Result,
    code: bytes,
    prompts: Sequence[Prompt],
    known: dict[str, KnownNumbers],
) -> Iterator[Asked]:
    """Three questions: on a line, on a mistake that was found, on a number; others where one of these is missing."""
    lines = list(_on_lines(code, prompts, result.student))
    found = [*lines[:1], *list(_on_mistakes(result))[:1], *list(_on_numbers(result, known))[:1]]
    yield from [*found, *list(_on_answers(result)), *lines[1:]][:3]


def _on_lines(code: bytes, prompts: Sequence[Prompt], student: str) -> Iterator[Asked]:
    """In an order of the student's own, so that neighbours are not asked the same. No parser sees the file."""
    lines = list(code_lines(code))[:MOST_LINES]
    drawn = sorted(
        prompts, key=lambda prompt: hashlib.sha256(f"{student}\n{prompt.where}".encode("utf-8", "replace")).digest()
    )
    for prompt in drawn:
        for number, line, bare in _body(lines, prompt.where):
            if any(piece in bare for piece in prompt.find):
                yield Asked(f"`{prompt.where}`, line {number}", line.strip()[:LONGEST_LINE], prompt.ask, prompt.reply)
                break


def _body(lines: Sequence[tuple[str, str]], name: str) -> list[tuple[int, str, str]]:
    """The lines within a function or class at the top of the file: number, text and what of it is code.

    There are none where one is still to be written, or in the list of arguments.
    """
    heads = tuple(f"{kind} {name}{end}" for kind in ("def", "class") for end in "(:")
    is_inside = is_head = False
    found = []
    for number, (line, bare) in enumerate(lines, 1):
        if bare[:1].strip() and bare[0] not in ")@":
            is_inside = is_head = bare.startswith(heads)
        elif is_inside and not is_head:
            found.append((number, line, bare))
        is_head = is_head and not bare.rstrip().endswith(":")
    is_stub = any(bare.lstrip().startswith("raise NotImplementedError") for _, _, bare in found)
    return [] if is_stub else found


def _on_mistakes(result: Result) -> Iterator[Asked]:
    for question in result.questions:
        for case in question.cases:
            if case.hint and case.outcome is not Outcome.PASSED:
                ask = f"This does not hold for your code: {case.title} Show where that comes from, and fix it aloud."
                yield Asked(f"`{question.id}`, a mistake that was found", "", ask, case.hint)


def _on_numbers(result: Result, known: dict[str, KnownNumbers]) -> Iterator[Asked]:
    """Numbers that are not right come first: they have more to tell."""
    found = [
        (number.is_right is not False, question.id, number)
        for question in result.questions
        if question.answer and question.id in known
        for number in check_numbers(question.answer, known[question.id])
    ]
    for _, question_id, number in sorted(found, key=lambda one: one[0]):
        ask = "Where is this number from, and what does it say about the question?"
        yield Asked(
            f"`{question_id}`, a number that you quote",
            number.text,
            ask,
            f"How it came about. Looked up: {number.note}.",
        )


def _on_answers(result: Result) -> Iterator[Asked]:
    for question in result.questions:
        if sentence := " ".join(question.answer.split())[:LONGEST_QUOTE]:
            ask = "Say this in other words, and name the strongest argument against it."
            reply = "The same thought in different words, and a real objection."
            yield Asked(f"`{question.id}`, your answer", sentence, ask, reply)
