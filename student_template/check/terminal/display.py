"""Puts into words how the checks ended, what to do next, and what is not known before grading."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from ..loading.settings import Question, Settings
from ..running.report import Check, Report
from .screen import Screen

MOST_PROBLEMS = 3


def show_questions(screen: Screen, questions: Sequence[Question], checks: Sequence[Check]) -> None:
    """One line per question: passed checks of all, points kept of those that the checks carry."""
    width = max(len(question.id) for question in questions)
    for question in questions:
        own = [check for check in checks if check.question == question.id]
        passed = sum(check.outcome == "passed" for check in own)
        kept, possible = _points(question, own)
        counts = f"{passed:>2} of {len(own):>2} checks   {kept:>4.1f} of {possible:>4.1f} points"
        screen.line(f"  {mark(screen, own)} {question.id:<{width}}   {counts}")


def mark(screen: Screen, checks: Sequence[Check]) -> str:
    """A tick when all of a question's checks pass, a dot while nothing is written, else a cross."""
    if checks and all(check.outcome == "passed" for check in checks):
        return screen.paint(screen.mark("passed"), "green")
    if all(check.outcome == "not attempted" for check in checks):
        return screen.paint(screen.mark("to do"), "dim")
    return screen.paint(screen.mark("failed"), "red")


def show_problems(
    screen: Screen, settings: Settings, problems: Sequence[tuple[str, str]], most: int = MOST_PROBLEMS
) -> None:
    """What is wrong with the file itself, place by place."""
    for place, text in problems[:most]:
        screen.line()
        screen.line(screen.paint(f"{settings.code}, {place}", "yellow", "bold"))
        screen.sentences(_sentence(text), "  ")
    if len(problems) > most:
        screen.line(f"  ... and {len(problems) - most} more; --all shows them.")


def show_checks(screen: Screen, checks: Sequence[Check]) -> None:
    """Checks that did not pass, whole; what several wait for, one after the other, is said once."""
    for waits, alike in groupby(checks, _waits_for):
        if waits:
            first, *others = alike
            _show_check(screen, first, *(other.title for other in others))
        else:
            for check in alike:
                _show_check(screen, check)


def builds_on(check: Check) -> str:
    """What becomes, when it is graded, of a check that fails with the functions that it builds on."""
    names = " and ".join(f"`{name}`" for name in check.builds_on)
    does, ones = ("does", "a right one") if len(check.builds_on) == 1 else ("do", "right ones")
    return f"It builds on {names}, which {does} not pass: when it is graded, it is tried on {ones}, too."


def _waits_for(check: Check) -> tuple[str, str] | None:
    """What a check of a question waits for, in words; None if it does not wait, or has more to say."""
    is_all = check.outcome == "not attempted" and check.message and not (check.printed or check.hint)
    return (check.question, check.message) if is_all else None


def _show_check(screen: Screen, check: Check, *more_titles: str) -> None:
    screen.line()
    style = "yellow" if check.outcome == "not attempted" else "red"
    screen.line(screen.paint(f"{check.question}: {check.outcome}", style, "bold"))
    for title in (check.title, *more_titles):
        screen.sentences(title, "  ")
    for hint in check.hint.splitlines():
        screen.line()
        screen.sentences(hint, "  ")
    if check.builds_on:
        screen.line()
        screen.sentences(builds_on(check), "  ")
    if check.message:
        screen.line()
        screen.block(check.message)
    if check.printed:
        screen.line()
        screen.line(screen.paint("    your code printed:", "dim"))
        screen.block(check.printed.rstrip("\n"), "    | ")


def first_left(checks: Sequence[Check]) -> Check | None:
    """What to look at first: what was tried comes before what is not written yet."""
    left = [check for check in checks if check.outcome != "passed"]
    failed = [check for check in left if check.outcome != "not attempted"]
    return next(iter(failed or left), None)


def next_step(
    settings: Settings, report: Report, shown: Check | None, then: str, *, answers_left: bool, pack: str
) -> str:
    """What to do next, in a sentence.

    Args:
        shown: the check that the student looks at, if any does not pass.
        then: what to do after mending, as the end of a sentence.
        pack: the command that packs.
    """
    if report.problems:
        return f"Next: fix {report.problems[0][0]} of {settings.code}, then {then}."
    if shown is None:
        return f"Next: write {settings.answers}, then type `{pack}`." if answers_left else f"Next: type `{pack}`."
    if shown.outcome == "not attempted":
        return f"Next: write it in {settings.code}, then {then}."
    return f"Next: look up its sentence in conventions.md, fix {settings.code}, then {then}."


def show_summary(screen: Screen, questions: Sequence[Question], checks: Sequence[Check]) -> None:
    """How much passes and what it is worth; and that this is not all that is graded."""
    passed = sum(check.outcome == "passed" for check in checks)
    hidden = sum(question.hidden_cases for question in questions)
    points = [_points(q, [check for check in checks if check.question == q.id]) for q in questions]
    kept, possible = (sum(column) for column in zip(*points, strict=True))
    rest = sum(question.points for question in questions) - possible
    more = f"; {hidden} more {'runs' if hidden == 1 else 'run'} when it is graded" if hidden else ""
    does = "passes" if passed == len(checks) == 1 else "pass"
    screen.sentences(f"{passed} of {len(checks)} public checks {does}{more}.", style="bold")
    least = " at least" if any(check.builds_on for check in checks) else ""
    text = f"Submitting now would keep{least} {kept:.1f} of {possible:.1f} points for them."
    if hidden and passed == len(checks):
        text += (
            f" The other {rest:.1f} depend on what runs when it is graded: the same sentences of conventions.md, "
            "on other inputs. Read each of them once more."
        )
    screen.sentences(text)


def _points(question: Question, checks: Sequence[Check]) -> tuple[float, float]:
    """The points that the public cases of a question keep, and those they carry."""
    public = sum(check.share for check in checks)
    whole = public + question.hidden_share
    if not whole:
        return 0.0, 0.0
    kept = sum(check.share for check in checks if check.outcome == "passed")
    return question.points * kept / whole, question.points * public / whole


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")
