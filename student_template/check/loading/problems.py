"""What is wrong with a student's file, as it is told: a line and a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST = 300
"""Characters after which the text of an error is cut."""

MOST_PROBLEMS = 100
"""Of a file; more are not told."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with the file itself: the line, counted from 1, and a sentence.

    Attributes:
        lacks: the name that was not there, if that is it.
        loses: the function or class that could not be read, if it is that.
    """

    line: int
    text: str
    lacks: str = ""
    loses: str = ""


def first_of(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """As many as are told, and that there are more."""
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    text = f"from here on there are more lines like those above: {MOST_PROBLEMS} are listed. Fix them first."
    return (*problems[:MOST_PROBLEMS], Problem(problems[MOST_PROBLEMS].line, text))


def message_of(error: BaseException) -> str:
    """The text of an error, cut short; an error may fail to describe itself."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        text = "(its message cannot be read)"
    return cut(text or type(error).__name__)


def cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
