"""The command `python check`: what is right already, the first thing that is not, what to do next."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from ..loading import libraries
from ..loading.locate import Work, find_work
from ..loading.notebook import is_notebook
from ..loading.settings import FILE, Question, Settings, read_settings
from ..running import runner
from ..running.report import CannotCheck, Report
from . import as_json, display, pack
from .screen import Screen
from .watch import Watch

HOME = Path(__file__).resolve().parents[2]
"""The handed-out folder, when this is the copy in it."""

ALL_PASS, SOME_FAIL, CANNOT = 0, 1, 2


def main(
    arguments: Sequence[str] | None = None,
    *,
    folder: Path = HOME,
    home: Path = HOME,
    program: str = "python check",
) -> int:
    """Check the code file in `folder` and give the exit status.

    Args:
        arguments: those of the command line.
        home: the handed-out folder, with `tests/` and `check/assignment.json`.
        program: how the command was called, for texts that say what to type.

    Returns:
        0 when every public case passes, 1 when some do not, 2 when checking was not possible.
    """
    try:
        return _main(Screen(), arguments, folder, home, program)
    except BrokenPipeError:  # who read the output, as `head` does, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CANNOT


def _main(screen: Screen, arguments: Sequence[str] | None, folder: Path, home: Path, program: str) -> int:
    try:
        settings = read_settings(home / "check" / FILE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        screen.line(f"check/{FILE} cannot be read ({error}). Copy it again from the handed-out folder.")
        return CANNOT
    options = _parser(settings, program).parse_args(arguments)
    work = find_work(settings, folder, prefer_notebook=options.notebook)
    settings = replace(settings, code=work.file)
    if options.pack:
        return _pack(screen, settings, folder, program, work)
    file = folder / settings.code
    chosen = [q for q in settings.code_questions if not options.questions or q.id in options.questions]
    if options.json:
        return _json(settings, file, home, chosen)
    if not file.is_file():
        screen.line(f"There is no {settings.code} in {folder}.")
        for name in pack.lookalikes(folder, settings.code):
            screen.line(f"There is `{name}`: if it is yours, rename it.")
        screen.line("Put your file there, under this name, and type the command again.")
        return CANNOT
    if work.is_blank:
        for name in pack.lookalikes(folder, settings.code):
            screen.line(f"Nothing is written in {settings.code} yet. If `{name}` is yours, rename it.")
    if options.watch:
        return _watch(screen, settings, chosen, folder, home, program)
    try:
        report = runner.run(
            settings,
            file,
            home / "tests",
            [question.id for question in chosen],
            lambda doing: screen.status(f"checking {settings.code}: {doing} ..."),
        )
    except CannotCheck as error:
        screen.line(str(error))
        return CANNOT
    except KeyboardInterrupt:
        screen.line("Stopped.")
        return CANNOT
    _show(screen, settings, chosen, report, folder, program, show_all=options.all)
    if work.also:
        screen.line()
        screen.sentences(f"{work.also} contains code, too, and was not checked. {_choose(work, program)}")
    return ALL_PASS if report.all_pass else SOME_FAIL


def _json(settings: Settings, file: Path, home: Path, questions: Sequence[Question]) -> int:
    """Print the report for other programs, and nothing else."""
    try:
        if not file.is_file():
            raise CannotCheck(f"There is no {settings.code} in {file.parent}.")
        report = runner.run(settings, file, home / "tests", [question.id for question in questions], lambda _: None)
    except CannotCheck as error:
        print(as_json.error_as_json(settings, str(error)))
        return CANNOT
    print(as_json.report_as_json(settings, questions, report))
    return ALL_PASS if report.all_pass else SOME_FAIL


def _choose(work: Work, program: str) -> str:
    """How to have the other file checked or packed."""
    return (
        f"`{program} --notebook` takes the notebook." if is_notebook(work.also) else f"`{program}` takes {work.also}."
    )


def _watch(
    screen: Screen, settings: Settings, questions: Sequence[Question], folder: Path, home: Path, program: str
) -> int:
    watch = Watch(screen, settings, questions, folder, home, program)
    try:
        watch.run()
    except CannotCheck as error:
        screen.line(str(error))
        return CANNOT
    if watch.report is None:
        screen.line("Stopped.")
        return CANNOT
    _show(screen, settings, questions, watch.report, folder, program, show_all=False)
    return ALL_PASS if watch.report.all_pass else SOME_FAIL


class _Parser(argparse.ArgumentParser):
    """Says what to type before it says what was wrong."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        sys.stderr.write(f"Try `{self.prog} --help`.\n{message[0].upper()}{message[1:]}.\n")
        raise SystemExit(CANNOT)


