"""Hands the grades back: fills the platform's own files from the gradebook."""

from __future__ import annotations

import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ..assignment import Assignment
from ..errors import GraderError
from ..feedback.student_page import feedback_page
from ..io.files import replacing, write_atomically
from ..io.program import program, typed
from ..io.text import in_alphabet, pluralize
from ..mark import Marks, apply_marks
from ..result import Result, Status
from .deducted_results import results_of
from .gradebook.database import Gradebook
from .grades import Grade, Skipped, sort_out, with_remarks
from .late import LATE_SHEET, ask_how_late, deduct
from .marking.rubric import weighed_now
from .platforms.all_platforms import EXPORTS, PLATFORMS, SHARING_IDS
from .platforms.export_plan import ExportFiles, ExportOptions, Zip, shortened
from .platforms.plain_csv import handed_back, table_name


@dataclass(frozen=True)
class ExportReport:
    """What an export did.

    Attributes:
        files: what was written.
        said: what the instructor reads.
        problems: what was not handed out though it might be, one sentence each.
    """

    files: tuple[Path, ...]
    said: tuple[str, ...]
    problems: tuple[str, ...]


def export(
    gradebook: Gradebook,
    to: str,
    options: ExportOptions,
    folder: Path,
    *,
    late_file: Path | None = None,
    provisional: bool = False,
    feedback: bool = False,
) -> ExportReport:
    """Write what the platform `to` takes into `folder`.

    Args:
        provisional: hand out also what still needs marking.
        late_file: how late students were, where the platform only tells that they were.
        feedback: write the students' pages, too, as the platform takes them.

    Raises:
        GraderError: if the platform's file is missing or not what it should be. Nothing is written then.
    """
    platform = EXPORTS[to]
    assert platform.fill is not None
    assignment = options.assignment
    marks = weighed_now(gradebook.marks(), assignment)
    results = (apply_marks(result, marks) for result in gradebook.results())
    grades, left = sort_out(results, gradebook.origins(), assignment, provisional=provisional, sharing_ids=SHARING_IDS)
    if not grades:
        raise GraderError(f"There is no grade to export. {_left(left) or 'The gradebook is empty.'}")
    told = platform.lateness(grades, options) if assignment.late and platform.lateness else {}
    tell = {name for name, one in PLATFORMS.items() if one.tells_lateness}
    charged = deduct(grades, assignment.late, late_file, told, tell)
    if options.into and options.into.name.casefold() in (table_name(to), LATE_SHEET):
        raise GraderError(f"{options.into} is the name of a file that an export writes. Rename yours.")
    others = tuple(person for one in left for person in one.persons)
    plan = platform.fill(charged.grades, replace(options, others=others))
    if options.into and plan.table is None:
        raise GraderError(
            f"{options.into} cannot be filled in: {to} takes no grades in a file of its own. Leave out --into."
        )
    files = _write(plan, folder, options, gradebook, table_name(to), feedback=feedback)
    said = [*plan.said, *_remarks(plan.grades)]
    if told and options.into:
        said.append(
            f"How late {pluralize(len(told), 'student')} handed in is taken from {options.into.name}, by the "
            "platform's own due date."
        )
    if forgotten := gradebook.forgotten():
        said.append(
            f"No grade is exported for whom `forget` has left out: {shortened(sorted(forgotten, key=in_alphabet))}."
        )
    if charged.untold:
        who = shortened(grade.person.shown for grade in charged.untold)
        said.append(
            f"Whether {pluralize(len(charged.untold), 'student')} handed in late is not known, so nothing is "
            f"deducted: {who}. Use --late-file with a CSV that has the columns student and hours_late. (If the "
            "download says when, as Gradescope's does, `late.due` in assignment.yml is enough.)"
        )
    out = gradebook.path.parent
    problems = [*charged.problems, *plan.problems]
    if feedback:
        problems += _without_page(plan, to, out)
    if left:
        problems.append(_left(left))
    if old := [grade for grade in plan.grades if not _is_of_today(grade, assignment)]:
        problems.append(
            f"Graded with other points than assignment.yml has now, and exported that way: "
            f"{shortened(grade.person.shown for grade in old)}. Type: {program()} regrade {typed(out)}"
        )
    if charged.unknown:
        problems.append(ask_how_late(charged.unknown, folder / LATE_SHEET, late_file))
    return ExportReport(tuple(files), tuple(said), tuple(problems))


