"""Selects the answers file of an upload, and finds answers in notebooks and documents."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from ..assignment import Assignment
from ..check.loading import notebook
from ..check.loading.answers import combine, complete, find_answers, look_into
from .contents import Kind
from .documents import read_document
from .inspection import File, defined, holds_code, is_called, is_litter
from .listing import meant_stem, printable
from .selection import Selection, listed, parted, select, which
from .template_files import TemplateFiles, bare

MAX_ALIKE = 20
"""Other files called like the answers file that are compared with it."""

_FOR_ONE_QUESTION = re.compile(r"(?:[a-z]{1,20}[\W_]*){0,3}0?(\d)")
"""What a file for one question is called: "1", "Q2", "answer_3"."""

FEWEST_IN_CODE = 40
"""Words of prose in the code file from which on it may hold an answer, and not a remark."""

_COMMENT = re.compile(r"^# (?:MAGIC ?)?")  # Databricks exports Markdown cells with a `MAGIC` before each line
_NAMED_TEXT = re.compile(r"^(\w{1,80})\s*=\s*(?:\(\s*)?[rRfFbBuU]{0,2}(?:\"{3}|'{3}|[\"'](?=\w))")

_STRING_ALONE = re.compile(r"\s+[rRfFbBuU]{0,2}(['\"])(?!\1)")
"""A line of a text in brackets; no docstring."""

MAX_DOCUMENTS = 3
"""Documents that are read while an answer is missing."""

_WHOLLY_READ = (Kind.TEXT, Kind.NOTEBOOK, Kind.WEB_PAGE)
_READER = {Kind.WEB_PAGE: "html", Kind.PDF: "pdf", Kind.WORD: "docx", Kind.OPEN_DOCUMENT: "odt"}


def select_answers(files: Sequence[File], assignment: Assignment, template_files: TemplateFiles) -> Selection:
    wanted = assignment.answers_file
    texts = [file for file in files if file.is_text and not file.is_code]
    named, others = parted(texts, wanted)
    others = [
        file
        for file in others
        if (not is_litter(file.name, assignment.stems) or _has_heading(file.content, assignment))
        and (file.name.lower().endswith((".md", ".markdown")) or not defined(file.content, assignment))
    ]
    unreadable = [file for file in files if not file.is_text and not file.is_code and is_called(file.name, wanted)]

    def likely(file: File) -> bool:
        return bool(file.content.strip())

    if not named and (several := _one_for_each(others, assignment)).content:
        return several
    choice = select(wanted, named, others, template_files, likely)
    if choice.content is None:
        is_missing = not choice.question and assignment.answer_questions and not unreadable
        return Selection(notes=(f"No {wanted} was found.",)) if is_missing else choice
    rivals = _called_alike(choice, others, wanted, template_files)
    return (
        Selection(question=which(wanted, [choice.file, *rivals]), examples=(choice.file, *rivals)) if rivals else choice
    )


def _one_for_each(files: Sequence[File], assignment: Assignment) -> Selection:
    """The answers that stand in a file for each question, such as Q1.txt and Q2.txt; nothing if none do."""
    questions = assignment.answer_questions
    found: dict[str, File] = {}
    for file in files:
        name = meant_stem(file.name).casefold()
        number = _FOR_ONE_QUESTION.fullmatch(name)
        for place, question in enumerate(questions, start=1):
            is_named = name in (question.id.casefold(), question.title.casefold())
            if (is_named or (number and int(number[1]) == place)) and not file.problem:
                if question.id in found:
                    return Selection()
                found[question.id] = file
    if len(found) < 2:
        return Selection()
    content = b"\n\n".join(f"## {question_id}\n\n".encode() + bare(file.content) for question_id, file in found.items())
    names = [file.shown for file in found.values()]
    return Selection(content, ", ".join(names), notes=(f"Short answers were read from {', '.join(names)}.",))


def _called_alike(choice: Selection, others: Sequence[File], wanted: str, template_files: TemplateFiles) -> list[str]:
    """The other files with text of their own whose names hold that of the answers file."""
    stem = PurePath(wanted).stem
    seen = {bare(choice.content or b""), b""}
    names = []
    for file in [file for file in others if stem in file.name.lower() and not file.problem][:MAX_ALIKE]:
        if bare(file.content) not in seen and not template_files.holds(file.content):
            seen.add(bare(file.content))
            names.append(file.shown)
    return names


def _has_heading(content: bytes, assignment: Assignment) -> bool:
    found = find_answers(content, "", assignment.answer_questions).answers
    return any(answer.headings and answer.state.is_answer for answer in found)


def only_cells(files: Sequence[File], assignment: Assignment) -> str:
    """The text of the one notebook there is, for those who write code in a file and answers in cells."""
    named, _ = parted([file for file in files if file.kind is Kind.NOTEBOOK], assignment.code_file)
    found = {file.cells for file in named if not file.problem}
    return found.pop() if len(found) == 1 else ""


def with_cells(answers: Selection, cells: str, assignment: Assignment, template_files: TemplateFiles) -> Selection:
    """The answers with those that stand in a notebook's cells alone."""
    if not cells or answers.question or not assignment.answer_questions:
        return answers
    combined = combine(answers.content, cells, template_files.words, assignment.answer_questions)
    if combined.content == answers.content:
        return answers
    file = assignment.answers_file
    found = find_answers(combined.content or b"", template_files.words, assignment.answer_questions).answers
    if not any(answer.state.is_answer for answer in found):
        note = f"No {file} was found, and no short answer is written in the notebook."
        return replace(answers, content=combined.content, notes=(note,))
    notes = ["Short answers were found in the notebook's cells."]
    for question in combined.differing:
        notes.append(f"`{question}` is answered differently in {file} and in the notebook: {file} counts.")
    return replace(answers, content=combined.content, notes=tuple(notes))