def _parser(settings: Settings, program: str) -> argparse.ArgumentParser:
    ids = [question.id for question in settings.code_questions]
    parser = _Parser(
        prog=program,
        description=f"Runs the public checks on your {settings.code}, or on your notebook: what is right "
        "already, the first thing that is not, and what to do next.",
        epilog="Exit status: 0 when every check passes, 1 when some do not, 2 when it could not check.",
    )

    def question(text: str) -> str:
        if text in ids:
            return text
        for asked in settings.code_questions:
            if text in asked.functions:
                its = f"`{text}` is a part of the question `{asked.id}`: type `{program} {asked.id}`"
                raise argparse.ArgumentTypeError(its)
        close = difflib.get_close_matches(text, ids, 1)
        meant = f" Did you mean `{close[0]}`?" if close else ""
        raise argparse.ArgumentTypeError(f"there is no question `{text}`.{meant} There are {', '.join(ids)}")

    parser.add_argument("questions", nargs="*", type=question, metavar="QUESTION", help=f"only these: {', '.join(ids)}")
    parser.add_argument("--all", action="store_true", help="show every check that does not pass")
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--json", action="store_true", help="print the outcome of every check for other programs")
    instead.add_argument(
        "--watch",
        action="store_true",
        help=f"check again whenever {settings.code} or {settings.answers} is saved, until Ctrl-C",
    )
    instead.add_argument(
        "--pack",
        action="store_true",
        help=f"write {pack.NAME} with what you hand in, and say what is missing or unfinished",
    )
    parser.add_argument(
        "--notebook",
        action="store_true",
        help=f"check or pack the notebook, even if there is code in {settings.code}, too",
    )
    return parser


def _show(
    screen: Screen,
    settings: Settings,
    questions: Sequence[Question],
    report: Report,
    folder: Path,
    program: str,
    *,
    show_all: bool,
) -> None:
    screen.line(screen.paint(f"{settings.title}: {settings.code}", "bold"))
    if note := libraries.without_gensim():
        screen.sentences(note)
    screen.line()
    display.show_questions(screen, questions, report.checks)
    most = len(report.problems) if show_all else display.MOST_PROBLEMS
    display.show_problems(screen, settings, report.problems, most)
    left = [check for check in report.checks if check.outcome != "passed"]
    first = display.first_left(report.checks)
    shown = left if show_all else [first] if first else []
    display.show_checks(screen, shown)
    screen.line()
    if left or len(questions) == len(settings.code_questions):
        then = f"type `{program} {shown[0].question}`" if left and not report.problems else "check again"
        answers_left = bool(pack.unfinished_answers(settings, folder))
        command = f"{program} --pack"
        screen.sentences(display.next_step(settings, report, first, then, answers_left=answers_left, pack=command))
    else:
        screen.sentences(f"Next: another question, or `{program}` for all of them.")
    more = len(left) - len(shown)
    if more > 0:
        same = " ".join([program, *(q.id for q in questions if len(questions) < len(settings.code_questions))])
        screen.sentences(f"{more} more {'does' if more == 1 else 'do'} not pass; `{same} --all` shows every one.")
    screen.line()
    display.show_summary(screen, questions, report.checks)


def _pack(screen: Screen, settings: Settings, folder: Path, program: str, work: Work) -> int:
    try:
        packed = pack.pack(settings, folder)
    except OSError as error:
        screen.line(f"{pack.NAME} cannot be written: {error}")
        return CANNOT
    if packed.names:
        screen.line(f"Wrote {packed.path} with {' and '.join(packed.names)}, and read it back.")
    else:
        screen.line(f"There is nothing to pack in {folder}: no {settings.code}, no {settings.answers}.")
    if packed.misnamed or work.also:
        screen.line()
        screen.line(screen.paint("Left out:", "yellow", "bold"))
        for name in packed.misnamed:
            then = "copy its text to where it belongs" if name.lower().endswith(pack.DOCUMENTS) else "rename it"
            screen.sentences(f"`{name}`. If it is the one to hand in, {then} and pack again.", "  ")
        if work.also:
            screen.sentences(f"{work.also}, which holds code, too. {_choose(work, program + ' --pack')}", "  ")
    if not packed.names:
        return CANNOT
    if packed.unfinished:
        screen.line()
        screen.line(screen.paint("Missing or unfinished:", "yellow", "bold"))
        for text in packed.unfinished:
            screen.sentences(text, "  ")
        screen.line()
        missing = [
            name for name in (settings.code, settings.answers) if f"{name} is not in the folder." in packed.unfinished
        ]
        if missing:
            screen.sentences(
                f"Do not hand it in yet: without {missing[0]} there are no points for what belongs there. "
                f"Put it into {folder} and type `{program} --pack` again."
            )
        else:
            screen.sentences(f"You may hand it in as it is, or go on and type `{program} --pack` again.")
    else:
        screen.line("Nothing is missing.")
    return SOME_FAIL if packed.unfinished else ALL_PASS
