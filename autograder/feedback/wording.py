"""The sentences that a student reads about a result, whatever file they stand in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..assignment import Assignment, Question
from ..io.text import format_points, pluralize
from ..mark import ItemMark, Mark
from ..result import CaseResult, Outcome, QuestionResult, Result, Status
from .hidden_outcomes import Summed

_OUTCOMES = {
    Outcome.PASSED: "passes",
    Outcome.FAILED: "does not pass",
    Outcome.NOT_ATTEMPTED: "still to be written",
    Outcome.BLOCKED: "could not run: it needs a function that was stopped earlier",
    Outcome.TIMED_OUT: "stopped: it took too long",
    Outcome.CRASHED: "your program ended while this ran",
}


@dataclass(frozen=True)
class Step:
    """One thing to do next: what, and where to look for it."""

    question: Question
    text: str


def outcome_words(case: CaseResult) -> str:
    """How a case ended; the names in it stand between backquotes."""
    if isinstance(case, Summed):
        return f"{format_points(case.got)} of {_points(case.points)}"
    if case.carried:
        return f"passes on a right {' and '.join(f'`{name}`' for name in case.carried)}"
    if case.despite:
        return f"counts: its values are those of {_mistakes(case)} named here, which costs points only once"
    if case.unseen and case.outcome is not Outcome.PASSED:
        return f"not checked, because {case.unseen}"
    return _OUTCOMES[case.outcome]


def cost_of_mistakes(cases: Iterable[CaseResult]) -> list[str]:
    """What each known mistake costs that more checks see than it costs."""
    seen: dict[str, list[CaseResult]] = {}
    for case in cases:
        if case.hint:
            seen.setdefault(case.hint, []).append(case)
    sentences = []
    for alike in seen.values():
        once = next((case for case in alike if case.despite), None)
        if once:
            lost = sum(case.points - case.earned for case in alike)
            what = _mistakes(once).capitalize()
            sentences.append(f"{what}, seen by {pluralize(len(alike), 'check')}: costs {format_points(lost)}.")
    return sentences


def _mistakes(case: CaseResult) -> str:
    return "one mistake" if len(case.despite) == 1 else f"{len(case.despite)} mistakes"


def about(result: Result) -> list[str]:
    """What happened to the submission as a whole, with its notes."""
    notes = result.notes
    if result.status is Status.SET_ASIDE:
        first = ["This submission is set aside: your instructor must first say which file is meant."]
        notes = ()  # the question is the instructor's, who can answer it
    elif result.status is Status.NOT_GRADED:
        first = ["This submission is not graded yet. The grader failed, not you; your instructor knows."]
    else:
        first = [checks(case for question in result.questions for case in question.cases)]
        unmarked = [question for question in result.questions if question.points is None]
        if unmarked:
            what = pluralize(len(unmarked), "short answer")
            first.append(f"{what} will be marked by a person; the total does not include these points yet.")
    if result.unconfined:
        first.append("The code ran UNCONFINED: nothing kept it from the tests or from its own score.")
    return [sentence for sentence in first if sentence] + list(notes)


def checks(cases: Iterable[CaseResult]) -> str:
    """How many public checks pass, and that they are not all."""
    cases = list(cases)
    public = [case for case in cases if not case.hidden]
    hidden = [case for case in cases if case.hidden]
    if not cases:
        return ""
    right = sum(case.outcome is Outcome.PASSED for case in public)
    text = f"{right} of {pluralize(len(public), 'public check')} {'passes' if right == 1 else 'pass'}"
    if not hidden:
        return text + "."
    if summed := [case for case in hidden if isinstance(case, Summed)]:
        got, possible = sum(case.got for case in summed), sum(case.points for case in summed)
        ran = sum(case.count for case in summed)
        return f"{text}; {ran:,} more ran when it was graded, for {format_points(got)} of {_points(possible)}."
    right = sum(case.outcome is Outcome.PASSED for case in hidden)
    verb = "passes" if right == 1 else "pass"
    return f"{text}; {len(hidden):,} more ran when it was graded, and {right:,} of them {verb}."


def short_answer_state(result: QuestionResult, mark: Mark | None) -> list[str]:
    """The note, the marker's points per item and comment, or that it waits for a marker."""
    state = [result.note] if result.note else []
    if result.points is None:
        return [*state, "A person will mark this answer."]
    if mark:
        state += [
            f"{format_points(item.points)} of {format_points(item.possible)}{_looked_for(item)}: {item.text}"
            for item in mark.items
        ]
        state += mark.replies
        state += [mark.comment] if mark.comment else []
    return state


def _looked_for(item: ItemMark) -> str:
    return "" if item.points >= item.possible else ", looked for"


def next_steps(result: Result, assignment: Assignment, most: int = 3) -> list[Step]:
    """What to do next: the first questions, in order, that still miss points."""
    steps = []
    for question_result in result.questions:
        try:
            question = assignment.question(question_result.id)
        except KeyError:
            continue
        text = _code_step(question_result) if question.is_code else _answer_step(question_result)
        if text:
            steps.append(Step(question, text))
    return steps[:most]


def _answer_step(result: QuestionResult) -> str:
    return "There is no answer here yet." if result.points == 0.0 and not result.answer else ""


def _code_step(result: QuestionResult) -> str:
    lost = [case for case in result.cases if case.outcome is not Outcome.PASSED]
    if not lost:
        return ""
    if first := next((case for case in lost if case.outcome is Outcome.NOT_ATTEMPTED and case.unseen), None):
        return f"{first.unseen}: fix that first. The notes at the top say which line it is."
    told = [case for case in lost if not isinstance(case, Summed)]
    if len(lost) == len(result.cases) and all(case.outcome is Outcome.NOT_ATTEMPTED for case in told):
        return "Nothing is written here yet. Start with its first function and run `python check`."
    public = [case for case in lost if not case.hidden]
    tried = [case for case in public if case.outcome is not Outcome.NOT_ATTEMPTED]
    case = (tried or public or lost)[0]
    if case.outcome is Outcome.TIMED_OUT:
        return f"Find what makes it run so long, first in: {case.title}"
    if case.outcome is Outcome.CRASHED:
        return f"Find what ends your program, first in: {case.title}"
    if case.outcome is Outcome.BLOCKED:
        return "Fix the function that was stopped first; these checks can only run after it."
    if case.outcome is Outcome.NOT_ATTEMPTED:
        return f"Write this next: {case.title}"
    if isinstance(case, Summed):
        return "Every public check passes. Try each sentence of the conventions on inputs of your own."
    if case.hidden:
        return f"Every public check passes. Look up this sentence and try it on inputs of your own: {case.title}"
    return f"Fix this first: {case.title}"


def _points(points: float) -> str:
    return f"{format_points(points)} {'point' if format_points(points) == '1' else 'points'}"