def _write(
    plan: ExportFiles, folder: Path, options: ExportOptions, gradebook: Gradebook, table: str, *, feedback: bool
) -> list[Path]:
    files = [folder / table]
    if plan.table is not None:
        assert options.into is not None
        files.append(folder / options.into.name)
        if files[-1].exists() and files[-1].samefile(options.into):
            raise GraderError(f"{options.into} would be overwritten. Choose another folder with --output.")
        plan.table.write(files[-1])
    write_atomically(files[0], handed_back(plan.grades), "utf-8-sig")
    for name, text in plan.files:
        write_atomically(folder / name, text, "utf-8-sig")
        files.append(folder / name)
    for zipped in plan.zips:
        if (feedback or zipped.holds == "results") and (zipped.entries or zipped.texts):
            write_zip(folder / zipped.name, _texts(zipped, gradebook, options.assignment))
            files.append(folder / zipped.name)
    return files


def _texts(zipped: Zip, gradebook: Gradebook, assignment: Assignment) -> Iterator[tuple[str, str]]:
    """The archive's files one by one: a class's pages together would not fit into memory."""
    yield from zipped.texts
    marks = weighed_now(gradebook.marks(), assignment)
    entries: dict[str, dict[str, Grade]] = defaultdict(dict)
    for grade, name in zipped.entries:
        here = entries[grade.person.student]
        if name in here and here[name].remarks != grade.remarks:  # a group's one file says nobody's own
            grade = replace(grade, deduction=None)
        here[name] = grade
    for graded in gradebook.results():
        for name, grade in entries[graded.student].items():
            result = apply_marks(graded, marks)
            if zipped.holds == "results":
                yield name, results_of(result, grade, assignment, marks)
            else:
                yield name, _page(result, grade, assignment, marks)


def _page(result: Result, grade: Grade, assignment: Assignment, marks: Marks) -> str:
    counts = grade.total if grade.deduction else None
    return feedback_page(with_remarks(result, grade), assignment, marks, counts=counts)


def write_zip(path: Path, texts: Iterable[tuple[str, str]]) -> None:
    """Write a zip whole or not at all; the same texts give the same bytes.

    Raises:
        GraderError: if the disk does not take it.
    """
    with replacing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts:
            entry = zipfile.ZipInfo(name)  # dated 1980, always
            entry.compress_type = zipfile.ZIP_DEFLATED
            is_program = text.startswith("#!")
            entry.external_attr = (0o100755 if is_program else 0o100644) << 16
            archive.writestr(entry, text.encode("utf-8", "backslashreplace"))


def _without_page(plan: ExportFiles, to: str, out: Path) -> Iterator[str]:
    """Whose page the platform cannot take, since nothing of its own is known that names them."""
    for zipped in plan.zips:
        named = {grade.person.student for grade, _ in zipped.entries}
        if zipped.holds == "page" and (left := [g for g in plan.grades if g.person.student not in named]):
            yield (
                f"{'' if named else f'{zipped.name} is not written. '}No page goes to {to} for "
                f"{shortened(grade.person.shown for grade in left)}: it takes pages only for submissions that were "
                f"downloaded from there. The pages are in {out / 'feedback'}."
            )


def _is_of_today(grade: Grade, assignment: Assignment) -> bool:
    graded = [(question, possible) for question, _, possible in grade.questions]
    return graded == [(question.id, question.points) for question in assignment.questions]


def _remarks(grades: Iterable[Grade]) -> list[str]:
    grades = list(grades)
    said = []
    if late := [grade for grade in grades if grade.deduction]:
        said.append(f"Points deducted from {pluralize(len(late), 'student')} for being late.")
    if unmarked := [grade for grade in grades if grade.unmarked]:
        said.append(f"Provisional, since marks are missing: {pluralize(len(unmarked), 'grade')}.")
    if unconfined := [grade for grade in grades if grade.unconfined]:
        said.append(f"Graded UNCONFINED, without the wall: {shortened(g.person.shown for g in unconfined)}.")
    return said


def _left(left: Iterable[Skipped]) -> str:
    """Who gets nothing, by reason."""
    by_reason: dict[str, list[str]] = defaultdict(list)
    for one in left:
        by_reason[one.why].append(one.student)
    told = [
        f"Left out, {why}{' (--provisional exports these)' if why == Status.NEEDS_MARKING else ''}: "
        f"{shortened(students)}."
        for why, students in by_reason.items()
    ]
    return " ".join(told)
