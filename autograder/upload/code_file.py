"""Selects the code file of an upload, and asks where it may lie in what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from ..assignment import Assignment
from ..check.loading import notebook
from .contents import Kind, not_a_program
from .inspection import File, defined, defines_any, holds_code, is_backup, is_blank, is_unfinished, written
from .listing import printable
from .selection import Selection, first_of, listed, parted, select, which
from .template_files import TemplateFiles
from .template_files import code as code_of

MAX_RIVALS = 20
"""Other files that are compared to see whether one of them could be meant instead."""


def select_code(files: Sequence[File], assignment: Assignment, template_files: TemplateFiles) -> Selection:
    wanted = assignment.code_file
    named, others = parted([file for file in files if file.is_code], wanted)
    by_content = [file for file in files if file.kind is Kind.TEXT and not file.is_code and not _is_prose(file)]

    def likely(file: File) -> bool:
        return bool(defined(file.content, assignment))

    choice = select(wanted, named, others, template_files, likely)
    if choice.question is None and (choice.content is None or template_files.holds(choice.content)):
        found = [file for file in by_content if likely(file) and not template_files.holds(file.content)]
        choice = select(wanted, found, [], template_files, likely) if found else choice
    if choice.content is None and not choice.question:
        return Selection(notes=(no_code(assignment),))
    own = defined(choice.content or b"", assignment)
    with_more = [file for file in files if _is_prose(file) and defined(file.content, assignment) - own]
    choice = _beside(choice, [*others, *by_content, *with_more], assignment, template_files)
    if choice.question:
        return replace(choice, question=choice.question + _together(choice.examples, files, assignment))
    if not (why := why_nothing(choice.content, assignment, template_files)):
        return choice
    question = f"{choice.file} {why}. Is this the right file?"
    return Selection(question=question, examples=(choice.file,), may_be_elsewhere=True)


def why_nothing(content: bytes | None, assignment: Assignment, template_files: TemplateFiles) -> str:
    """Why a code file defines nothing that is asked for; completes "embeddings.py ...", empty where it may."""
    if content is None or template_files.holds(content) or defines_any(content, assignment):
        return ""
    why = not_a_program(content)
    if not why and holds_code(content, assignment):
        why = "defines what is asked for only where nobody can call it: inside something else, or behind other text"
    return why or "defines nothing that is asked for"


def _together(names: Sequence[str], files: Sequence[File], assignment: Assignment) -> str:
    """What to do where each of the files that could be meant holds another part; empty where one holds all."""
    parts = [defined(file.content, assignment) for file in files if file.shown in names]
    together, most = len(set().union(*parts)), max(map(len, parts), default=0)
    if together <= most:
        return ""
    return (
        f" Together they define {together} of what is asked for, none of them more than {most}: to grade all of it, "
        "put a file with everything in it there, and choose that one."
    )


def _is_prose(file: File) -> bool:
    """Whether a text is meant as answers: code in it is not handed in as such, unless it stands nowhere else."""
    return file.kind is Kind.TEXT and file.name.lower().endswith((".md", ".markdown"))


def no_code(assignment: Assignment) -> str:
    return f"No {assignment.code_file} was found, and no other Python file or notebook."


def _beside(
    choice: Selection, others: Sequence[File], assignment: Assignment, template_files: TemplateFiles
) -> Selection:
    """The choice, or a question where another file defines at least half as much of what was asked."""
    if choice.content is None:
        return choice
    stem = PurePath(assignment.code_file).stem
    seen = {code_of(choice.content)}
    own = defined(choice.content, assignment)
    rivals: list[str] = []
    notes: list[str] = []
    for file in sorted(others, key=lambda file: stem not in file.name.lower())[:MAX_RIVALS]:
        if file.problem:
            notes += [f"{file.problem} It was not graded."] if stem in file.name.lower() else []
            continue
        found = defined(file.content, assignment)
        if not found or code_of(file.content) in seen or template_files.holds(file.content):
            continue
        seen.add(code_of(file.content))
        if 2 * len(found) >= len(own):
            rivals.append(file.shown)
        else:
            names = listed([f"`{name}`" for name in sorted(found)])
            notes.append(f"{file.shown} defines {names} too; it was not graded.")
    if rivals:
        question = which(assignment.code_file, [choice.file, *rivals])
        return Selection(question=question, examples=(choice.file, *rivals))
    return replace(choice, notes=(*choice.notes, *first_of(notes)))


def lacking(
    code: Selection,
    answers: Selection,
    files: Sequence[File],
    problems: Sequence[str],
    junk: Sequence[str],
    assignment: Assignment,
    template_files: TemplateFiles,
) -> tuple[str, ...]:
    """What to say where code may lie elsewhere; nothing of answers alone, or of the blank file alone."""
    if code.question:
        return ()
    others = [file for file in files if not is_blank(file, template_files)]
    shown = [file.shown for file in others if file.kind is not Kind.DATA]
    if code.content is None:
        if not files:
            but = f" but {listed([printable(name) for name in junk])}" if junk else ""
            return tuple(problems) or (f"Nothing was handed in{but}.",)
        has_code = answers.has_code or holds_code(answers.content or b"", assignment)
        is_only_answers = answers.content is not None and not has_code
        rest = [file for file in others if not (file.is_text and is_only_answers) and file.shown != answers.file]
        if not problems and not answers.question and is_only_answers and not rest:
            return ()
        there = listed(shown or [file.shown for file in files])
        held = [f"{file.shown} is {file.kind.value}." for file in others if file.kind is Kind.PLACEHOLDER]
        if problems:
            return (*problems, f"There is: {there}.") if shown else tuple(problems)
        return (*code.notes, *(first_of(held) or (f"There is: {there}.",)))
    if template_files.holds(code.content):
        elsewhere = [
            f.shown
            for f in others
            if f.kind.may_hold_answers
            or f.problem
            or is_backup(f.entry.parts)
            or (defined(f.content, assignment) and f.shown != code.file)
        ]
        return tuple(problems) or ((*code.notes, f"But there is: {listed(elsewhere)}.") if elsewhere else ())
    if is_unfinished(code.content, assignment):
        better = [file.shown for file in others if _says_more(file, code.content, assignment)]
        if better:
            return (f"{code.file} is unfinished, and there is: {listed(better)}, where more is written.", *problems)
        unread = [file.shown for file in others if file.kind.may_hold_code or (file.problem and file.is_code)]
        if unread:
            there = f"{code.file} is unfinished, and there is: {listed(unread)}, which cannot be read here."
            return (there, *problems)
    return ()


def _says_more(file: File, content: bytes, assignment: Assignment) -> bool:
    """Whether an older state has more of what is asked for in it than the code file."""
    if not is_backup(file.entry.parts) or file.problem or file.kind not in (Kind.TEXT, Kind.NOTEBOOK):
        return False
    return written(file.content, assignment) > written(content, assignment)


def code_names(assignment: Assignment) -> tuple[str, str]:
    """What the code file is called, and the notebook that may be handed in instead."""
    return assignment.code_file, assignment.code_file.removesuffix(".py") + notebook.SUFFIX
