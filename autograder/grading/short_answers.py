"""Turns short answers into results: 0 where there is nothing to mark, the rest waits for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..assignment import Assignment, Question
from ..check.loading import notebook
from ..check.loading.answers import LARGEST_FILE, PLACEHOLDER, Answer, Found, State, find_answers
from ..io.text import pluralize
from ..result import QuestionResult


@dataclass(frozen=True)
class Answers:
    """The short answers of one submission.

    Attributes:
        questions: one per short-answer question of the assignment, in its order. 0 points where
            nothing was written, else None: a person marks it.
        notes: sentences for the student about the file as a whole.
    """

    questions: tuple[QuestionResult, ...]
    notes: tuple[str, ...]


def handed_out_words(assignment: Assignment) -> str:
    """The words that are nobody's answer: those of the handed-out notebook and answers file.

    Raises:
        OSError, UnreadableNotebook: if one of them cannot be read; a notebook need not be there.
    """
    folder = assignment.template
    prompts = (folder / assignment.answers_file).read_text("utf-8") if assignment.answer_questions else ""
    handed_out = folder / "notebooks" / (assignment.code_file.removesuffix(".py") + notebook.SUFFIX)
    return with_notebook(prompts, handed_out.read_bytes() if handed_out.is_file() else None)


def with_notebook(prompts: str, handed_out: bytes | None) -> str:
    """The text of the answers file, behind that of the notebook's cells."""
    return notebook.read_notebook(handed_out).text + "\n" + prompts if handed_out else prompts


def prompt_of(question: Question, answers: str) -> str:
    """The heading and the prompt of a question in the handed-out answers file; empty if it has none."""
    for part in re.split(r"^(?=## )", answers, flags=re.MULTILINE):
        if re.match(rf"## {question.id}\b", part):
            return part.replace(f"*{PLACEHOLDER}*", "").strip("\n")
    return ""


def read_answers(data: bytes | None, template: str, assignment: Assignment) -> Answers:
    """Find every short answer in an answers file.

    Args:
        data: the file's bytes, None if none was handed in.
        template: the text of the file as it was handed out, whose words are nobody's answer.
    """
    questions = assignment.answer_questions
    if not questions:
        return Answers((), ())
    if data is None:
        note = f"`{assignment.answers_file}` was not handed in."
        return Answers(tuple(_zero(question, note) for question in questions), ())
    found = find_answers(data, template, questions)
    results = tuple(_result(question, answer) for question, answer in zip(questions, found.answers, strict=True))
    return Answers(results, tuple(_notes(found, len(data), assignment)))


def _result(question: Question, answer: Answer) -> QuestionResult:
    note = _note(question, answer)
    if not answer.state.is_answer:
        return _zero(question, note)
    return QuestionResult(question.id, question.points, None, note, answer=answer.text)


def _zero(question: Question, note: str) -> QuestionResult:
    return QuestionResult(question.id, question.points, 0.0, note)


def _note(question: Question, answer: Answer) -> str:
    fewest, most = question.words or (0, 0)
    limits, words = f"the {fewest} to {most} words asked for", pluralize(answer.count, "word")
    if answer.state is State.ELSEWHERE:
        return f"This may be answered in {answer.source}: the marker looks there."
    said = {
        State.PRESENT: "",
        State.TOO_SHORT: f"{words}: shorter than {limits}.",
        State.TOO_LONG: f"{words}: longer than {limits}.",
        State.STRAY: (
            "Nothing is under this question's heading"
            if answer.headings
            else "The heading of this question was not found"
        )
        + ": this is what stands elsewhere in the file, and a person sees whether it answers the question.",
        State.BLANK: "Nothing is written here.",
        State.UNCHANGED: "Only the prompt is here.",
        State.COPIED: "Only words of the prompt are here.",
        State.LOST: "The heading of this question was not found, so there is no answer.",
    }[answer.state]
    return f"Read from {answer.source}. {said}".rstrip() if answer.source else said


def _notes(found: Found, size: int, assignment: Assignment) -> Iterator[str]:
    """What there is to say of the file as a whole."""
    name = assignment.answers_file
    if found.is_cut:
        yield f"`{name}` has {size:,} bytes; the first {LARGEST_FILE:,} were read."
    if found.encoding == "utf-16":
        yield f"`{name}` is UTF-16; save it as UTF-8 next time."
    if found.encoding == "latin-1":
        yield f"`{name}` is not UTF-8; it was read as Latin-1, so some letters may be wrong."
    for answer in found.answers:
        if answer.headings > 1:
            yield (
                f"The heading of `{answer.question_id}` stands {answer.headings} times; "
                "the texts under all of them were read."
            )
    for answer in found.answers:
        if answer.headings == 0:
            title = assignment.question(answer.question_id).title
            yield f"No heading `## {answer.question_id}: {title}` was found in the answers."
