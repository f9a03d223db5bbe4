"""Chooses the files that count among those of an upload, or asks where two could be meant.

Every file is accounted for: it counts, it is what was handed out or what systems leave lying about, or the
result names it. Where work may be in a file that is not understood, nobody gets 0 for it: it is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from ..assignment import Assignment
from ..check.loading import notebook
from ..io.text import first_few
from ..submission import Submission
from .answers_file import only_cells, select_answers, with_cells, with_documents
from .code_file import code_names, lacking, no_code, select_code, why_nothing
from .contents import Kind, kind_by_name
from .inspection import CODE_SUFFIXES, File, defined, is_backup, is_blank, look, look_at_all
from .listing import Entry, Listing, disambiguate, effective_suffix, printable
from .overrides import NOTHING, PUT_THERE, to_put_there, to_type
from .selection import Selection, first_of, taken
from .template_files import TemplateFiles
from .template_files import code as code_of

TEXTS = (".py", notebook.SUFFIX, ".md")

ACCOUNTED_AT_MOST = 20
"""Files and folders that a note on what was not graded names."""

CHOOSABLE_SUFFIXES = (*CODE_SUFFIXES, ".md", ".markdown", ".txt")


def choose(
    student: str,
    listing: Listing,
    assignment: Assignment,
    template_files: TemplateFiles,
    chosen: Sequence[str] = (),
) -> Submission:
    """Choose the code file and the answers file of one student's upload.

    Args:
        chosen: the names of files that the instructor chose; of each kind, the last one counts.
    """
    problems = first_of(listing.problems)
    work = (*code_names(assignment), assignment.answers_file)
    there = disambiguate(listing.entries)
    own = [entry for entry in there if not template_files.is_helper(entry.parts, *work)]
    everything = look_at_all(own, assignment)
    files = [file for file in everything if not is_backup(file.entry.parts)]
    changed = _changed(there, own, assignment, template_files)
    by_hand = _chosen(student, chosen, there, assignment, template_files)
    code = by_hand.get(assignment.code_file) or select_code(files, assignment, template_files)
    if NOTHING in chosen and code.content is None:  # it was said before the file was there
        found = select_code(files, assignment, template_files)
        is_clear = not (
            found.content is None or found.question or found.examples or template_files.holds(found.content)
        )
        code = found if is_clear else code
    answers = by_hand.get(assignment.answers_file) or select_answers(files, assignment, template_files)
    cells = code.cells or only_cells(files, assignment)
    answers = with_cells(answers, cells, assignment, template_files)
    if assignment.answers_file not in by_hand:
        texts = [file for file in changed if not file.name.endswith(".py")]
        answers = with_documents(student, answers, [*files, *texts], code, assignment, template_files)
    if code.may_be_elsewhere:
        code = replace(code, examples=(*code.examples, *_programs(everything, code, assignment, template_files)))
    questions = [choice.question for choice in (code, answers) if choice.question]
    questions += [_to_type(student, choice) for choice in (code, answers) if choice.examples]
    if assignment.code_file not in by_hand:
        if code.question and not code.examples:
            questions.append(to_put_there(student))
        # The work may lie where we could not look: no zero for that.
        there_is = [*everything, *changed]
        if elsewhere := lacking(code, answers, there_is, problems, listing.junk, assignment, template_files):
            could = [code.file] if code.content is not None and not template_files.holds(code.content) else []
            could += _programs(there_is, code, assignment, template_files)
            questions += [*elsewhere, asks_where(assignment), to_put_there(student, *could)]
    if questions:
        known = answers if answers.file == assignment.answers_file else Selection()
        questions[1:1] = _unnamed("Handed in, too", files, code, known, questions, template_files)
        return Submission(student, set_aside=" ".join(questions))
    notes = (*code.notes, *answers.notes, *problems)
    notes += _unnamed("Also handed in, but not graded", files, code, answers, notes, template_files)
    return Submission(student, code.content, answers.content, notes)


def _programs(
    files: Sequence[File], code: Selection, assignment: Assignment, template_files: TemplateFiles
) -> list[str]:
    """The other files that could be chosen as the code, whatever they are called."""
    return [
        file.shown
        for file in files
        if file.shown not in (code.file, *code.examples)
        and file.kind in (Kind.TEXT, Kind.NOTEBOOK)
        and not (file.problem or is_blank(file, template_files))
        and not any(mark in file.content for mark in (b"```", b"\0"))
        and defined(file.content, assignment)
    ]


def _changed(
    there: Sequence[Entry], own: Sequence[Entry], assignment: Assignment, template_files: TemplateFiles
) -> list[File]:
    """The files that were handed out beside those to work on, and that are no longer as they were."""
    kept = {id(entry) for entry in own}
    helpers = [entry for entry in there if id(entry) not in kept and effective_suffix(entry.name) in TEXTS]
    files = look_at_all(helpers, assignment)
    return [f for f in files if f.problem or (f.content and not template_files.holds(f.content))]


def _to_type(student: str, choice: Selection) -> str:
    if choice.may_be_elsewhere:
        return f"If not, {PUT_THERE} {to_type(student, *choice.examples, NOTHING)}"
    return to_type(student, *choice.examples)


def asks_where(assignment: Assignment) -> str:
    """The question where an upload holds no code, nor anything that need not be."""
    return f"Where is this student's {assignment.code_file}?"


def _chosen(
    student: str,
    chosen: Sequence[str],
    entries: Sequence[Entry],
    assignment: Assignment,
    template_files: TemplateFiles,
) -> dict[str, Selection]:
    """The files chosen by hand, by the name of what they stand for."""
    choices: dict[str, Selection] = {}
    for file in chosen:
        if file == NOTHING:
            choices[assignment.code_file] = Selection(notes=(no_code(assignment),))
            continue
        found = _called(file, entries)
        if len(found) == 1:
            wanted = _what_for(look(found[0])[0], assignment)
            choices[wanted] = only = _only(wanted, found[0], template_files)
            if wanted == assignment.code_file and (why := why_nothing(only.content, assignment, template_files)):
                choices[wanted] = replace(only, notes=(*only.notes, f"{only.file} {why}."))
            continue
        wanted = assignment.code_file if effective_suffix(file) in CODE_SUFFIXES else assignment.answers_file
        why = f"but {len(found)} files have this name" if found else f"as {wanted}, but is not there"
        question = f"{printable(file)} was chosen {why}. {_which_there_are(student, found or entries)}"
        choices[wanted] = Selection(question=question)
    return choices


def _what_for(file: File, assignment: Assignment) -> str:
    """Which of the files that are asked for a chosen one is."""
    is_code = file.is_code or (file.kind is Kind.TEXT and defined(file.content, assignment))
    return assignment.code_file if is_code else assignment.answers_file


def why_not(student: str, file: str, entries: Sequence[Entry]) -> str | None:
    """Why this file cannot be chosen from an upload, and what can; None if it can."""
    entries = disambiguate(entries)
    found = _called(file, entries)
    if len(found) == 1 or file == NOTHING:
        return None
    why = f"{len(found)} files have this name." if found else f"{printable(student)} handed in no such code or text."
    return f"{why} {_which_there_are(student, found or entries)}"


def _called(file: str, entries: Sequence[Entry]) -> list[Entry]:
    """The files of that name: shown, given by the student or by the platform."""
    return [
        entry
        for entry in entries
        if file in (entry.shown, "/".join(entry.parts), entry.uploaded) and kind_by_name(entry.name) is None
    ]


def _which_there_are(student: str, entries: Sequence[Entry]) -> str:
    names = [entry.shown for entry in entries if effective_suffix(entry.name) in CHOOSABLE_SUFFIXES]
    return to_type(student, *names) if names else "There is no such file."


def _only(wanted: str, entry: Entry, template_files: TemplateFiles) -> Selection:
    file, _ = look(entry)
    if file.problem:
        return Selection(question=f"{file.problem} It was chosen as {wanted}: which other file is meant?")
    return taken(wanted, file, template_files)


def _unnamed(
    start: str,
    files: Sequence[File],
    code: Selection,
    answers: Selection,
    notes: Sequence[str],
    template_files: TemplateFiles,
) -> tuple[str, ...]:
    """A sentence that names the files which do not count and are not named yet; folders as a whole."""
    contents = {code_of(choice.content) for choice in (code, answers) if choice.content}
    said = " ".join(notes)
    left = [
        file.entry
        for file in files
        if file.shown not in (code.file, answers.file)
        and file.shown not in said
        and not is_blank(file, template_files)
        and code_of(file.content) not in contents
    ]
    in_folder = Counter(entry.parts[:-1] for entry in left)
    names: list[str] = []
    for entry in left:
        folder, count = entry.parts[:-1], in_folder[entry.parts[:-1]]
        name = f"{printable('/'.join(folder))}/ ({count} files)" if folder and count > 3 else entry.shown
        names += [name] if name not in names else []
    if not names:
        return ()
    return (f"{start}: {first_few(names, ACCOUNTED_AT_MOST)}.",)
