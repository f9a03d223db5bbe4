"""The command `python check`: what is right already, the first thing that is not, what to do next."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from . import pack, runner
from .runner import Check, Report
from .screen import Screen
from .settings import FILE, Question, Settings, read_settings

HOME = Path(__file__).resolve().parent.parent
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
    screen = Screen()
    try:
        settings = read_settings(home / "check" / FILE)
    except (OSError, ValueError, KeyError, TypeError) as error:
        screen.line(f"check/{FILE} cannot be read ({error}). Take it from the handed-out folder again.")
        return CANNOT
    options = _parser(settings, program).parse_args(arguments)
    if options.pack:
        return _pack(screen, settings, folder, program)
    file = folder / settings.code
    if not file.is_file():
        screen.line(f"There is no {settings.code} in {folder}.")
        screen.line("Put your file there, under this name, and type the command again.")
        return CANNOT
    chosen = [q for q in settings.code_questions if not options.questions or q.id in options.questions]
    try:
        report = runner.run(
            settings,
            file,
            home / "tests",
            [question.id for question in chosen],
            lambda doing: screen.status(f"checking {settings.code}: {doing} ..."),
        )
    except runner.CannotCheck as problem:
        screen.line(str(problem))
        return CANNOT
    except KeyboardInterrupt:
        screen.line("Stopped.")
        return CANNOT
    _show(screen, settings, chosen, report, program, show_all=options.all)
    return ALL_PASS if all(check.outcome == "passed" for check in report.checks) else SOME_FAIL


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
        description=f"Runs the public checks on your {settings.code}: what is right already, the first "
        "thing that is not, and what to do next.",
        epilog="Exit status: 0 when every check passes, 1 when some do not, 2 when it could not check.",
    )

    def question(text: str) -> str:
        if text in ids:
            return text
        close = difflib.get_close_matches(text, ids, 1)
        meant = f" Did you mean `{close[0]}`?" if close else ""
        raise argparse.ArgumentTypeError(f"there is no question `{text}`.{meant} There are {', '.join(ids)}")

    parser.add_argument(
        "questions", nargs="*", type=question, metavar="QUESTION", help=f"only these: {', '.join(ids)}"
    )
    parser.add_argument("--all", action="store_true", help="show every check that does not pass")
    parser.add_argument(
        "--pack",
        action="store_true",
        help=f"write {pack.NAME} with what is handed in, and say what is missing or unfinished",
    )
    return parser


# What is shown -----------------------------------------------------------------------------------


def _show(
    screen: Screen,
    settings: Settings,
    questions: Sequence[Question],
    report: Report,
    program: str,
    *,
    show_all: bool,
) -> None:
    screen.line(screen.paint(f"{settings.title}: {settings.code}", "bold"))
    screen.line()
    _show_questions(screen, questions, report.checks)
    _show_problems(screen, settings, report.problems, show_all)
    left = [check for check in report.checks if check.outcome != "passed"]
    failed = [check for check in left if check.outcome != "not attempted"]
    shown = left if show_all else (failed or left)[:1]
    for check in shown:
        _show_check(screen, check)
    screen.line()
    _show_next(screen, settings, questions, report, shown, program)
    screen.line()
    screen.line(screen.paint(_summary(questions, report.checks), "bold"))


def _show_questions(screen: Screen, questions: Sequence[Question], checks: Sequence[Check]) -> None:
    """One line per question: passed checks of all, points kept of those that the checks carry."""
    width = max(len(question.id) for question in questions)
    for question in questions:
        own = [check for check in checks if check.question == question.id]
        passed = sum(check.outcome == "passed" for check in own)
        kept, possible = _points(question, own)
        if own and passed == len(own):
            mark, style = "passed", "green"
        elif own and all(check.outcome == "not attempted" for check in own):
            mark, style = "to do", "dim"
        else:
            mark, style = "failed", "red"
        counts = f"{passed:>2} of {len(own):>2} checks   {kept:>4.1f} of {possible:>4.1f} points"
        screen.line(f"  {screen.paint(screen.mark(mark), style)} {question.id:<{width}}   {counts}")


def _show_problems(
    screen: Screen, settings: Settings, problems: Sequence[tuple[int, str]], show_all: bool
) -> None:
    most = len(problems) if show_all else 3
    for line, text in problems[:most]:
        screen.line()
        screen.line(screen.paint(f"{settings.code}, line {line}", "yellow", "bold"))
        screen.sentences(_sentence(text), "  ")
    if len(problems) > most:
        screen.line(f"  ... and {len(problems) - most} more; --all shows them.")


def _show_check(screen: Screen, check: Check) -> None:
    screen.line()
    style = "yellow" if check.outcome == "not attempted" else "red"
    screen.line(screen.paint(f"{check.question}: {check.outcome}", style, "bold"))
    screen.sentences(check.title, "  ")
    if check.message:
        screen.line()
        screen.block(check.message)
    if check.printed:
        screen.line()
        screen.line(screen.paint("    your code printed:", "dim"))
        screen.block(check.printed.rstrip("\n"), "    | ")


def _show_next(
    screen: Screen,
    settings: Settings,
    questions: Sequence[Question],
    report: Report,
    shown: Sequence[Check],
    program: str,
) -> None:
    """What to do next, and how much else there is to see."""
    left = [check for check in report.checks if check.outcome != "passed"]
    if report.problems:
        screen.sentences(f"Next: mend line {report.problems[0][0]} of {settings.code}, then check again.")
    elif not left and len(questions) == len(settings.code_questions):
        screen.sentences(f"Next: write {settings.answers}, then type `{program} --pack`.")
    elif not left:
        screen.sentences(f"Next: another question, or `{program}` for all of them.")
    elif shown[0].outcome == "not attempted":
        screen.sentences(f"Next: write it in {settings.code}, then type `{program} {shown[0].question}`.")
    else:
        screen.sentences(
            f"Next: look up the sentence above in conventions.md, mend {settings.code}, then type "
            f"`{program} {shown[0].question}`."
        )
    more = len(left) - len(shown)
    if more > 0:
        screen.sentences(f"{more} more {_does(more)} not pass; `{program} --all` shows every one.")


def _summary(questions: Sequence[Question], checks: Sequence[Check]) -> str:
    passed = sum(check.outcome == "passed" for check in checks)
    points = [_points(q, [check for check in checks if check.question == q.id]) for q in questions]
    kept, possible = (sum(column) for column in zip(*points, strict=True))
    hidden = sum(question.hidden_cases for question in questions)
    more = f"; {hidden} more {'runs' if hidden == 1 else 'run'} when it is graded" if hidden else ""
    return (
        f"{passed} of {len(checks)} public checks {'passes' if passed == len(checks) == 1 else 'pass'}; "
        f"submitting now would keep {kept:.1f} of {possible:.1f} points for them{more}."
    )


def _points(question: Question, checks: Sequence[Check]) -> tuple[float, float]:
    """The points that the public cases of a question keep, and those they carry."""
    public = sum(check.share for check in checks)
    whole = public + question.hidden_share
    if not whole:
        return 0.0, 0.0
    kept = sum(check.share for check in checks if check.outcome == "passed")
    return question.points * kept / whole, question.points * public / whole


def _pack(screen: Screen, settings: Settings, folder: Path, program: str) -> int:
    try:
        packed = pack.pack(settings, folder)
    except OSError as error:
        screen.line(f"{pack.NAME} cannot be written: {error}")
        return CANNOT
    if packed.names:
        screen.line(f"Wrote {packed.path} with {' and '.join(packed.names)}, and read it back.")
    else:
        screen.line(f"There is nothing to pack in {folder}: no {settings.code}, no {settings.answers}.")
        return CANNOT
    if packed.unfinished:
        screen.line()
        screen.line(screen.paint("Missing or unfinished:", "yellow", "bold"))
        for text in packed.unfinished:
            screen.sentences(text, "  ")
        screen.line()
        screen.sentences(f"You may hand it in as it is, or go on and type `{program} --pack` again.")
    else:
        screen.line("Nothing is missing.")
    return SOME_FAIL if packed.unfinished else ALL_PASS


def _does(count: int) -> str:
    return "does" if count == 1 else "do"


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
