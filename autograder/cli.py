"""The commands. They hold no logic: each calls the rooms in turn and says what came out.

What is slow to import is imported where it is used, so that help and usage errors come at once.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .errors import GraderError

GOOD, SOME_ARE_LEFT, WRONG_USAGE, STOPPED = 0, 1, 2, 130

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)


def _says_what_is_wrong(command: Callable[..., int]) -> Callable[..., None]:
    """Turn a GraderError into its sentence, and what the command returns into the exit status."""

    @functools.wraps(command)
    def run(**options: Any) -> None:
        try:
            status = command(**options)
        except GraderError as problem:
            from .plain import plain

            click.echo(f"Error: {plain(str(problem))}", err=True)
            status = WRONG_USAGE
        sys.exit(status)

    return run


class _Command(click.Command):
    """A command whose usage errors end with a line to type."""

    def __init__(self, *arguments: Any, example: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.example = example

    def make_context(self, *arguments: Any, **options: Any) -> click.Context:
        try:
            return super().make_context(*arguments, **options)
        except click.UsageError as problem:
            text = f"{problem.format_message()}\nType, for example: {self.example}"
            raise click.UsageError(text, problem.ctx) from None


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="embeddings-autograder")
def main() -> None:
    """Grade an assignment on token and positional embeddings.

    Exit status: 0 when all went well, 1 when something is left to do, 2 for wrong usage.
    """


@main.command(cls=_Command, example="autograder grade submissions --output graded")
@click.argument("submissions", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--output", "out", type=_FOLDER, default=Path("graded"), show_default=True, help="Where the results go."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Submissions graded at a time.  [default: one per processor]",
)
@click.option(
    "--unconfined",
    is_flag=True,
    help="DANGEROUS: run student code without the wall, as yourself. Every output says so.",
)
@_says_what_is_wrong
def grade(submissions: Path, out: Path, workers: int | None, unconfined: bool) -> int:
    """Grade SUBMISSIONS: a folder of students' folders, zips or files.

    Writes grades.csv, report.html, results/, feedback/ and gradebook.sqlite. Exit status: 0 when
    every submission is graded or needs marking, 1 when some are set aside or not graded.
    """
    from .assignment import load_assignment
    from .gradebook import open_gradebook
    from .intake import collect
    from .marks import with_marks
    from .plain import counted
    from .reports import without_cases, write_reports
    from .result import Status
    from .terminal import progress, say, show_results

    assignment = load_assignment()
    workers = workers or os.cpu_count() or 1
    found = collect(submissions, assignment)
    from .batch import open_batch

    results, stopped = [], False
    with open_gradebook(out) as book:
        marks = book.marks()
        try:
            with (
                open_batch(assignment, workers, unconfined=unconfined) as batch,
                progress(len(found)) as advance,
            ):
                wall = batch.wall.value
                run = book.start_run(str(submissions.resolve()), workers, wall)
                count = counted(len(found), "submission")
                say(f"{count}, {workers} at a time. Wall around their code: {wall}")
                for result in batch.grade(found):
                    book.save(result, run)
                    results.append(without_cases(with_marks(result, marks)))
                    advance()
                book.end_run(run)
        except KeyboardInterrupt:
            stopped = True
        finally:
            if results:  # whatever stopped the batch: what was graded can be read
                write_reports(out, book, assignment)
    if results:
        show_results(results, assignment, out)
    if stopped:
        say(f"Stopped: {len(results):,} of {len(found):,} submissions are graded and kept in {out}.")
        return STOPPED
    is_held_up = any(result.status in (Status.SET_ASIDE, Status.NOT_GRADED) for result in results)
    return SOME_ARE_LEFT if is_held_up or len(results) < len(found) else GOOD


@main.command(cls=_Command, example="autograder marks graded --write sheet.csv")
@click.argument("out", type=_FOLDER)
@click.option("--write", "sheet", type=_FILE, metavar="SHEET.csv", help="Write what is to be marked.")
@click.option(
    "--read",
    "sheets",
    type=_FILE,
    multiple=True,
    metavar="SHEET.csv",
    help="Take a filled sheet back; repeat it.",
)
@click.option("--anonymous", is_flag=True, help="Show made-up names, the same ones each time.")
@click.option("--markers", type=click.IntRange(min=1), default=1, help="Split among as many sheets.")
@click.option("--question", metavar="ID", help="Only this question.")
@click.option("--all", "marked_too", is_flag=True, help="Write also what is marked already.")
@click.option("--replace", "replace_marks", is_flag=True, help="Let what is read replace earlier marks.")
@_says_what_is_wrong
def marks(
    out: Path,
    sheet: Path | None,
    sheets: tuple[Path, ...],
    anonymous: bool,
    markers: int,
    question: str | None,
    marked_too: bool,
    replace_marks: bool,
) -> int:
    """Mark the short answers of OUT by hand: write a sheet, fill it in, read it back.

    Exit status: 1 when something that a sheet says was not taken; each case is named.
    """
    if (sheet is None) == (not sheets):
        raise click.UsageError(
            f"Say either --write or --read.\nType, for example: autograder marks {out} --write sheet.csv"
        )
    from .assignment import load_assignment
    from .gradebook import open_gradebook
    from .marks import read_sheets, summary, write_sheets
    from .plain import counted
    from .reports import write_reports
    from .terminal import say

    assignment = load_assignment()
    with open_gradebook(out, create=False) as book:
        if sheet:
            for path, count in write_sheets(
                book,
                assignment,
                sheet,
                anonymous=anonymous,
                markers=markers,
                question=question,
                marked_too=marked_too,
            ):
                say(f"{path}: {counted(count, 'answer')} to mark")
            return GOOD
        reading = read_sheets(book, assignment, sheets, replace_marks=replace_marks)
        write_reports(out, book, assignment)
    for problem in reading.problems:
        say(problem)
    say(summary(reading))
    return SOME_ARE_LEFT if reading.problems else GOOD


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
    from .assignment import ROOT
    from .check.command import main as run_check

    return run_check(
        arguments,
        folder=folder.resolve(),
        home=ROOT / "student_template",
        program=f"autograder check {folder}",
    )


@main.command(cls=_Command, example="autograder release --check")
@click.option("--check", is_flag=True, help="Write nothing; exit status 1 when a file is out of date.")
@_says_what_is_wrong
def release(check: bool) -> int:
    """Derive student_template/ from the assignment, the solutions and the tools."""
    from .assignment import ROOT
    from .release import release as derive

    paths = derive(ROOT, check)
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
    small mechanical change. Runs in this process and without the wall, for it is all code of our own.
    Name a QUESTION, or several, to audit only those.

    Exit status: 1 when a mistake is missed or costs points elsewhere, a right variant loses points, a
    hint goes astray, or a mutant passes that solutions/equivalent_mutants.yml does not explain.
    """
    from functools import partial

    from .assignment import load_assignment
    from .audit import audit as run_audit
    from .audit.table import show
    from .terminal import progress

    assignment = load_assignment()
    ids = [question.id for question in assignment.code_questions]
    for question in questions:
        if question not in ids:
            raise GraderError(f"`{question}` is no code question; these are: {', '.join(ids)}")
    found = run_audit(assignment, questions, watch=partial(progress, noun="program"))
    show(found, assignment)
    return SOME_ARE_LEFT if any(found.problems()) else GOOD


if __name__ == "__main__":
    main()
