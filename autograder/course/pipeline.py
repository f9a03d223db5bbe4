"""The trip of a batch: taken in, compared with what is known, graded, kept, written out.

`grade` and `regrade` are that trip, a call for each of its stations. What is slow to import is imported
where a command begins, so that help and usage errors come at once.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path
from typing import Any

from ..assignment import ROOT, Assignment, load_assignment
from ..errors import GraderError
from ..grading.cache_keys import cache_keys
from ..io.terminal import say
from ..io.text import pluralize, single_line
from ..mark import apply_marks
from ..result import Result, Status
from ..submission import SpooledSubmission
from ..upload.overrides import remember
from .batch.plan import Plan, RunOptions, make_plan, select_students
from .batch.run import Executor, Graded, RunSummary, run_plan
from .export import export
from .gradebook.database import Gradebook, open_gradebook
from .gradebook.lock import exclusive_lock
from .history.diff import Change, difference
from .history.diff_view import say_without_files, show_changes
from .history.history import show_history
from .intake.uploads import Intake, take_in
from .interview import write_interviews
from .known_works import KnownFiles, read_known
from .marking.equal_answers import mark_twins, twins_said
from .marking.exchange import take_proposals, write_answers
from .marking.marking_order import Sharing
from .marking.read_sheet import read_sheets, summary
from .marking.rubric import load_rubric, weighed_now, weighed_said
from .marking.write_sheet import SheetOptions, write_sheets
from .platforms.export_plan import ExportOptions
from .repack import repack as pack_again
from .reports.summary import show_results
from .reports.write import write_reports
from .students.directory import Directory
from .students.reconcile import (
    active_students,
    change_status,
    deactivate_moved,
    everybody,
    expect_not_forgotten,
    merge_origins,
    of_forgotten,
)

EXAMPLES = ROOT / "tests" / "example_batch"
"""Made-up submissions, to see how it goes."""


class Ending(IntEnum):
    """How a command ends: its exit status."""

    ALL_DONE = 0
    SOMETHING_LEFT = 1
    STOPPED = 130


@dataclass(frozen=True)
class IntakeOptions:
    """How submissions are to be read.

    Attributes:
        platform: the platform whose download it is, where that is not to be recognised.
        roster: the course's students.
        overrides: STUDENT=FILE, of submissions whose file is not clear.
    """

    platform: str | None = None
    roster: Path | None = None
    overrides: tuple[str, ...] = ()


def intake_of(submissions: Path, assignment: Assignment, options: IntakeOptions, out: Path | None = None) -> Intake:
    """What students handed in, and say what was found."""
    intake = take_in(
        submissions,
        assignment,
        platform=options.platform,
        roster=options.roster,
        choices=options.overrides,
        out=out,
    )
    for text in (intake.summary, *intake.problems):
        say(text)
    return intake


def _known_files(folders: Sequence[Path], assignment: Assignment, out: Path) -> KnownFiles:
    """The works to compare with, and say what of them is left out."""
    found = read_known(folders, assignment, out)
    for text in found.problems:
        say(text)
    return found


def grade(
    submissions: Path,
    out: Path,
    intake_options: IntakeOptions,
    options: RunOptions,
    executor: Executor,
    known: Sequence[Path] = (),
) -> Ending:
    """Grade what was handed in, and write what people read of it.

    Args:
        known: folders of works to compare the class's with; empty for those that OUT remembers.

    Raises:
        GraderError: saying what is wrong with the assignment, the submissions, the options or OUT.
    """
    assignment = load_assignment()
    load_rubric(assignment)  # what is wrong with it is said now, and not when the class is graded
    works = _known_files(known, assignment, out)
    intake = intake_of(submissions, assignment, intake_options, out)
    with exclusive_lock(out), open_gradebook(out) as gradebook:
        _keep_examples_apart(gradebook, submissions.resolve(), out)
        if known:
            gradebook.save_known(works.files)
        told = {received.student: received.origin for received in intake.received}
        here = merge_origins(told, gradebook.origins(), has_roster=intake_options.roster is not None)
        wanted = select_students(here, options)
        found = [replace(one, origin=here[one.student]) for one in intake.received if one.student in wanted]
        remember(out, intake.chosen)
        now = cache_keys(assignment)
        plan = make_plan(found, gradebook, assignment, now, options)
        gradebook.save_origins({student: here[student] for student in plan.unchanged})
        try:
            ran = run_plan(
                plan, gradebook, assignment, now, lambda one: one.save(gradebook), submissions.resolve(), executor
            )
        except BaseException:
            with suppress(GraderError):  # what was graded can be read, whatever stopped the batch
                write_reports(out, gradebook, assignment)
            raise
        about_others = deactivate_moved(gradebook, here.keys(), out)
        about_others += twins_said(mark_twins(gradebook, assignment))
        results = [result for result in write_reports(out, gradebook, assignment) if result.student in wanted]
    if results:
        show_results(results, assignment, out)
    for text in about_others:
        say(text)
    if ran.stopped:
        done = len(plan.unchanged) + ran.done
        say(f"Stopped: {done:,} of {len(found):,} submissions are graded and kept in {out}.")
    return _ending(ran, plan, is_left=intake.is_left_over or _is_held_up(results))


def regrade(
    out: Path,
    options: RunOptions,
    executor: Executor,
    known: Sequence[Path] = (),
    *,
    dry_run: bool,
    show_all: bool,
) -> Ending:
    """Grade again what the gradebook keeps, where what a result depends on has changed, and show the difference.

    Args:
        known: folders of works to compare the class's with; empty for those that OUT remembers.

    Raises:
        GraderError: saying what is wrong with the assignment, the options or OUT.
    """
    assignment = load_assignment()
    now = cache_keys(assignment)
    works = _known_files(known, assignment, out)
    changes: list[Change] = []
    without_files: list[str] = []
    with open_gradebook(out, create=False) as gradebook, exclusive_lock(out):
        expect_not_forgotten(gradebook, options.students, out)
        wanted = sorted(select_students(active_students(gradebook), options))
        plan = make_plan(_kept(gradebook, wanted, without_files), gradebook, assignment, now, options)
        given = gradebook.marks()
        marks = weighed_now(given, assignment)

        def keep(graded: Graded) -> None:
            if graded.before:
                changes.append(difference(*(apply_marks(r, marks) for r in (graded.before, graded.result))))
            graded.save_draft(gradebook) if dry_run else graded.save(gradebook)

        ran = run_plan(plan, gradebook, assignment, now, keep, out.resolve(), executor)
        if not dry_run:
            if known:
                gradebook.save_known(works.files)
            for text in twins_said(mark_twins(gradebook, assignment)):
                say(text)
            write_reports(out, gradebook, assignment)
    say_without_files(without_files, out)
    if weighed := weighed_said(given.values(), assignment):
        say(f"{weighed} The tables count them so.")
    if not plan.tasks:
        say(f"There is nothing to grade again.{'' if options.force else ' --force grades what has not changed.'}")
    else:
        show_changes(changes, all_students=show_all)
        if ran.stopped:
            say(f"Stopped: {ran.done:,} of {len(plan.tasks):,} are graded. The same command continues from there.")
        elif dry_run:
            say("Nothing is written. The same command without --dry-run writes it, and grades nothing twice.")
    return _ending(ran, plan, is_left=bool(without_files))


def _kept(gradebook: Gradebook, students: list[str], without_files: list[str]) -> Iterator[SpooledSubmission]:
    """What was graded last for these students; who has nothing kept is added to `without_files`."""
    for student in students:
        if received := gradebook.received(student):
            yield received
        else:
            without_files.append(student)


def _keep_examples_apart(gradebook: Gradebook, submissions: Path, out: Path) -> None:
    """Never mix the example batch into a class.

    Raises:
        GraderError: if one of the two is in OUT already.
    """
    first = gradebook.first_submissions()
    there, here = (path.is_relative_to(EXAMPLES) for path in (Path(first), submissions))
    if first and there is not here:
        what = "the results of the example batch" if there else f"the results of {single_line(first)}"
        raise GraderError(
            f"{out} holds {what}, and {'a class' if there else 'the example batch'} would be mixed into them. Choose "
            f"another folder with --output{', or delete this one' if there else ''}."
        )


def _is_held_up(results: list[Result]) -> bool:
    return any(result.status in (Status.SET_ASIDE, Status.NOT_GRADED) for result in results)


def _ending(ran: RunSummary, plan: Plan, *, is_left: bool) -> Ending:
    if ran.stopped:
        return Ending.STOPPED
    return Ending.SOMETHING_LEFT if ran.faults or plan.left_out or is_left else Ending.ALL_DONE


# What else is done with a class's gradebook -------------------------------------------------------------------


def forget(out: Path, students: Sequence[str], *, undo: bool) -> Ending:
    """Let students count no more, or again, in tables, reports and what is handed back."""
    assignment = load_assignment()
    with open_gradebook(out, create=False) as gradebook, exclusive_lock(out):
        for text in change_status(gradebook, students, out, undo=undo):
            say(text)
        write_reports(out, gradebook, assignment)
    return Ending.ALL_DONE


def history(out: Path, student: str) -> Ending:
    """Show every result that a student has had."""
    with open_gradebook(out, create=False) as gradebook:
        key = Directory.of(everybody(gradebook)).key_of(student)
        if key != student:
            say(single_line(key))
        show_history(gradebook.history(key), gradebook.given(key))
        if status := gradebook.forgotten().get(key):
            say(of_forgotten(key, status, out))
    return Ending.ALL_DONE


def write_marks(out: Path, sheet: Path, options: SheetOptions) -> Ending:
    """Write what is to be marked."""
    with open_gradebook(out, create=False) as gradebook:
        for path, count in write_sheets(gradebook, load_assignment(), sheet, options):
            say(f"{path}: {pluralize(count, 'answer')} to mark")
    return Ending.ALL_DONE


def read_marks(out: Path, sheets: Sequence[Path], *, replace_marks: bool) -> Ending:
    """Take filled sheets back."""
    assignment = load_assignment()
    with open_gradebook(out, create=False) as gradebook, exclusive_lock(out):
        reading = read_sheets(gradebook, assignment, sheets, replace_marks=replace_marks)
        write_reports(out, gradebook, assignment)
    for text in (*reading.problems, *summary(reading)):
        say(text)
    return Ending.SOMETHING_LEFT if reading.problems else Ending.ALL_DONE


def mark(out: Path, sharing: Sharing, *, question: str | None, named: bool, port: int, is_opened: bool) -> Ending:
    """Serve the page on which short answers are marked, until Ctrl-C; then write what people read.

    While it is open others may grade into OUT: each mark is a transaction, and what is new is taken in.
    """
    from .marking.desk import Desk
    from .marking.page_access import open_session
    from .marking.server import Page, invitation, serve

    assignment = load_assignment()
    with open_gradebook(out, create=False) as gradebook:
        desk = Desk(gradebook, assignment, sharing, named=named, question=question)
        if not desk.groups:
            what = f"no short answer to {question}" if question else "no short answer"
            raise GraderError(f"There is nothing to mark in {out}: {what} is waiting, and none is marked.")
        with open_session(out, sharing.markers, port) as (session, listener), suppress(KeyboardInterrupt):
            for text in invitation(desk, session):
                say(text)
            if is_opened and _has_screen():
                webbrowser.open(session.address(session.seats[0]))
            serve(Page(desk, session), listener)
        with exclusive_lock(out):
            write_reports(out, gradebook, assignment)
        left = sum(not desk.is_marked(group) for group in desk.groups.values())
    if left:
        say(f"{pluralize(left, 'different answer')} still to be marked")
    say(f"Report: {out / 'report.html'}")
    return Ending.ALL_DONE


def _has_screen() -> bool:
    """Whether a browser can be shown; without a screen, Python would start one in the terminal."""
    return sys.platform != "linux" or any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"))


def export_answers(out: Path, path: Path) -> Ending:
    """Write answers, rubric and marks without names."""
    with open_gradebook(out, create=False) as gradebook:
        count = write_answers(gradebook, load_assignment(), path)
    say(f"{path}: {pluralize(count, 'answer')}, without names")
    return Ending.ALL_DONE


def read_proposals(out: Path, paths: Sequence[Path], name: str) -> Ending:
    """Take in what a program proposes; it counts for nothing until a person takes it."""
    assignment = load_assignment()
    problems: list[str] = []
    with open_gradebook(out, create=False) as gradebook:
        for path in paths:
            taken, found = take_proposals(gradebook, assignment, path, name)
            problems += found
            say(f"{path}: {pluralize(taken, 'proposal')} by {name} read; they are shown beside the answers")
    for text in problems:
        say(text)
    return Ending.SOMETHING_LEFT if problems else Ending.ALL_DONE


def interview(out: Path, called: Sequence[str]) -> Ending:
    """Write a page of questions for each student, or for those who are called."""
    with open_gradebook(out, create=False) as gradebook:
        directory = Directory.of(everybody(gradebook))
        students = [directory.key_of(name) for name in called]
        for path, count in write_interviews(gradebook, load_assignment(), students, out):
            say(f"{path}: {pluralize(count, 'page')}, for you and not for students")
    return Ending.ALL_DONE


def hand_back(out: Path, to: str, options: ExportOptions, folder: Path, **wished: Any) -> Ending:
    """Fill a copy of the platform's own file; what is `wished` goes to `export`."""
    with open_gradebook(out, create=False) as gradebook:
        report = export(gradebook, to, options, folder, **wished)
    for text in (*report.said, *report.problems, *(f"Written: {single_line(str(path))}" for path in report.files)):
        say(text)
    return Ending.SOMETHING_LEFT if report.problems else Ending.ALL_DONE


def repack(submissions: Path, folder: Path, intake_options: IntakeOptions) -> Ending:
    """Write a zip for each submission that a plain `otter run` takes."""
    assignment = load_assignment()
    intake = intake_of(submissions, assignment, intake_options)
    is_whole = not intake.is_left_over
    for text, is_packed in pack_again(intake, assignment, folder):
        say(text)
        is_whole &= is_packed
    return Ending.ALL_DONE if is_whole else Ending.SOMETHING_LEFT
