"""Chooses the files that count among those of an upload, or asks where two could be meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath

from ..assignment import Assignment
from ..check import notebook
from ..check.answers import combine
from ..submission import Submission
from .choices import NOTHING, to_put_there, to_type
from .handed_out import HandedOut, bare
from .handed_out import code as code_of
from .listing import Entry, Listing, UnreadableError, meant_stem, meant_suffix, printable, told_apart

MAX_FILE_BYTES = 1_000_000
"""Of a code or answers file."""

MAX_CANDIDATES = 50
"""Files that are read while looking for the one that is meant."""

MAX_RIVALS = 20
"""Other files that are read to see whether one of them could be meant instead."""

NAMED_AT_MOST = 4
"""Files, and things that could not be read, that a question names."""

CODE_SUFFIXES = (".py", notebook.SUFFIX)
TEXT_SUFFIXES = (".md", ".markdown", ".txt")
DOCUMENT_SUFFIXES = (
    *(".7z", ".bz2", ".gz", ".rar", ".tar", ".tgz", ".xz"),
    *(".doc", ".docx", ".htm", ".html", ".odt", ".pages", ".pdf", ".rtf"),
    *(".gif", ".heic", ".jpeg", ".jpg", ".png", ".webp"),
)
"""Files that are not read, though students may have put their work there."""

_NO_TEXT = (
    *(b"PK\x03\x04", b"Rar!", b"\x1f\x8b", b"7z\xbc\xaf"),  # archives, and Word's .docx
    *(b"%PDF", b"{\\rtf", b"\xd0\xcf\x11\xe0"),  # the last is Word's .doc
    *(b"\x89PNG", b"\xff\xd8\xff"),
)
_NEVER_ANSWERS = ("readme", "requirements", "license", "licence")


@dataclass(frozen=True)
class _Found:
    """A file that was read: one or several identical ones, the first of which is `entry`.

    Attributes:
        content: of a notebook, the code.
        cells: of a notebook, the text.
    """

    entry: Entry
    content: bytes
    cells: str = ""


@dataclass(frozen=True)
class _Choice:
    """What was chosen: content and notes for the student, or a question to the instructor.

    Attributes:
        file: the name of the file that was chosen.
        cells: of a notebook, the text.
        example: where files can be chosen from, the first of them.
    """

    content: bytes | None = None
    file: str = ""
    cells: str = ""
    notes: tuple[str, ...] = ()
    question: str | None = None
    example: str = ""


def choose(
    student: str,
    listing: Listing,
    assignment: Assignment,
    handed_out: HandedOut,
    chosen: Sequence[str] = (),
) -> Submission:
    """Choose the code file and the answers file of one student's upload.

    Args:
        chosen: the names of files that the instructor chose; of each kind, the last one counts.
    """
    problems = _first(listing.problems)
    work = (*code_names(assignment), assignment.answers_file)
    there = told_apart(listing.entries)
    entries = [entry for entry in there if not handed_out.is_helper(entry.parts, *work)]
    by_hand = _chosen(student, chosen, there, assignment, handed_out)
    code = by_hand.get(assignment.code_file) or _choose_code(entries, assignment, handed_out)
    answers = by_hand.get(assignment.answers_file) or _choose_answers(entries, assignment, handed_out)
    cells = code.cells or _only_cells(entries, assignment)
    answers = _with_cells(answers, cells, assignment, handed_out)
    questions = [choice.question for choice in (code, answers) if choice.question]
    questions += [to_type(student, choice.example) for choice in (code, answers) if choice.example]
    if code.question and not code.example and assignment.code_file not in by_hand:
        questions.append(to_put_there(student))
    is_missing = code.content is None or handed_out.holds(code.content)
    if is_missing and assignment.code_file not in by_hand:
        lacking = problems or _lacking(code, answers, entries, assignment)
        questions += lacking  # the work may lie where we could not look: no zero for that
        if lacking and not code.question:
            questions += [asks_where(assignment), to_put_there(student)]
    if questions:
        return Submission(student, set_aside=" ".join(questions))
    notes = (*code.notes, *answers.notes, *problems)
    return Submission(student, code.content, answers.content, notes)


def asks_where(assignment: Assignment) -> str:
    """The question where an upload holds no code, nor anything that need not be."""
    return f"Where is this student's {assignment.code_file}?"


def _lacking(
    code: _Choice, answers: _Choice, entries: Sequence[Entry], assignment: Assignment
) -> tuple[str, ...]:
    """What to say where there is no work in code; nothing of answers alone, and of the blank file alone."""
    if code.question:
        return ()
    documents = [entry.shown for entry in entries if meant_suffix(entry.name) in DOCUMENT_SUFFIXES]
    if code.content is not None:
        return (*code.notes, f"But there is: {_listed(documents)}.") if documents else ()
    if not entries:
        return ("Nothing was handed in.",)
    others = [entry for entry in entries if meant_suffix(entry.name) not in TEXT_SUFFIXES]
    if answers.content is not None and not others and not _defined(answers.content, assignment):
        return ()
    return (*code.notes, f"There is: {_listed([entry.shown for entry in entries])}.")


def _first(problems: Sequence[str]) -> tuple[str, ...]:
    """The first few problems, and how many more there are."""
    more = len(problems) - NAMED_AT_MOST
    return tuple(problems) if more <= 0 else (*problems[:NAMED_AT_MOST], f"So it is with {more:,} more.")


def _chosen(
    student: str,
    chosen: Sequence[str],
    entries: Sequence[Entry],
    assignment: Assignment,
    handed_out: HandedOut,
) -> dict[str, _Choice]:
    """The files chosen by hand, by the name of what they stand for."""
    choices: dict[str, _Choice] = {}
    for file in chosen:
        found = _called(file, entries)
        if file == NOTHING:
            choices[assignment.code_file] = _Choice(notes=(_no_code(assignment),))
            continue
        wanted = assignment.answers_file if meant_suffix(file) in TEXT_SUFFIXES else assignment.code_file
        if len(found) == 1:
            choices[wanted] = _only(wanted, found[0], handed_out)
        else:
            why = f"but {len(found)} files are called so" if found else f"as {wanted}, but is not there"
            question = f"{printable(file)} was chosen {why}. {_which_there_are(student, found or entries)}"
            choices[wanted] = _Choice(question=question)
    return choices


def why_not(student: str, file: str, entries: Sequence[Entry]) -> str | None:
    """Why this file cannot be chosen from an upload, and what can; None if it can."""
    entries = told_apart(entries)
    found = _called(file, entries)
    if len(found) == 1 or file == NOTHING:
        return None
    why = (
        f"{len(found)} files are called so."
        if found
        else f"{printable(student)} handed in no such code or text."
    )
    return f"{why} {_which_there_are(student, found or entries)}"


def _called(file: str, entries: Sequence[Entry]) -> list[Entry]:
    """The code and text files of that name: shown, given by the student or by the platform."""
    return [
        entry
        for entry in entries
        if file in (entry.shown, "/".join(entry.parts), entry.uploaded)
        and meant_suffix(entry.name) in (*CODE_SUFFIXES, *TEXT_SUFFIXES)
    ]


def _which_there_are(student: str, entries: Sequence[Entry]) -> str:
    names = [entry.shown for entry in entries if meant_suffix(entry.name) in (*CODE_SUFFIXES, *TEXT_SUFFIXES)]
    return to_type(student, *names) if names else "There is no file that could be."


def _only(wanted: str, entry: Entry, handed_out: HandedOut) -> _Choice:
    try:
        found = _read_one(entry)
    except UnreadableError as problem:
        return _Choice(question=f"{problem} It was chosen as {wanted}: which other file is meant?")
    return _taken(wanted, found, handed_out)


def _choose_code(entries: Sequence[Entry], assignment: Assignment, handed_out: HandedOut) -> _Choice:
    wanted = assignment.code_file
    named, others = _parted(entries, wanted, CODE_SUFFIXES)

    def likely(found: _Found) -> bool:
        return bool(_defined(found.content, assignment))

    choice = _choose(wanted, named, others, handed_out, likely)
    if choice.content is None and not choice.question:
        return _Choice(notes=(_no_code(assignment),))
    return _beside(choice, others, assignment, handed_out)


def _no_code(assignment: Assignment) -> str:
    return f"No {assignment.code_file} was found, nor another Python file or notebook."


def _beside(
    choice: _Choice, others: Sequence[Entry], assignment: Assignment, handed_out: HandedOut
) -> _Choice:
    """The choice, or a question where another file defines at least half as much of what was asked."""
    if choice.content is None:
        return choice
    stem = PurePath(assignment.code_file).stem
    seen = {code_of(choice.content)}
    rivals: list[str] = []
    notes: list[str] = []
    for entry in sorted(others, key=lambda entry: stem not in entry.name.lower())[:MAX_RIVALS]:
        try:
            content = _read_one(entry).content
        except UnreadableError as problem:
            notes += [f"{problem} It was not graded."] if stem in entry.name.lower() else []
            continue
        defined = _defined(content, assignment)
        if not defined or code_of(content) in seen or handed_out.holds(content):
            continue
        seen.add(code_of(content))
        if 2 * len(defined) >= len(_defined(choice.content, assignment)):
            rivals.append(entry.shown)
        else:
            names = _listed([f"`{name}`" for name in sorted(defined)])
            notes.append(f"{entry.shown} defines {names} too; it was not graded.")
    if rivals:
        question = _which(assignment.code_file, [choice.file, *rivals])
        return _Choice(question=question, example=choice.file)
    return replace(choice, notes=(*choice.notes, *_first(notes)))


def _choose_answers(entries: Sequence[Entry], assignment: Assignment, handed_out: HandedOut) -> _Choice:
    wanted = assignment.answers_file
    named, others = _parted(entries, wanted, TEXT_SUFFIXES)
    others = [entry for entry in others if not entry.name.lower().startswith(_NEVER_ANSWERS)]

    def likely(found: _Found) -> bool:
        return bool(found.content.strip())

    choice = _choose(wanted, named, others, handed_out, likely)
    if choice.content is None:
        is_missing = not choice.question and assignment.answer_questions
        return _Choice(notes=(f"No {wanted} was found.",)) if is_missing else choice
    rivals = _called_alike(choice, others, wanted, handed_out)
    return _Choice(question=_which(wanted, [choice.file, *rivals]), example=choice.file) if rivals else choice


def _called_alike(choice: _Choice, others: Sequence[Entry], wanted: str, handed_out: HandedOut) -> list[str]:
    """The other files with text of their own whose names hold that of the answers file."""
    stem = PurePath(wanted).stem
    seen = {bare(choice.content or b""), b""}
    names = []
    for entry in [entry for entry in others if stem in entry.name.lower()][:MAX_RIVALS]:
        with suppress(UnreadableError):
            content = _read_one(entry).content
            if bare(content) not in seen and not handed_out.holds(content):
                seen.add(bare(content))
                names.append(entry.shown)
    return names


def _parted(
    entries: Sequence[Entry], wanted: str, suffixes: tuple[str, ...]
) -> tuple[list[Entry], list[Entry]]:
    """The files of these suffixes: those called as asked for, and the others."""
    named: list[Entry] = []
    others: list[Entry] = []
    for entry in entries:
        if meant_suffix(entry.name) in suffixes:
            (named if _is_called(entry.name, wanted) else others).append(entry)
    named.sort(key=lambda entry: entry.name != wanted)  # of identical copies, the one without a note
    return named, others


def _choose(
    wanted: str,
    named: Sequence[Entry],
    others: Sequence[Entry],
    handed_out: HandedOut,
    likely: Callable[[_Found], bool],
) -> _Choice:
    """Choose among the files called as asked for; among the others only if those are nobody's work."""
    try:
        first = _read(named)
        work = [found for found in first if not handed_out.holds(found.content)]
        if not work:
            second = [found for found in _read(others) if not handed_out.holds(found.content)]
            work = [found for found in second if likely(found)]
            if not first:
                work = work or second
        work = work or first[:1]
    except UnreadableError as problem:
        return _Choice(question=f"{problem} Is this the file that is meant?")
    if not work:
        return _Choice()
    if len(work) > 1:
        names = [found.entry.shown for found in work]
        return _Choice(question=_which(wanted, names), example=names[0])
    return _taken(wanted, work[0], handed_out)


