"""The commands: each says in its help what it does, and calls what does it.

`options.py` declares what may be typed after them. Slow imports are made where they are used, so that help and
usage errors appear at once.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from . import __version__, options, usage
from .assignment import CHOSEN
from .io.program import typed


@click.group(cls=usage.Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="autograder")
@click.option(
    "--assignment",
    type=click.Path(path_type=Path, file_okay=False, exists=True, resolve_path=True),
    envvar=CHOSEN,
    metavar="FOLDER",
    help="The folder of assignment/, solutions/ and student_template/.  [default: this checkout]",
)
def main(assignment: Path | None) -> None:
    """Grade an assignment on token and positional embeddings.

    Exit status: 0 when all went well, 1 when something is left to do, 2 for wrong usage.
    """
    if assignment:
        os.environ[CHOSEN] = str(assignment)


@main.command(example="autograder grade submissions --output graded")
@options.grade
def grade(
    submissions: Path,
    out: Path,
    platform: str | None,
    roster: Path | None,
    choices: tuple[str, ...],
    known: tuple[Path, ...],
    **how: Any,
) -> int:
    """Grade SUBMISSIONS: a platform's download, or a folder of students' folders, zips or files.

    Writes grades.csv, report.html, results/, feedback/ and gradebook.sqlite. With the same OUT again, it
    continues where it was stopped and skips what has not changed. Exit status: 0 when every submission
    is graded or needs marking, 1 when some are set aside or not graded, or a file is in no student's submission.
    """
    from .course import pipeline

    intake = pipeline.IntakeOptions(platform, roster, choices)
    return pipeline.grade(submissions, out, intake, *_run_options(**how), known)


@main.command(example="autograder regrade graded --dry-run")
@options.regrade
def regrade(out: Path, dry_run: bool, all_students: bool, known: tuple[Path, ...], **how: Any) -> int:
    """Grade OUT again, from the files in its gradebook, if tests, limits or points have changed.

    Shows which cases flipped and why, and who gains and who loses. Marks given by hand stay. After a
    --dry-run, the same command without it writes the new results without grading again. Exit status: 1
    when something could not be graded again; its old result stays.
    """
    from .course import pipeline

    return pipeline.regrade(out, *_run_options(**how), known, dry_run=dry_run, show_all=all_students)


def _run_options(
    only: tuple[str, ...], students: tuple[str, ...], force: bool, workers: int, cluster: str, unconfined: bool
) -> tuple[Any, Any]:
    """What to grade, and what grades it."""
    from .course.batch.plan import RunOptions
    from .course.batch.run import Executor

    return RunOptions(only, students, force, unconfined), Executor(workers, cluster, unconfined)


@main.command(example="autograder forget graded chen_wei")
@options.forget
def forget(out: Path, students: tuple[str, ...], undo: bool) -> int:
    """Leave STUDENT out of the tables, the reports and the exports; the history stays.

    For students who have left the course, or are also in OUT under another name. If graded again, they count again.
    """
    from .course import pipeline

    return pipeline.forget(out, students, undo=undo)


@main.command(example="autograder history graded chen_wei")
@options.history
def history(out: Path, student: str) -> int:
    """Show every result that STUDENT has had in OUT, and what each of them changed.

    STUDENT is the key, a number, an email address or a name.
    """
    from .course import pipeline

    return pipeline.history(out, student)


@main.command(example="autograder mark graded")
@options.mark
def mark(
    out: Path,
    overlap: str,
    calibration: int | None,
    named: bool,
    port: int,
    no_browser: bool,
    exported: Path | None,
    name: str,
    **sheets: Any,
) -> int:
    """Mark the short answers of OUT, in the browser or on sheets.

    Without --write, --read or --export, serves a page on this machine and prints its address. Every mark
    is saved at once; Ctrl-C ends it. Exit status: 1 when something that was read was not accepted; each case
    is reported.
    """
    from .course import pipeline
    from .course.marking.marking_order import marker_names, sharing

    sheet, files = sheets["sheet"], sheets["files"]
    usage.check_marking(out, exported, name, **sheets)
    if exported:
        return pipeline.export_answers(out, exported)
    if name:
        return pipeline.read_proposals(out, files, name)
    if sheet or files:
        return _mark_on_sheets(out, **sheets)
    with usage.wrong_usage(f"mark {typed(out)} --markers anna,ben --overlap 10%"):
        shared = sharing(marker_names(sheets["markers"]), overlap, calibration)
    return pipeline.mark(out, shared, question=sheets["question"], named=named, port=port, is_opened=not no_browser)


@main.command(example="autograder mark graded --write sheet.csv")
@options.marks
def marks(out: Path, **sheets: Any) -> int:
    """Mark on sheets, as `autograder mark` does with --write and --read.

    Exit status: 1 when something on a sheet was not accepted; each case is reported.
    """
    usage.check_sheets(out, sheets["sheet"], sheets["files"])
    return _mark_on_sheets(out, **sheets)


def _mark_on_sheets(
    out: Path,
    sheet: Path | None,
    files: tuple[Path, ...],
    markers: str,
    question: str | None,
    anonymous: bool,
    marked_too: bool,
    replace_marks: bool,
) -> int:
    from .course import pipeline
    from .course.marking.marking_order import marker_names
    from .course.marking.write_sheet import SheetOptions

    if sheet:
        wanted = SheetOptions(anonymous, len(marker_names(markers)), question, marked_too)
        return pipeline.write_marks(out, sheet, wanted)
    return pipeline.read_marks(out, files, replace_marks=replace_marks)


@main.command(example="autograder interview graded chen_wei")
@options.interview
def interview(out: Path, students: tuple[str, ...]) -> int:
    """Write three questions for each STUDENT, or for all, about their own code and answers.

    OUT/interview-STUDENT.html is the page of each who is named, OUT/interview.html has one for everybody, to print: a
    line of their code and what would change if it were different, a mistake that was found, a number that they quote;
    and what a good reply contains.
    """
    from .course import pipeline

    return pipeline.interview(out, students)


@main.command(example="autograder export graded --to canvas --into Grades.csv")
@options.export
def export(
    out: Path,
    platform: str,
    into: Path | None,
    name: str,
    grade_column: str,
    feedback_column: str,
    folder: Path | None,
    **wished: Any,
) -> int:
    """Export the grades of OUT: fill in a copy of the platform's own file.

    Only the columns for points and comments change; anyone who cannot be found for sure is named. Exit
    status: 1 when something was not exported; each case is reported.
    """
    from .assignment import load_assignment
    from .course import pipeline
    from .course.platforms.export_plan import ExportOptions

    asked = ExportOptions(load_assignment(), into, name, grade_column, feedback_column)
    return pipeline.hand_back(out, platform, asked, folder or out / "export", **wished)


@main.command(example="autograder check student_template", context_settings={"ignore_unknown_options": True})
@options.check
def check(folder: Path, arguments: tuple[str, ...]) -> int:
    """Run the public checks on the files in FOLDER, as students do with `python check`.

    Exit status: 0 when every check passes, 1 when some do not, 2 when it could not check.
    """
    from .assignment import TEMPLATE, find_root
    from .check.terminal.command import main as run_check

    home = find_root() / TEMPLATE
    return run_check(arguments, folder=folder.resolve(), home=home, program=f"autograder check {folder}")


@main.command(example="autograder repack submissions --output repacked")
@options.repack
def repack(submissions: Path, folder: Path, platform: str | None, choices: tuple[str, ...]) -> int:
    """Write a zip for each of SUBMISSIONS that a plain `otter run` takes.

    SUBMISSIONS is anything that `grade` takes; Otter by itself takes less. Exit status: 1 when a submission is not
    written because it is set aside or contains no code.
    """
    from .course import pipeline

    return pipeline.repack(submissions, folder, pipeline.IntakeOptions(platform, None, choices))


@main.command(example="autograder release --check")
@options.release
def release(check: bool) -> int:
    """Derive student_template/ and the archives in dist/ from the assignment, the solutions and the tools.

    dist/ is not committed, so `--check` names an archive only if one is there.
    """
    from .assignment import find_root
    from .authoring.archives import archives
    from .authoring.release import release as derive

    root = find_root()
    paths = [*derive(root, check), *archives(root, check)]
    for path in paths:
        done = "written" if (root / path).exists() else "removed"
        click.echo(f"{'out of date' if check else done}: {path}")
    if not paths:
        click.echo("Everything is up to date.")
    return usage.SOME_ARE_LEFT if check and paths else usage.GOOD


@main.command(example="autograder audit lookup")
@options.audit
def audit(questions: tuple[str, ...]) -> int:
    """Find out whether the cases can be trusted: wrong code loses its points, right code keeps them.

    Grades every known mistake (solutions/misconceptions/), every right variant
    (solutions/right_variants/), the blank template, and mutants of the reference: copies with one
    small mechanical change. Runs in this process and without the wall, since all of it is our own code.
    Name a QUESTION, or several, to audit only those.

    Exit status: 1 when anything is reported in red.
    """
    from functools import partial

    from .assignment import load_assignment
    from .authoring.audit import audit as run_audit
    from .authoring.audit.audit_view import show
    from .io.terminal import progress

    assignment = load_assignment()
    found = run_audit(assignment, questions, watch=partial(progress, noun="program"))
    show(found, assignment)
    return usage.SOME_ARE_LEFT if any(found.problems()) else usage.GOOD


if __name__ == "__main__":
    main()
