"""Reads the short answers: what is missing, blank or unchanged is seen here, the rest is marked by hand."""

from __future__ import annotations

import codecs
import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .assignment import Assignment, Question
from .plain import counted, line
from .result import QuestionResult

PLACEHOLDER = "Write your answer here."
LARGEST_FILE = 1_000_000
"""Bytes of an answers file that are read: a book of 400 pages."""

LONGEST_HEADING = 300
_PLACEHOLDER = re.compile(r"[*_]*" + re.escape(PLACEHOLDER) + r"[*_]*", re.IGNORECASE)


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


def read_answers(data: bytes | None, template: str, assignment: Assignment) -> Answers:
    """Find every short answer in an answers file.

    Args:
        data: the file's bytes, None if none was handed in.
        template: the text of the file as it was handed out, whose words are nobody's answer.
    """
    if not assignment.answer_questions:
        return Answers((), ())
    if data is None:
        note = f"`{assignment.answers_file}` was not handed in."
        return Answers(tuple(_zero(question, note) for question in assignment.answer_questions), ())
    text, notes = _decoded(data, assignment.answers_file)
    sections = _sections(text, assignment)
    handed_out = _sections(template, assignment)
    notes += tuple(
        f"The heading of `{section.id}` stands {section.times} times; the texts under all of them were read."
        for section in sections.values()
        if section.times > 1
    )
    loose = _own_words(_loose_text(text, assignment), template)
    questions = []
    for question in assignment.answer_questions:
        if question.id in sections:
            prompt = handed_out[question.id].text if question.id in handed_out else ""
            questions.append(_judged(question, sections[question.id].text, prompt, template))
        else:
            questions.append(_without_heading(question, loose))
            notes += (f"No heading `## {question.id}: {question.title}` was found in the answers.",)
    return Answers(tuple(questions), notes)


def fingerprint(answer: str) -> str:
    """A digest that is the same for answers that differ in letter case and white space alone."""
    text = " ".join(unicodedata.normalize("NFC", answer).casefold().split())
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def word_count(text: str) -> int:
    """The number of words; a dash or a table's rule is none."""
    return sum(any(character.isalnum() for character in part) for part in text.split())


@dataclass(frozen=True)
class _Section:
    id: str
    text: str
    times: int = 1


def _judged(question: Question, section: str, prompt: str, template: str) -> QuestionResult:
    answer = _own_words(section, template)
    count = word_count(answer)
    fewest, most = question.words or (0, 0)
    if count == 0:
        has_rest = bool(_words(section))
        return _zero(question, "Only the prompt stands here." if has_rest else "Nothing is written here.")
    if _joined(_words(answer)) in _joined(_words(prompt)):
        return _zero(question, "Only words of the prompt stand here.")
    note = ""
    if count < fewest:
        note = f"{counted(count, 'word')}: shorter than the {fewest} to {most} words asked for."
    elif count > most:
        note = f"{counted(count, 'word')}: longer than the {fewest} to {most} words asked for."
    return QuestionResult(question.id, question.points, None, note, answer=answer)


def _without_heading(question: Question, loose: str) -> QuestionResult:
    """A lost heading: text that could be the answer is shown to the marker rather than given 0."""
    fewest = question.words[0] if question.words else 0
    if word_count(loose) < fewest:
        return _zero(question, "The heading of this question was not found, so there is no answer.")
    note = "The heading of this question was not found; the marker reads the text under no known heading."
    return QuestionResult(question.id, question.points, None, note, answer=loose)


def _zero(question: Question, note: str) -> QuestionResult:
    return QuestionResult(question.id, question.points, 0.0, note)


def _decoded(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    notes: tuple[str, ...] = ()
    if len(data) > LARGEST_FILE:
        notes = (f"`{name}` has {len(data):,} bytes; the first {LARGEST_FILE:,} were read.",)
        data = data[:LARGEST_FILE]
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", "replace")
        notes += (f"`{name}` is UTF-16; save it as UTF-8 next time.",)
    else:
        try:
            text = codecs.getincrementaldecoder("utf-8-sig")().decode(data, final=not notes)
        except UnicodeDecodeError:
            text = data.decode("latin-1")
            notes += (f"`{name}` is not UTF-8; it was read as Latin-1, so some letters may be wrong.",)
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _sections(text: str, assignment: Assignment) -> dict[str, _Section]:
    """The text under each question's heading; what precedes the first one belongs to none."""
    find = _finder(assignment)
    found: dict[str, list[list[str]]] = {}
    current: list[str] | None = None
    for row in text.split("\n"):
        question_id = find(row)
        if question_id:
            current = []
            found.setdefault(question_id, []).append(current)
        elif current is not None:
            current.append(row)
    return {
        question_id: _Section(question_id, "\n\n".join("\n".join(part) for part in parts), len(parts))
        for question_id, parts in found.items()
    }


def _loose_text(text: str, assignment: Assignment) -> str:
    """What stands before the first question's heading or under a heading of no question."""
    find = _finder(assignment)
    is_loose, rows = True, []
    for row in text.split("\n"):
        if find(row):
            is_loose = False
        elif row.startswith(("# ", "## ")):
            is_loose = True
        elif is_loose:
            rows.append(row)
    return "\n".join(rows)


def _finder(assignment: Assignment) -> Callable[[str], str | None]:
    """A function that tells the question a line is the heading of, by its id or its title."""
    by_name = {}
    for question in assignment.answer_questions:
        by_name[_name(question.title)] = question.id
        by_name[_name(question.id)] = question.id

    def find(row: str) -> str | None:
        heading = row.strip()
        if not heading.startswith("#") or len(heading) > LONGEST_HEADING:
            return None
        before_colon = heading.partition(":")[0]
        return by_name.get(_name(before_colon)) or by_name.get(_name(heading))

    return find


def _name(text: str) -> str:
    """An id or a title, whatever its case, marks and spacing."""
    return "_".join(re.findall(r"[^\W_]+", line(text).casefold()))


def _own_words(section: str, template: str) -> str:
    """The text without prompts, placeholders and the template's own lines.

    A prompt counts as one also when its `>` was deleted or its lines were filled anew.
    """
    handed_out = {_words(_unmarked(row)) for row in template.split("\n")} - {()}
    everything = _joined(tuple(word for row in template.split("\n") for word in _words(_unmarked(row))))
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", _PLACEHOLDER.sub("", section)):
        rows = [row for row in paragraph.split("\n") if _words(_unmarked(row)) not in handed_out]
        words = tuple(word for row in rows for word in _words(_unmarked(row)))
        is_quote = all(row.lstrip().startswith(">") for row in rows)
        if _joined(words) in everything and (is_quote or len(words) >= 8):
            continue
        paragraphs.append("\n".join(row for row in rows if row.strip()))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph).strip()


def _unmarked(row: str) -> str:
    return row.lstrip().removeprefix(">")


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"\w+", text.casefold()))


def _joined(words: tuple[str, ...]) -> str:
    """The words between single spaces, so that `in` finds whole words in one piece."""
    return f" {' '.join(words)} " if words else ""
