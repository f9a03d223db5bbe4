"""The commands. They contain no logic: each calls other modules in turn and says what came out.

Slow imports are made where they are used, so that help and usage errors appear at once.
"""

from __future__ import annotations

import functools
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from . import __version__
from .assignment import CHOSEN
from .errors import GraderError
from .io.program import NAME, program

GOOD, SOME_ARE_LEFT, WRONG_USAGE = 0, 1, 2

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


def _says_what_is_wrong(command: Callable[..., int]) -> Callable[..., None]:
    """Turn a GraderError into its sentence, and what the command returns into the exit status."""

    @functools.wraps(command)
    def run(**options: Any) -> None:
        try:
            status = command(**options)
        except GraderError as error:
            from .io.text import escape_control

            click.echo(f"Error: {escape_control(str(error))}", err=True)
            status = WRONG_USAGE
        sys.exit(status)

    return run


class _PlatformName(click.ParamType):
    """The name of a platform in one of the registry's tables, which is imported only when needed."""

    name = "platform"

    def __init__(self, table: str) -> None:
        self.table = table

    @property
    def names(self) -> tuple[str, ...]:
        from .course.platforms import all_platforms

        return tuple(getattr(all_platforms, self.table))

    def get_missing_message(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"One of {', '.join(self.names)}."

    def get_metavar(self, param: click.Parameter, ctx: click.Context | None = None) -> str:
        return f"[{'|'.join(self.names)}]"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        return (
            value if value in self.names else self.fail(f"{value!r} is not one of {', '.join(self.names)}.", param, ctx)
        )


class _Command(click.Command):
    """A command whose usage errors end with a line to type."""

    def __init__(self, *arguments: Any, example: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.example = example

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as error:
            text = f"{error.format_message()}\nType, for example: {self.example.replace(NAME, program(), 1)}"
            raise click.UsageError(text, error.ctx) from None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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


def _grading_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options that `grade` and `regrade` share."""
    for option in reversed(
        (
            click.option(
                "--only",
                multiple=True,
                metavar="QUESTION",
                help="Grade only this question again and keep the other results; may be repeated.",
            ),
            click.option(
                "--student",
                "students",
                multiple=True,
                metavar="STUDENT",
                help="Grade only this student; may be repeated.",
            ),
            click.option("--force", is_flag=True, help="Also grade what has not changed."),
            click.option(
                "--known",
                type=click.Path(path_type=Path, exists=True),
                multiple=True,
                metavar="FOLDER",
                help="Also compare submissions with this: public solutions, an earlier term; may be repeated. "
                "OUT remembers it.",
            ),
            click.option(
                "--workers",
                type=click.IntRange(min=1),
                default=os.cpu_count() or 1,
                help="Submissions graded at a time.  [default: one per processor]",
            ),
            click.option(
                "--dask",
                "cluster",
                default="",
                metavar="ADDRESS",
                help="Grade on the Dask cluster at this address, such as tcp://host:8786.",
            ),
            click.option(
                "--unconfined",
                is_flag=True,
                help="DANGEROUS: run student code without the wall, as yourself. Every output says so.",
            ),
        )
    ):
        command = option(command)
    return command


@main.command(cls=_Command, example="autograder grade submissions --output graded")
@click.argument("submissions", type=click.Path(path_type=Path, exists=True))
@click.option("--output", "out", type=_FOLDER, default=Path("graded"), show_default=True, help="Where the results go.")
@click.option(
    "--layout",
    "platform",
    type=_PlatformName("LAYOUTS"),
    help="How SUBMISSIONS are laid out, if that is not recognised.",
)
@click.option("--roster", type=_FILE, metavar="ROSTER.csv", help="The course's students, to report who is missing.")
@click.option(
    "--choose",
    "choices",
    multiple=True,
    metavar="STUDENT=FILE",
    help="Which file of a set-aside submission counts; may be repeated. OUT remembers it.",
)
@_grading_options
@_says_what_is_wrong
def grade(
    submissions: Path,
    out: Path,
    platform: str | None,
    roster: Path | None,
    choices: tuple[str, ...],
    only: tuple[str, ...],
    students: tuple[str, ...],
    force: bool,
    known: tuple[Path, ...],
    workers: int,
    cluster: str,
    unconfined: bool,
) -> int:
    """Grade SUBMISSIONS: a platform's download, or a folder of students' folders, zips or files.

    Writes grades.csv, report.html, results/, feedback/ and gradebook.sqlite. With the same OUT again, it
    continues where it was stopped and skips what has not changed. Exit status: 0 when every submission
    is graded or needs marking, 1 when some are set aside or not graded, or a file is in no student's submission.
    """
    from .course import pipeline
    from .course.batch.plan import RunOptions
    from .course.batch.run import Executor

    intake = pipeline.IntakeOptions(platform, roster, choices)
    options = RunOptions(only, students, force, unconfined)
    return pipeline.grade(submissions, out, intake, options, Executor(workers, cluster, unconfined), known)


@main.command(cls=_Command, example="autograder regrade graded --dry-run")
@click.argument("out", type=_FOLDER)
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
@click.option("--all", "all_students", is_flag=True, help="Show every student whose result changes.")
@_grading_options
@_says_what_is_wrong
def regrade(
    out: Path,
    dry_run: bool,
    all_students: bool,
    only: tuple[str, ...],
    students: tuple[str, ...],
    force: bool,
    known: tuple[Path, ...],
    workers: int,
    cluster: str,
    unconfined: bool,
) -> int:
    """Grade OUT again, from the files in its gradebook, if tests, limits or points have changed.

    Shows which cases flipped and why, and who gains and who loses. Marks given by hand stay. After a
    --dry-run, the same command without it writes the new results without grading again. Exit status: 1
    when something could not be graded again; its old result stays.
    """
    from .course import pipeline
    from .course.batch.plan import RunOptions
    from .course.batch.run import Executor

    options = RunOptions(only, students, force, unconfined)
    executor = Executor(workers, cluster, unconfined)
    return pipeline.regrade(out, options, executor, known, dry_run=dry_run, show_all=all_students)


@main.command(cls=_Command, example="autograder forget graded chen_wei")
@click.argument("out", type=_FOLDER)
@click.argument("students", nargs=-1, required=True, metavar="STUDENT...")
@click.option("--undo", is_flag=True, help="Let them count again.")
@_says_what_is_wrong
def forget(out: Path, students: tuple[str, ...], undo: bool) -> int:
    """Leave STUDENT out of the tables, the reports and the exports; the history stays.

    For students who have left the course, or are also in OUT under another name. If graded again, they count again.
    """
    from .course import pipeline

    return pipeline.forget(out, students, undo=undo)


@main.command(cls=_Command, example="autograder history graded chen_wei")
@click.argument("out", type=_FOLDER)
@click.argument("student")
@_says_what_is_wrong
def history(out: Path, student: str) -> int:
    """Show every result that STUDENT has had in OUT, and what each of them changed.

    STUDENT is the key, a number, an email address or a name.
    """
    from .course import pipeline

    return pipeline.history(out, student)


def _marking_options(command: Callable[..., None]) -> Callable[..., None]:
    """The options for sheets, which `mark` and `marks` share."""
    for option in reversed(
        (
            click.option(
                "--write", "sheet", type=_FILE, metavar="SHEET.csv", help="Write a sheet of what is to be marked."
            ),
            click.option(
                "--read",
                "files",
                type=_FILE,
                multiple=True,
                metavar="FILE",
                help="Read a sheet that was filled in, or a program's proposals (.jsonl); may be repeated.",
            ),
            click.option(
                "--markers",
                default="",
                metavar="NAME,NAME",
                help="Who shares the work, with a page or a sheet each; a number will do.",
            ),
            click.option("--question", metavar="ID", help="Only this question."),
            click.option("--anonymous", is_flag=True, help="On the sheet: made-up names, the same ones each time."),
            click.option("--all", "marked_too", is_flag=True, help="On the sheet: also what is already marked."),
            click.option("--replace", "replace_marks", is_flag=True, help="Let what is read replace earlier marks."),
        )
    ):
        command = option(command)
    return command


@main.command(cls=_Command, example="autograder mark graded")
@click.argument("out", type=_FOLDER)
@_marking_options
@click.option("--overlap", default="", metavar="N|N%", help="Answers per question that everyone marks.  [default: 10]")
@click.option(
    "--calibration",
    type=click.IntRange(min=0),
    help="How many of these everyone marks before the rest opens.  [default: 5]",
)
@click.option("--named", is_flag=True, help="Show who gave an answer.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Serve on this port.  [default: a free one]")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--export", "exported", type=_FILE, metavar="FILE.jsonl", help="Write answers, rubric, marks; no names.")
@click.option("--as", "name", default="", metavar="NAME", help="Whose proposals are read.")
@_says_what_is_wrong
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

    files = sheets["files"]
    if sum(map(bool, (sheets["sheet"], files, exported))) > 1:
        raise click.UsageError(
            f"Say one of --write, --read and --export.\nType, for example: {program()} mark {out} --write sheet.csv"
        )
    if exported:
        return pipeline.export_answers(out, exported)
    proposals = tuple(file for file in files if file.suffix == ".jsonl")
    if proposals and (not name or len(proposals) < len(files)):
        raise click.UsageError(
            "Proposals are read by themselves, and --as says whose they are.\n"
            f"Type, for example: {program()} mark {out} --read answers.jsonl --as model-x"
        )
    if proposals:
        return pipeline.read_proposals(out, proposals, name)
    if name:
        raise click.UsageError(
            "--as says whose proposals are read, and comes with --read.\n"
            f"Type, for example: {program()} mark {out} --read answers.jsonl --as {shlex.quote(name)}\n"
            f"--markers says who marks on the page: {program()} mark {out} --markers {shlex.quote(name)}"
        )
    if sheets["sheet"] or files:
        return _mark_on_sheets(out, **sheets)
    try:
        shared = sharing(marker_names(sheets["markers"]), overlap, calibration)
    except GraderError as error:
        raise click.UsageError(
            f"{error}\nType, for example: {program()} mark {out} --markers anna,ben --overlap 10%"
        ) from None
    return pipeline.mark(out, shared, question=sheets["question"], named=named, port=port, is_opened=not no_browser)


@main.command(cls=_Command, example="autograder mark graded --write sheet.csv")
@click.argument("out", type=_FOLDER)
@_marking_options
@_says_what_is_wrong
def marks(out: Path, **sheets: Any) -> int:
    """Mark on sheets, as `autograder mark` does with --write and --read.

    Exit status: 1 when something on a sheet was not accepted; each case is reported.
    """
    if bool(sheets["sheet"]) == bool(sheets["files"]):
        raise click.UsageError(
            f"Say either --write or --read; `{program()} mark {out}` marks in the browser.\n"
            f"Type, for example: {program()} mark {out} --write sheet.csv"
        )
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
        options = SheetOptions(anonymous, len(marker_names(markers)), question, marked_too)
        return pipeline.write_marks(out, sheet, options)
    return pipeline.read_marks(out, files, replace_marks=replace_marks)


@main.command(cls=_Command, example="autograder interview graded chen_wei")
@click.argument("out", type=_FOLDER)
@click.argument("students", nargs=-1, metavar="[STUDENT]...")
@_says_what_is_wrong
def interview(out: Path, students: tuple[str, ...]) -> int:
    """Write three questions for each STUDENT, or for all, about their own code and answers.

    OUT/interview.html has a page for each, to print: a line of their code and what would change if it were
    different, a mistake that was found, a number that they quote; and what a good reply contains.
    """
    from .course import pipeline

    return pipeline.interview(out, students)


@main.command(cls=_Command, example="autograder export graded --to canvas --into Grades.csv")
@click.argument("out", type=_FOLDER)
@click.option(
    "--to",
    "platform",
    type=_PlatformName("EXPORTS"),
    required=True,
    help="Whose file is filled in.",
)
@click.option("--into", type=_FILE, metavar="FILE.csv", help="The platform's own file; a copy of it is filled in.")
@click.option("--assignment", "name", default="", metavar="NAME", help="What the assignment is called there.")
@click.option("--grade-column", default="", metavar="NAME", help="The column for points, if it has another name.")
@click.option(
    "--feedback-column",
    default="",
    metavar="NAME",
    help="The column for comments, if it has another name.",
)
@click.option("--output", "folder", type=_FOLDER, help="Where the files go.  [default: OUT/export]")
@click.option("--late-file", type=_FILE, metavar="FILE.csv", help="How late students were: student,hours_late.")
@click.option("--provisional", is_flag=True, help="Also export what still needs marking.")
@click.option("--feedback", is_flag=True, help="Also write the students' pages, as the platform expects them.")
@_says_what_is_wrong
def export(
    out: Path,
    platform: str,
    into: Path | None,
    name: str,
    grade_column: str,
    feedback_column: str,
    folder: Path | None,
    late_file: Path | None,
    provisional: bool,
    feedback: bool,
) -> int:
    """Export the grades of OUT: fill in a copy of the platform's own file.

    Only the columns for points and comments change; anyone who cannot be found for sure is named. Exit
    status: 1 when something was not exported; each case is reported.
    """
    from .assignment import load_assignment
    from .course import pipeline
    from .course.platforms.export_plan import ExportOptions

    options = ExportOptions(load_assignment(), into, name, grade_column, feedback_column)
    wished = {"late_file": late_file, "provisional": provisional, "feedback": feedback}
    return pipeline.hand_back(out, platform, options, folder or out / "export", **wished)


@main.command(
    cls=_Command,
    example="autograder check student_template",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[QUESTION | --all | --pack]...")
@_says_what_is_wrong
def check(folder: Path, arguments: tuple[str, ...]) -> int:
    """Run the public checks on the files in FOLDER, as students do with `python check`.

    Exit status: 0 when every check passes, 1 when some do not, 2 when it could not check.
    """
    from .assignment import TEMPLATE, find_root
    from .check.terminal.command import main as run_check

    return run_check(
        arguments,
        folder=folder.resolve(),
        home=find_root() / TEMPLATE,
        program=f"autograder check {folder}",
    )


@main.command(cls=_Command, example="autograder repack submissions --output repacked")
@click.argument("submissions", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--output",
    "folder",
    type=_FOLDER,
    default=Path("repacked"),
    show_default=True,
    help="Where the zips go.",
)
@click.option(
    "--layout",
    "platform",
    type=_PlatformName("LAYOUTS"),
    help="How SUBMISSIONS are laid out, if that is not recognised.",
)
@click.option(
    "--choose",
    "choices",
    multiple=True,
    metavar="STUDENT=FILE",
    help="Which file of a set-aside submission counts; may be repeated.",
)
@_says_what_is_wrong
def repack(submissions: Path, folder: Path, platform: str | None, choices: tuple[str, ...]) -> int:
    """Write a zip for each of SUBMISSIONS that a plain `otter run` takes.

    SUBMISSIONS is anything that `grade` takes; Otter by itself takes less. Exit status: 1 when a submission is not
    written because it is set aside or contains no code.
    """
    from .course import pipeline

    return pipeline.repack(submissions, folder, pipeline.IntakeOptions(platform, None, choices))


@main.command(cls=_Command, example="autograder release --check")
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 when a file is out of date.")
@_says_what_is_wrong
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
        click.echo(f"{'out of date' if check else 'written'}: {path}")
    if not paths:
        click.echo("Everything is up to date.")
    return SOME_ARE_LEFT if check and paths else GOOD


@main.command(cls=_Command, example="autograder audit lookup")
@click.argument("questions", nargs=-1, metavar="[QUESTION]...")
@_says_what_is_wrong
def audit(questions: tuple[str, ...]) -> int:
    """Find out whether the cases can be trusted: wrong code loses its points, right code keeps them.

    Grades every known mistake (solutions/misconceptions/), every right variant
    (solutions/right_variants/), the blank template, and mutants of the reference: copies with one
    small mechanical change. Runs in this process and without the wall, since all of it is our own code.
    Name a QUESTION, or several, to audit only those.

    Exit status: 1 when a mistake is missed or costs points elsewhere, a right variant loses points, a
    hint goes to the wrong mistake, or a mutant passes that solutions/equivalent_mutants.yml does not explain.
    """
    from functools import partial

    from .assignment import load_assignment
    from .authoring.audit import audit as run_audit
    from .authoring.audit.audit_view import show
    from .io.terminal import progress

    assignment = load_assignment()
    ids = [question.id for question in assignment.code_questions]
    for question in questions:
        if question not in ids:
            raise GraderError(f"`{question}` is not a code question; these are: {', '.join(ids)}")
    found = run_audit(assignment, questions, watch=partial(progress, noun="program"))
    show(found, assignment)
    return SOME_ARE_LEFT if any(found.problems()) else GOOD


if __name__ == "__main__":
    main()