def _only_cells(entries: Sequence[Entry], assignment: Assignment) -> str:
    """The text of the one notebook there is, for those who write code in a file and answers in cells."""
    named, _ = _parted(entries, assignment.code_file, (notebook.SUFFIX,))
    try:
        found = {found.cells for found in _read(named)}
    except UnreadableError:
        return ""
    return found.pop() if len(found) == 1 else ""


def _with_cells(answers: _Choice, cells: str, assignment: Assignment, handed_out: HandedOut) -> _Choice:
    """The answers with those that stand in a notebook's cells alone."""
    if not cells or answers.question or not assignment.answer_questions:
        return answers
    combined = combine(answers.content, cells, handed_out.words, assignment.answer_questions)
    if combined.content == answers.content:
        return answers
    notes = ["Short answers were found in the notebook's cells."]
    file = assignment.answers_file
    for question in combined.differing:
        notes.append(f"`{question}` is answered in {file} and in the notebook, not alike: {file} counts.")
    return replace(answers, content=combined.content, notes=tuple(notes))


def _read(entries: Sequence[Entry]) -> list[_Found]:
    """Read the files, identical ones once, the one nearest to the top first."""
    if len(entries) > MAX_CANDIDATES:
        raise UnreadableError(f"{len(entries)} files come into question, such as {entries[0].shown}.")
    read: dict[tuple[bytes, str], _Found] = {}
    for entry in entries:
        found = _read_one(entry)
        read.setdefault((bare(found.content), found.cells), found)
    return list(read.values())


