"""What may be typed after each command: its arguments and options, under the command's name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from .usage import PlatformName, PlatformOption

_FOLDER = click.Path(path_type=Path, file_okay=False)
_FILE = click.Path(path_type=Path, dir_okay=False)
_THERE = click.Path(path_type=Path, exists=True)

Declared = Callable[[Any], Any]


def _of(*declared: Declared) -> Declared:
    """These, in the order in which help shows them."""

    def declare(command: Any) -> Any:
        for one in reversed(declared):
            command = one(command)
        return command

    return declare


_out = click.argument("out", type=_FOLDER)
_submissions = click.argument("submissions", type=_THERE)

_layout = click.option(
    "--layout",
    "platform",
    cls=PlatformOption,
    type=PlatformName("LAYOUTS"),
    help="How SUBMISSIONS are laid out, if that is not recognised.",
)

_grading = _of(
    click.option(
        "--only",
        multiple=True,
        metavar="QUESTION",
        help="Grade only this question again and keep the other results; may be repeated.",
    ),
    click.option(
        "--student", "students", multiple=True, metavar="STUDENT", help="Grade only this student; may be repeated."
    ),
    click.option("--force", is_flag=True, help="Also grade what has not changed."),
    click.option(
        "--known",
        type=_THERE,
        multiple=True,
        metavar="FOLDER",
        help="Also compare submissions with this: public solutions, an earlier term; may be repeated. "
        "OUT remembers it.",
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        default=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        metavar="N",
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

grade = _of(
    _submissions,
    click.option(
        "--output", "out", type=_FOLDER, default=Path("graded"), show_default=True, help="Where the results go."
    ),
    _layout,
    click.option("--roster", type=_FILE, metavar="ROSTER.csv", help="The course's students, to report who is missing."),
    click.option(
        "--choose",
        "choices",
        multiple=True,
        metavar="STUDENT=FILE",
        help="Which file of a set-aside submission counts; may be repeated. OUT remembers it.",
    ),
    _grading,
)

regrade = _of(
    _out,
    click.option("--dry-run", is_flag=True, help="Only show what would change."),
    click.option("--all", "all_students", is_flag=True, help="Show every student whose result changes."),
    _grading,
)

forget = _of(
    _out,
    click.argument("students", nargs=-1, required=True, metavar="STUDENT..."),
    click.option("--undo", is_flag=True, help="Let them count again."),
)

history = _of(_out, click.argument("student"))

_sheets = _of(
    click.option("--write", "sheet", type=_FILE, metavar="SHEET.csv", help="Write a sheet of what is to be marked."),
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

mark = _of(
    _out,
    _sheets,
    click.option(
        "--overlap", default="", metavar="N|N%", help="Answers per question that everyone marks.  [default: 10]"
    ),
    click.option(
        "--calibration",
        type=click.IntRange(min=0),
        metavar="N",
        help="How many of these everyone marks before the rest opens.  [default: 5]",
    ),
    click.option("--named", is_flag=True, help="Show who gave an answer."),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=0,
        metavar="N",
        help="Serve on this port.  [default: a free one]",
    ),
    click.option("--no-browser", is_flag=True, help="Only print the address."),
    click.option(
        "--export", "exported", type=_FILE, metavar="FILE.jsonl", help="Write answers, rubric, marks; no names."
    ),
    click.option("--as", "name", default="", metavar="NAME", help="Whose proposals are read."),
)

marks = _of(_out, _sheets)

interview = _of(_out, click.argument("students", nargs=-1, metavar="[STUDENT]..."))

export = _of(
    _out,
    click.option(
        "--to",
        "platform",
        cls=PlatformOption,
        type=PlatformName("EXPORTS"),
        required=True,
        help="Whose file is filled in.",
    ),
    click.option("--into", type=_FILE, metavar="FILE.csv", help="The platform's own file; a copy of it is filled in."),
    click.option("--assignment", "name", default="", metavar="NAME", help="What the assignment is called there."),
    click.option("--grade-column", default="", metavar="NAME", help="The column for points, if it has another name."),
    click.option(
        "--feedback-column", default="", metavar="NAME", help="The column for comments, if it has another name."
    ),
    click.option("--output", "folder", type=_FOLDER, help="Where the files go.  [default: OUT/export]"),
    click.option("--late-file", type=_FILE, metavar="FILE.csv", help="How late students were: student,hours_late."),
    click.option("--provisional", is_flag=True, help="Also export what still needs marking."),
    click.option("--feedback", is_flag=True, help="Also write the students' pages, as the platform expects them."),
)

check = _of(
    click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True)),
    click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[QUESTION | --all | --pack]..."),
)

repack = _of(
    _submissions,
    click.option(
        "--output", "folder", type=_FOLDER, default=Path("repacked"), show_default=True, help="Where the zips go."
    ),
    _layout,
    click.option(
        "--choose",
        "choices",
        multiple=True,
        metavar="STUDENT=FILE",
        help="Which file of a set-aside submission counts; may be repeated.",
    ),
)

release = click.option("--check", is_flag=True, help="Write nothing; exit status 1 when a file is out of date.")

audit = click.argument("questions", nargs=-1, metavar="[QUESTION]...")