def _may_answer(
    file: File,
    answers: Selection,
    code: Selection,
    stem: str,
    assignment: Assignment,
    template_files: TemplateFiles,
) -> bool:
    """Whether an answer that is missing may stand in this file."""
    if file.shown == answers.file or file.kind is Kind.EMPTY:
        return False
    if file.kind in (Kind.TEXT, Kind.NOTEBOOK) and (
        template_files.holds(file.content) or bare(file.content) == bare(answers.content or b"")
    ):
        return False
    if file.shown == code.file and file.kind is Kind.NOTEBOOK:  # its cells are read already
        return False
    if file.kind in (Kind.TEXT, Kind.NOTEBOOK) and not file.problem:
        if file.shown == code.file:
            return bool(_written_in_code(file, assignment, template_files))
        text = file.cells.encode() if file.cells else _without_code(file.content).encode()
        return stem in file.name.lower() or _has_heading(text, assignment)
    return file.shown != code.file and (file.kind.may_hold_answers or stem in file.name.lower())


def _written_in_code(file: File, assignment: Assignment, template_files: TemplateFiles) -> str:
    """What may be answers in the code file: its texts and comments, or if no question has a heading, the long ones."""
    text = _without_code(file.content)
    if _has_heading(text.encode(), assignment):
        return text
    handed_out = {part for content in template_files.texts.values() for part in _paragraphs(_without_code(content))}
    own = [part for part in _paragraphs(text) if part not in handed_out and notebook.is_prose(part)]
    return "\n\n".join(own) if sum(len(part.split()) for part in own) >= FEWEST_IN_CODE else ""


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]


def _without_code(content: bytes) -> str:
    """What people wrote in a program: its comments and texts, without the marks around them.

    The name that a text is given is its heading.
    """
    lines = content.decode("utf-8", "replace").split("\n")
    return "\n".join(
        _NAMED_TEXT.sub(r"## \1\n\n", _COMMENT.sub("", line)).replace('"""', "").replace("'''", "")
        for line in lines
        if not line.startswith(("def ", "class ", "import ", "from ", "@", "    ", "```", "# %%"))
        or _STRING_ALONE.match(line)
    )


def with_documents(
    student: str,
    answers: Selection,
    files: Sequence[File],
    code: Selection,
    assignment: Assignment,
    template_files: TemplateFiles,
) -> Selection:
    """The answers with those that stand in documents alone; what only people can read is theirs to mark."""
    asked = assignment.answer_questions

    def is_complete() -> bool:
        found = find_answers(answers.content or b"", template_files.words, asked).answers
        return all(answer.state.is_placed for answer in found)

    if answers.question or is_complete():
        return answers
    stem = PurePath(assignment.answers_file).stem
    elsewhere = [file for file in files if _may_answer(file, answers, code, stem, assignment, template_files)]
    elsewhere.sort(key=lambda file: (file.shown == code.file, stem not in file.name.lower()))
    unread, read = [], 0
    for file in elsewhere:
        text = ""
        if file.kind.is_document and file.content and read < MAX_DOCUMENTS and not is_complete():
            text, read = read_document(file.content, _READER[file.kind]), read + 1
        elif file.kind in (Kind.TEXT, Kind.NOTEBOOK):
            text = file.cells or _without_code(file.content)
            if file.shown == code.file:
                text = _written_in_code(file, assignment, template_files)
        with_text = complete(answers.content, text, file.shown, template_files.words, asked) if text else None
        if with_text is not None and with_text != answers.content:
            note = f"Short answers were read from {file.shown}."
            has_code = answers.has_code or holds_code(text.encode("utf-8", "replace"), assignment)
            where, notes = answers.file or file.shown, (*answers.notes, note)
            answers = Selection(with_text, where, notes=notes, has_code=has_code)
        elif file.shown != code.file and not (text and file.kind in _WHOLLY_READ):
            unread.append(file.shown)  # of other documents, pictures may be all that counts
    if unread and not is_complete():
        names = listed(unread)
        content = look_into(answers.content, f"{names} of {printable(student)}", template_files.words, asked)
        note = f"{names} cannot be read here. The person who marks the short answers will look at it."
        answers = replace(answers, content=content, notes=(*answers.notes, note))
    return answers
