"""Reads Otter's exception-based test files and runs their cases one by one."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from ..import_name import importable_as_check
from ..loading.refusals import with_reason
from ..loading.settings import FILE, read_settings
from ..loading.source import place
from . import call_text
from .comparison import Mismatch, NoTable, NotAsAsked, raises, unchanged
from .otter_files import ExceptionTestFile, OtterCase

WRONG_ALREADY, ENDED_ALREADY = "a value is already wrong", "a call already ends in an error"
NO_TABLE = "the module lacks a table that is needed first"

GRADIENTS = ("passes gradients", "Gradients reach", "the gradients of", "hands the gradient")
ASIDE = ("dtype", "draws", "independent", *GRADIENTS)
"""By such words a title speaks of what is looked at only once a call has given a result, or a right one."""


@dataclass(frozen=True, eq=False)
class Case:
    """One case of a test file; like no other, as a key, too.

    Attributes:
        question: the id of the question, the test file's name.
        title: the sentence of the conventions that it tests.
        share: its weight among the cases of the question.
        needs: the names it takes from the student's file, in order: that of the function that it is a
            case of comes first.
    """

    question: str
    title: str
    hidden: bool
    share: float
    needs: tuple[str, ...]
    body: OtterCase

    @property
    def is_about_values(self) -> bool:
        """Whether its title speaks of values: a case of errors or purity demands right ones, too."""
        function = self.body.test_func
        named = {id(function.__globals__.get(name)) for name in function.__code__.co_names}
        return named.isdisjoint((id(raises), id(unchanged)))


@dataclass(frozen=True)
class CaseRun:
    """How running one case ended.

    Attributes:
        outcome: "passed", "failed" or "not attempted".
        message: for the student: the call, what was expected and what came.
        error: the exception, if there was one.
        unseen: why what its title speaks of was not looked at; empty if it was.
    """

    outcome: str
    message: str = ""
    error: Exception | None = None
    unseen: str = ""


class test_case(OtterCase):
    """Otter's decorator; a case whose function is missing fails with a sentence that says so."""

    def call_func(self, global_environment: dict[str, Any]) -> None:
        """Call the case with what it names.

        Otter hands over None for what is missing: in a notebook, for all of a cell that was not run.
        What stands there instead raises when the case uses it, and the case is called from right here,
        since Otter shows the line of whatever `call_func` calls.
        """
        names = self._get_func_params()
        missing = {name: _undefined(name) for name in names if global_environment.get(name) is None}
        everything = {**global_environment, **missing}
        self.test_func(**{name: everything[name] for name in names})

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled as one of Otter's: the process that reads its kernel's results has no `check`."""
        return OtterCase, (), self.__getstate__()


def read_cases(path: Path) -> tuple[Case, ...]:
    """Read the cases of one Otter test file, named after its question.

    Raises whatever the file raises when it runs: a broken test file is the grader's fault.
    """
    importable_as_check()
    test_file = ExceptionTestFile.from_file(str(path))
    return tuple(
        Case(
            question=path.stem,
            title=case.name,
            hidden=case.hidden,
            share=float(case.points),
            needs=tuple(inspect.signature(case.body.test_func).parameters),
            body=case.body,
        )
        for case in test_file.test_cases
    )


def run_case(case: Case, environment: Mapping[str, Any], unreadable: Collection[str] = ()) -> CaseRun:
    """Run one case on the functions in `environment` and say how it ended.

    Only `Exception` is caught, as Otter does: whatever else stops a case is the caller's to judge.

    Args:
        unreadable: what the file defines in lines that are no Python.
    """
    for name in case.needs:
        if environment.get(name) is None and name in unreadable:
            return CaseRun("not attempted", unseen=f"Python cannot read `{name}`")
        if environment.get(name) is None:
            return CaseRun("not attempted", f"`{name}` is not defined in your file.")
    call_text.forget_calls()
    try:
        case.body.call_func(dict(environment))
    except NotImplementedError as error:
        return CaseRun("not attempted", str(error), error)
    except Mismatch as error:
        message = _with_call(error.call, str(error))
        if _is_its_point(case, error):
            return CaseRun("failed", message, error)
        unseen = NO_TABLE if isinstance(error, NoTable) else WRONG_ALREADY
        return CaseRun("failed", f"{unseen}, before anything else is checked:\n{message}", error, unseen)
    except Exception as error:
        is_its_point = case.is_about_values and not _speaks_of_more(case, error)
        unseen = "" if is_its_point else ENDED_ALREADY
        return CaseRun("failed", _with_call(call_text.last_call(), _describe(error)), error, unseen)
    finally:
        call_text.forget_results()
    return CaseRun("passed")


def _undefined(name: str) -> Callable[..., None]:
    """Stands for a function that is not there."""

    def undefined(*_: object, **__: object) -> None:
        hint = "Check the spelling of its name; in a notebook, first run the cell that defines it."
        raise NameError(f"`{name}` is not defined. {hint}")

    return undefined


def _is_its_point(case: Case, error: Mismatch) -> bool:
    """Whether the title of a case speaks of this error."""
    if isinstance(error, NoTable):
        return any(word in case.title for word in ("parameter", "trains", "learns"))
    if "dtype" in case.title and case.is_about_values:
        return "dtype" in str(error)
    if any(words in case.title for words in GRADIENTS) and case.is_about_values:
        return "gradient" in str(error)
    return isinstance(error, NotAsAsked) or case.is_about_values


def _speaks_of_more(case: Case, error: Exception) -> bool:
    """Whether a call ended too early for what a title speaks of.

    That no gradient can be had is an error, too, and so is it that two dtypes do not fit.
    """
    told = "grad" if any(words in case.title for words in GRADIENTS) else "dtype"
    return any(words in case.title for words in ASIDE) and not (told in case.title and told in str(error))


def _with_call(call: str, message: str) -> str:
    return f"{call}\n{message}" if call else message


def _describe(error: Exception) -> str:
    """Say what was raised and, where it is known, in which line of the student's file."""
    where = getattr(error, "student_line", None) or _student_line(error)
    name = type(error).__name__
    text = f"{name}: {error}" if str(error) else name
    if not hasattr(error, "student_line"):  # else it came from behind the wall, and has its reason in it
        text = with_reason(text, error)
    if where:
        return f"your code raised {text}\n  {where}"
    return f"the result could not be used: {text}" if call_text.has_result() else f"the call ended in {text}"


def _student_line(error: Exception) -> str | None:
    """The last line of the student's file that the error passed through."""
    frames = traceback.extract_tb(error.__traceback__)
    for frame in reversed(frames):
        if Path(frame.filename).stem == _code_stem():
            return f"{place(frame.filename, frame.lineno or 0)}: {frame.line}"
    return None


@cache
def _code_stem() -> str:
    """What the student's file is called, without suffix."""
    try:
        return PurePath(read_settings(Path(__file__).resolve().parents[1] / FILE).code).stem
    except (OSError, ValueError, KeyError, TypeError):
        return "embeddings"
