"""Reads and judges a file of short answers, for `--pack` and for grading: both must say the same."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import dropwhile, pairwise
from typing import Protocol

PLACEHOLDER = "Write your answer here."
LARGEST_FILE = 1_000_000
"""Bytes of an answers file that are read: a book of 400 pages."""

LONGEST_HEADING = 300
FEWEST_ALOUD = 20
"""Words under no question's heading from which on they may be an answer that is not written elsewhere."""

FEWEST_LOOSE = 5
"""Words of a text without headings from which on it may be an answer, and not a name or a date."""

MOSTLY = 0.75
"""The share of a quoted line's pairs of words from which on, where they stand in the prompts, it is one of theirs."""

_READ_FROM = re.compile(r"<!-- (read from|look into) ([^\n<>]{1,300}) -->")
_NUMBERED = re.compile(r"(?:\d{1,2}|[a-z])[.)]\s+")
WITHOUT_SPACES = re.compile(
    "[\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
"""Ideographs and kana. Korean has spaces."""

_PLACEHOLDER = re.compile(r"[*_]{0,3}" + re.escape(PLACEHOLDER) + r"[*_]{0,3}", re.IGNORECASE)


class Asked(Protocol):
    """What is needed of a question; grading and the self-check each have their own kind."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def words(self) -> tuple[int, int] | None: ...


class State(Enum):
    """What there is of an answer."""

    PRESENT = auto()
    TOO_SHORT = auto()
    TOO_LONG = auto()
    STRAY = auto()
    """Nothing stands under the heading, or it is lost, but other text could be the answer."""
    BLANK = auto()
    UNCHANGED = auto()
    """Nothing but the prompt or the placeholder, as handed out."""
    COPIED = auto()
    """Nothing but some words of the prompt."""
    LOST = auto()
    """The heading is lost, and no text that could be the answer stands elsewhere."""
    ELSEWHERE = auto()
    """It may stand in a file that only people can read."""

    @property
    def is_answer(self) -> bool:
        """Whether there is something to mark."""
        return self.is_placed or self is State.STRAY

    @property
    def is_placed(self) -> bool:
        """Whether it was written as the answer to this very question."""
        return self in (State.PRESENT, State.TOO_SHORT, State.TOO_LONG, State.ELSEWHERE)


@dataclass(frozen=True)
class Answer:
    """What was found for one question.

    Attributes:
        text: the student's own words; empty if there is no answer.
        count: how many words these are.
        headings: how many times the question's heading stands in the file.
        source: the document that the text was read from, or in which people have to look for it.
    """

    question_id: str
    state: State
    text: str = ""
    count: int = 0
    headings: int = 1
    source: str = ""


@dataclass(frozen=True)
class Found:
    """What was found in an answers file.

    Attributes:
        answers: one per question, in the order asked.
        encoding: how the bytes were read: utf-8, utf-16 or latin-1.
        is_cut: whether the file is larger than what is read of it.
    """

    answers: tuple[Answer, ...]
    encoding: str
    is_cut: bool


def find_answers(content: bytes, template: str, questions: Sequence[Asked]) -> Found:
    """Find and judge the answer to every question.

    Args:
        content: the file's bytes; any bytes will do.
        template: the text of the file as it was handed out, whose words are nobody's answer.
    """
    is_cut = len(content) > LARGEST_FILE
    text, encoding = _decoded(content[:LARGEST_FILE], is_cut)
    find = _finder(questions)
    sections = _sections(text, find)
    handed_out = _sections(template, find)
    loose = _own_words(_loose_text(text, find), template)
    answers = []
    for question in questions:
        if question.id in sections:
            prompt = "\n\n".join(handed_out.get(question.id, []))
            answers.append(_judged(question, sections[question.id], prompt, template))
        else:
            lost = Answer(question.id, State.LOST, headings=0)
            answers.append(_elsewhere(question, loose, FEWEST_ALOUD if sections else FEWEST_LOOSE, lost))
    for place, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        if not answer.state.is_answer:
            spare = loose if word_count(loose) >= FEWEST_ALOUD else _room_for(question, questions, answers)
            answers[place] = _elsewhere(question, spare, FEWEST_ALOUD, answer)
    return Found(tuple(answers), encoding, is_cut)


def _room_for(question: Asked, questions: Sequence[Asked], answers: Sequence[Answer]) -> str:
    """The answer to another question that is long enough to hold this one's, too; empty if none is."""
    fewest = question.words[0] if question.words else FEWEST_ALOUD
    for other, answer in zip(questions, answers, strict=True):
        if answer.state is State.TOO_LONG and other.words and answer.count >= other.words[1] + fewest:
            return answer.text
    return ""


@dataclass(frozen=True)
class Combined:
    """One text of the answers in two places.

    Attributes:
        content: the answers as a file; None if there are none, nor any heading.
        differing: the questions answered in both places, and not with the same words.
    """

    content: bytes | None
    differing: tuple[str, ...] = ()


def combine(file: bytes | None, cells: str, template: str, questions: Sequence[Asked]) -> Combined:
    """Choose for each question between an answers file and a notebook's Markdown cells.

    The file counts where it holds an answer, else the cells; an answer under its heading before one
    whose heading is lost.
    """
    in_cells = find_answers(cells.encode("utf-8", "replace"), template, questions).answers
    if file is None and any(answer.headings for answer in in_cells):
        return Combined(cells.encode("utf-8", "replace"))
    if not any(answer.state.is_answer for answer in in_cells):
        return Combined(file)
    in_file = find_answers(file or b"", template, questions).answers
    if not any(answer.state.is_answer for answer in in_file):
        return Combined(cells.encode("utf-8", "replace"))
    parts, differing = [], []
    for question, first, second in zip(questions, in_file, in_cells, strict=True):
        candidates = [answer for answer in (first, second) if answer.state.is_answer]
        placed = [answer for answer in candidates if answer.state.is_placed]
        text = next((answer.text for answer in [*placed, *candidates]), "")
        parts.append(f"## {question.id}: {question.title}\n\n{text}\n")
        if len(placed) == 2 and _words(first.text) != _words(second.text):
            differing.append(question.id)
    return Combined("\n".join(parts).encode("utf-8", "replace"), tuple(differing))


def complete(file: bytes | None, text: str, source: str, template: str, questions: Sequence[Asked]) -> bytes | None:
    """The answers with those that a document alone holds, each under the document's name.

    A document in which no question has a heading may hold all that is not answered elsewhere.

    Args:
        text: what was read from the document.
        source: the document's name.
    """
    text = _with_headings(text, questions)
    in_file = find_answers(file or b"", template, questions).answers
    in_text = find_answers(text.encode("utf-8", "replace"), template, questions).answers
    if not any(second.state.is_answer for second in in_text):
        return file
    mark = f"<!-- read from {_sayable(source)} -->"
    parts, loose = [], ""
    for question, first, second in zip(questions, in_file, in_text, strict=True):
        heading = f"## {question.id}: {question.title}\n\n"
        if first.state.is_placed:
            parts.append(f"{heading}{_marked(first)}\n")
        elif second.state.is_placed:
            parts.append(f"{heading}{mark}\n{second.text}\n")
        elif first.state.is_answer:
            parts.append(f"{heading}{_marked(first)}\n")
        elif second.state.is_answer:
            loose = f"# {_sayable(source)}\n\n{mark}\n{second.text}\n"
    return "\n".join([*parts, loose]).encode("utf-8", "replace")


def look_into(file: bytes | None, source: str, template: str, questions: Sequence[Asked]) -> bytes | None:
    """The answers, and for those that are missing where people have to look for them, beside what stands elsewhere.

    Args:
        source: the file or files that only people can read.
    """
    found = find_answers(file or b"", template, questions).answers
    parts = [
        f"## {question.id}: {question.title}\n\n"
        + ("" if answer.state.is_placed else f"<!-- look into {_sayable(source)} -->\n")
        + _marked(answer)
        for question, answer in zip(questions, found, strict=True)
    ]
    return "\n\n".join(parts).encode("utf-8", "replace")


def _marked(answer: Answer) -> str:
    """The text of an answer, with the mark of the document that it was read from."""
    if answer.state is State.ELSEWHERE:
        return f"<!-- look into {answer.source} -->"
    return f"<!-- read from {answer.source} -->\n{answer.text}" if answer.source else answer.text


def _sayable(source: str) -> str:
    """A file's name as a mark can hold it."""
    return re.sub(r"[<>\s]+", " ", source).strip()[:300] or "a file"


def _with_headings(text: str, questions: Sequence[Asked]) -> str:
    """A document's text in which a line that is a question's name is its heading."""
    find = _finder(questions)
    return "\n".join(
        f"## {name}" if not row.lstrip().startswith("#") and find(f"# {name}") else row
        for row in text.split("\n")
        for name in [_NUMBERED.sub("", row.strip().strip("*_"), count=1) if len(row) < LONGEST_HEADING else ""]
    )


def word_count(text: str) -> int:
    """The number of words; a dash or a table's rule is none.

    Chinese and Japanese have no spaces between words: there each character counts, as word processors count.
    """
    return sum(any(character.isalnum() for character in part) for part in spaced(text).split())


def spaced(text: str) -> str:
    """The text with spaces around every character of a script that is written without them."""
    return WITHOUT_SPACES.sub(r" \g<0> ", text)


def _judged(question: Asked, parts: list[str], prompt: str, template: str) -> Answer:
    section, source, is_elsewhere = _unmarked_text("\n\n".join(parts))
    own = _own_words(section, template)
    count = word_count(own)
    if is_elsewhere:
        text = f"Not read here: {source}\n\n{own}".rstrip()
        return Answer(question.id, State.ELSEWHERE, text, count, len(parts), source)
    fewest, most = question.words or (0, 0)
    if count == 0:
        state = State.UNCHANGED if _words(section) else State.BLANK
    elif _joined(_words(own)) in _joined(_words(prompt)):
        state = State.COPIED
    elif count < fewest:
        state = State.TOO_SHORT
    elif count > most:
        state = State.TOO_LONG
    else:
        state = State.PRESENT
    if not state.is_answer:
        return Answer(question.id, state, headings=len(parts))
    return Answer(question.id, state, own, count, len(parts), source)


def _elsewhere(question: Asked, loose: str, fewest: int, otherwise: Answer) -> Answer:
    """Text that stands elsewhere and could be the answer is kept for the marker rather than given 0.

    Args:
        fewest: words that it has if it could be; a link could be, too.
        otherwise: what there is if it could not be.
    """
    loose, source, _ = _unmarked_text(loose)
    count = word_count(loose)
    if count < min(fewest, question.words[0] if question.words else fewest) and "://" not in loose:
        return otherwise
    return Answer(question.id, State.STRAY, loose, count, otherwise.headings, source)


def _unmarked_text(text: str) -> tuple[str, str, bool]:
    """A text without the marks of documents, the first of these, and whether people have to look there."""
    marks = _READ_FROM.findall(text)
    if not marks:
        return text, "", False
    return _READ_FROM.sub("", text).strip(), marks[0][1], marks[0][0] == "look into"


def _decoded(content: bytes, is_cut: bool) -> tuple[str, str]:
    """The text, its line ends `\\n`, and the encoding; a cut may have split the last character."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text, encoding = content.decode("utf-16", "replace"), "utf-16"
    else:
        try:
            text = codecs.getincrementaldecoder("utf-8-sig")().decode(content, final=not is_cut)
            encoding = "utf-8"
        except UnicodeDecodeError:
            text, encoding = content.decode("latin-1"), "latin-1"
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _sections(text: str, find: Callable[[str], str | None]) -> dict[str, list[str]]:
    """The texts under each question's headings; what precedes the first one belongs to none."""
    found: dict[str, list[list[str]]] = {}
    current: list[str] | None = None
    for row in text.split("\n"):
        question_id = find(row)
        if question_id:
            current = [row.partition(":")[2]] if len(row) > LONGEST_HEADING else []
            found.setdefault(question_id, []).append(current)
        elif current is not None:
            current.append(row)
    return {question_id: ["\n".join(part) for part in parts] for question_id, parts in found.items()}


def _loose_text(text: str, find: Callable[[str], str | None]) -> str:
    """What stands before the first question's heading or under a heading of no question."""
    is_loose, rows = True, []
    for row in text.split("\n"):
        if find(row):
            is_loose = False
        elif row.startswith(("# ", "## ")):
            is_loose = True
        elif is_loose:
            rows.append(row)
    return "\n".join(rows)


def _finder(questions: Sequence[Asked]) -> Callable[[str], str | None]:
    """A function that tells the question a line is the heading of, by its id or its title."""
    by_name = {}
    for question in questions:
        by_name[_name(question.title)] = question.id
        by_name[_name(question.id)] = question.id

    def find(row: str) -> str | None:
        heading = row[: LONGEST_HEADING + 1].strip()
        if not heading.startswith("#"):
            return None
        before_colon = heading.partition(":")[0]
        whole = by_name.get(_name(heading)) if len(row) <= LONGEST_HEADING else None
        return by_name.get(_name(before_colon)) or whole

    return find


def _name(text: str) -> str:
    """An id or a title, whatever its case, marks and spacing."""
    return "_".join(re.findall(r"[^\W_]+", text.casefold()))


def _own_words(section: str, template: str) -> str:
    """The text without prompts, placeholders and the template's own lines.

    A prompt counts as one also when its `>` was deleted, its lines were filled anew, or it is quoted from an
    edition of another year.
    """
    handed_out = {_words(_unmarked(row)) for row in template.split("\n")} - {()}
    asked = tuple(word for row in template.split("\n") for word in _words(_unmarked(row)))
    everything, pairs = _joined(asked), set(pairwise(asked))

    def is_prompt(row: str) -> bool:
        own = _words(_unmarked(row))
        known = sum(pair in pairs for pair in pairwise(own))
        return not own or own in handed_out or (row.lstrip().startswith(">") and known > MOSTLY * (len(own) - 1))

    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", _PLACEHOLDER.sub("", section)):
        rows = [row for row in dropwhile(is_prompt, paragraph.split("\n")) if _words(_unmarked(row)) not in handed_out]
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