def _read_one(entry: Entry) -> _Found:
    if meant_suffix(entry.name) != notebook.SUFFIX:
        content = entry.read(MAX_FILE_BYTES)
        if content.startswith(_NO_TEXT):
            raise UnreadableError(f"{entry.shown} is no text, but a document, picture or archive.")
        return _Found(entry, content)
    try:
        read = notebook.read_notebook(entry.read(notebook.LARGEST))
    except notebook.UnreadableNotebook as problem:
        raise UnreadableError(f"{entry.shown}: {problem}") from None
    return _Found(entry, read.source, read.text)


def _which(wanted: str, names: list[str]) -> str:
    return f"Which file is meant as {wanted}? These differ: {_listed(names)}."


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED_AT_MOST} more" if len(names) > NAMED_AT_MOST else ""
    return ", ".join(names[:NAMED_AT_MOST]) + more


def _taken(wanted: str, found: _Found, handed_out: HandedOut) -> _Choice:
    return _Choice(found.content, found.entry.shown, found.cells, _notes(wanted, found, handed_out))


def _notes(wanted: str, found: _Found, handed_out: HandedOut) -> tuple[str, ...]:
    notes = []
    if meant_suffix(found.entry.name) == notebook.SUFFIX:
        notes.append(f"{found.entry.shown} was graded: its code cells, from top to bottom.")
        wanted = found.entry.name
    elif found.entry.name != wanted:
        notes.append(f"The file was called {found.entry.shown}; it was graded as {wanted}.")
    if handed_out.holds_exactly(found.content):
        notes.append(f"{wanted} is the file that was handed out, unchanged.")
    elif handed_out.holds(found.content):
        notes.append(f"{wanted} holds the code that was handed out, and no other.")
    return tuple(notes)


def code_names(assignment: Assignment) -> tuple[str, str]:
    """What the code file is called, and the notebook that may be handed in instead."""
    return assignment.code_file, assignment.code_file.removesuffix(".py") + notebook.SUFFIX


def _is_called(name: str, wanted: str) -> bool:
    """Whether a name is the one asked for, but for case and what browsers and systems add to it."""
    stem = re.escape(PurePath(wanted).stem)
    copy = r"( ?\(\d+\)|-\d+| ?-? ?copy( ?\(?\d+\)?)?)?"
    return re.fullmatch(rf"(copy of )?{stem}{copy}", meant_stem(name), flags=re.IGNORECASE) is not None


def _defined(content: bytes, assignment: Assignment) -> set[str]:
    """Which of the functions and classes asked for a text defines."""
    names = "|".join(name for question in assignment.code_questions for name in question.functions)
    found = re.findall(rf"^(?:def|class)\s+({names})\b".encode(), bare(content), re.MULTILINE)
    return {name.decode() for name in found}
