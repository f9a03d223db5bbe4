"""Reads and validates assignment.yml, the one list of questions, points, files and limits."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from .errors import AssignmentError

LICENCES, TEMPLATE = "LICENSES", "student_template"
DISTRIBUTION = "embeddings-autograder"
"""What pip calls the package."""

ROOT = Path(__file__).resolve().parent.parent
"""The repository, where the package lies in one. A wheel holds no assignment."""

YML = Path("assignment", "assignment.yml")
CHOSEN = "AUTOGRADER_ASSIGNMENT"
"""The variable that holds the assignment's folder, for this process and those that it starts."""

VISIBILITIES = ("hidden", "after_due_date", "after_published", "visible")
OUTCOMES = ("each", "sum")


@dataclass(frozen=True)
class Question:
    """One question: code if it has `functions`, a short answer if it has `words`.

    Attributes:
        id: the name that leads through every folder, file, option and column.
        points: what it is worth, after rescaling.
        functions: the names that students define for it; empty for a short answer.
        builds_on: ids of earlier questions and functions of this one, on which its functions may build; of a
            short answer the functions that it mentions.
        words: the fewest and the most words of a short answer; None for code.
    """

    id: str
    title: str
    points: float
    functions: tuple[str, ...] = ()
    builds_on: tuple[str, ...] = ()
    words: tuple[int, int] | None = None

    @property
    def is_code(self) -> bool:
        return self.words is None


@dataclass(frozen=True)
class Limits:
    """What student code may use: processor seconds, seconds by the clock, MB and KB.

    `python -m tests.benchmarks --only limits` prints what these follow from. The slowest honest file of the
    example batch takes 8 s, 14 s on a busy machine, and the slowest call of any 2 s; a right file takes
    less than 1 s, our own part of it 0.2 s. With four to five times that, a slower machine and slower
    loops find room, and one function that hangs leaves its file time for the rest. By the clock it is
    twice the processor time, for calls as for all of it (`grading.budget`).
    """

    seconds_per_call: int = 10
    seconds_per_submission: int = 60
    wall_seconds_per_call: int = 20
    memory_mb: int = 3000
    output_kb: int = 64


@dataclass(frozen=True)
class LatePolicy:
    """What handing in late costs, where grades are exported.

    Attributes:
        percent_per_day: of the points possible, for each day that has begun.
        grace_minutes: how late is not late yet.
        cut_off_days: after how many days no points count; None for never.
        due: when it was due, with its time zone; None where platforms tell how late something is.
        extensions: days more, by a student's key, id, email address or name.
    """

    percent_per_day: float
    grace_minutes: float = 0.0
    cut_off_days: float | None = None
    due: datetime | None = None
    extensions: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Assignment:
    """A validated assignment.yml. `questions` holds the enabled ones, in order, `switched_off` the others."""

    title: str
    code_file: str
    answers_file: str
    hidden_visibility: str
    limits: Limits
    questions: tuple[Question, ...]
    root: Path
    late: LatePolicy | None = None
    hidden_outcomes: str = "each"
    switched_off: tuple[Question, ...] = ()

    @property
    def possible(self) -> float:
        return round(sum(question.points for question in self.questions), 2)

    @property
    def code_questions(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.is_code)

    @property
    def answer_questions(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if not question.is_code)

    def question(self, question_id: str) -> Question:
        """The question of that id; KeyError if there is none."""
        return {question.id: question for question in self.questions}[question_id]

    @property
    def template(self) -> Path:
        """The folder that students get."""
        return self.root / TEMPLATE

    @property
    def licences(self) -> list[Path]:
        """The licence of the code and the texts of all, which an archive that leaves the house brings along."""
        files = [self.root / "LICENSE", *sorted((self.root / LICENCES).glob("*"))]
        return [path for path in files if path.is_file()]

    def public_tests(self, question_id: str) -> Path:
        return self.template / "tests" / f"{question_id}.py"

    def hidden_tests(self, question_id: str) -> Path:
        return self.root / "assignment" / "hidden_tests" / f"{question_id}.py"

    @property
    def stems(self) -> tuple[str, ...]:
        """What the files that students write are called, without endings: "embeddings", "answers"."""
        return tuple(Path(name).stem.lower() for name in (self.code_file, self.answers_file))

    @property
    def secret(self) -> Path:
        """A file that student code must never be able to open, wherever the assignment lies."""
        files = (self.hidden_tests(question.id) for question in self.code_questions)
        return next((file for file in files if file.is_file()), self.root / YML)

    @property
    def reference(self) -> Path:
        return self.root / "solutions" / self.code_file

    @property
    def right_variants(self) -> list[Path]:
        """Files that each define one question's functions; the rest of the program is the reference."""
        return sorted((self.root / "solutions" / "right_variants").glob("*/*.py"))

    @property
    def model_answers(self) -> Path:
        return self.root / "solutions" / self.answers_file

    @property
    def substitutes(self) -> Path:
        return self.root / "solutions" / "substitutes.py"

    def earlier(self, question_id: str, function: str) -> tuple[str, ...]:
        """The functions on which one of a question's may build, in order."""
        question = self.question(question_id)
        own = question.functions
        before = own[: own.index(function)] if function in own else ()
        names: list[str] = [name for name in before if name in question.builds_on]
        for other in self.code_questions:
            names += other.functions if other.id in question.builds_on else ()
        return tuple(names)


def find_root() -> Path:
    """The assignment's folder: the one chosen, that of this checkout, or the one that one stands in.

    Raises:
        AssignmentError: if there is none.
    """
    if chosen := os.environ.get(CHOSEN):
        return Path(chosen).resolve()
    here = Path.cwd()
    for folder in (ROOT, here, *here.parents):
        if (folder / YML).is_file():
            return folder
    raise AssignmentError(
        f"There is no {YML} in {here} or above it. Name the folder that contains assignment/, solutions/ and "
        "student_template/: autograder --assignment FOLDER ..."
    )


def load_assignment(root: Path | None = None) -> Assignment:
    """Read `root`/assignment/assignment.yml; without a root, that of `find_root`.

    Raises:
        AssignmentError: naming the key that is wrong and what was expected there.
    """
    root = root or find_root()
    path = root / YML
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise AssignmentError(f"{path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} is not valid YAML: {error}") from None
    return _Reader(path).assignment(data, root)


def to_the_cent(shares: Sequence[float], total: float) -> list[float]:
    """Points in proportion to `shares`, to the cent; the last takes what rounding leaves of `total`."""
    points = [round(share * total / sum(shares), 2) for share in shares]
    return [*points[:-1], round(total - sum(points[:-1]), 2)] if points else []


def import_file(path: Path) -> ModuleType:
    """Import a file that lies in no package of the environment, as solutions and tests never do."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(path.stem)
    sys.modules[path.stem] = module  # a dataclass looks its module up
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[path.stem]
        if before:
            sys.modules[path.stem] = before
    return module


class _Reader:
    """Turns parsed YAML into an `Assignment`, naming the key in every complaint."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def complaint(self, key: str, expected: str, got: Any) -> AssignmentError:
        came = "nothing is there" if got is None else f"it is {got!r}"
        return AssignmentError(f"{self.path}: `{key}` should be {expected}, but {came}")

    def assignment(self, data: Any, root: Path) -> Assignment:
        data = self.mapping("the file", data)
        self.known(
            "",
            data,
            "title",
            "files",
            "rescale_to",
            "hidden_visibility",
            "hidden_outcomes",
            "late",
            "limits",
            "questions",
        )
        files = self.mapping("files", data.get("files"))
        self.known("files.", files, "code", "answers")
        visibility = data.get("hidden_visibility", "after_published")
        if visibility not in VISIBILITIES:
            raise self.complaint("hidden_visibility", f"one of {', '.join(VISIBILITIES)}", visibility)
        seen_at_once = visibility in ("after_due_date", "visible")  # by who can hand in again
        outcomes = data.get("hidden_outcomes") or ("sum" if seen_at_once else "each")
        if outcomes not in OUTCOMES:
            raise self.complaint("hidden_outcomes", f"one of {', '.join(OUTCOMES)}", outcomes)
        questions, switched_off = self.questions(data.get("questions"), data.get("rescale_to"))
        return Assignment(
            title=self.text("title", data.get("title")),
            code_file=self.text("files.code", files.get("code")),
            answers_file=self.text("files.answers", files.get("answers")),
            hidden_visibility=visibility,
            limits=self.limits(data.get("limits") or {}),
            questions=questions,
            root=root,
            late=None if data.get("late") is None else self.late(data["late"]),
            hidden_outcomes=outcomes,
            switched_off=switched_off,
        )

    def late(self, data: Any) -> LatePolicy:
        data = self.mapping("late", data)
        self.known("late.", data, *(field.name for field in fields(LatePolicy)))
        percent = self.positive("late.percent_per_day", data.get("percent_per_day"))
        if percent > 100:
            raise self.complaint("late.percent_per_day", "a number above 0 and up to 100", percent)
        cut_off, grace = data.get("cut_off_days"), data.get("grace_minutes") or 0
        extensions = self.mapping("late.extensions", data.get("extensions") or {})
        for name in extensions:
            if not isinstance(name, str):  # YAML reads 0012345 as 5349, which may be somebody else
                raise self.complaint("late.extensions", 'keys in quotes, such as "0012345"', name)
        return LatePolicy(
            percent_per_day=percent,
            grace_minutes=self.positive("late.grace_minutes", grace) if grace else 0.0,
            cut_off_days=None if cut_off is None else self.positive("late.cut_off_days", cut_off),
            due=self.moment("late.due", data.get("due")),
            extensions={name: self.positive(f"late.extensions.{name}", days) for name, days in extensions.items()},
        )

    def moment(self, key: str, value: Any) -> datetime | None:
        """A time with its zone, as YAML reads it or as a text in quotes."""
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            moment = value
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            return moment
        raise self.complaint(key, "a time with its zone, such as 2026-12-01T23:59:00+01:00", value)

    def limits(self, data: Any) -> Limits:
        data = self.mapping("limits", data)
        self.known("limits.", data, *(field.name for field in fields(Limits)))
        return Limits(**{key: self.whole(f"limits.{key}", value) for key, value in data.items()})

    def questions(self, data: Any, rescale_to: Any) -> tuple[tuple[Question, ...], tuple[Question, ...]]:
        """Those that are asked, and those that are switched off."""
        if not isinstance(data, list) or not data:
            raise self.complaint("questions", "a list with at least one question", data)
        read = [self.question(f"questions[{index}]", item) for index, item in enumerate(data)]
        ids = [question.id for question, _ in read]
        functions = [name for question, _ in read for name in question.functions]
        for index, (question, _) in enumerate(read):
            if question.id in ids[:index]:
                raise self.complaint(f"questions[{index}].id", "a name no other question has", question.id)
            taken = [name for other, _ in read[:index] for name in other.functions]
            for at, name in enumerate(question.functions):
                if name in (*taken, *question.functions[:at]):
                    expected = "functions that no other question asks for, each once"
                    raise self.complaint(f"questions[{index}].functions", expected, name)
            for other in question.builds_on:
                if other not in ((*ids[:index], *question.functions) if question.is_code else functions):
                    expected = "ids of earlier questions, or functions of its own"
                    expected = expected if question.is_code else "functions that it mentions"
                    raise self.complaint(f"questions[{index}].builds_on", expected, other)
        enabled = [question for question, is_enabled in read if is_enabled]
        if not any(question.is_code for question in enabled):
            expected = "a list with at least one enabled question that has functions"
            raise self.complaint("questions", expected, ", ".join(question.id for question in enabled) or "none")
        switched_off = tuple(question for question, is_enabled in read if not is_enabled)
        if rescale_to is None:
            return tuple(enabled), switched_off
        points = to_the_cent([question.points for question in enabled], self.positive("rescale_to", rescale_to))
        return tuple(replace(question, points=p) for question, p in zip(enabled, points, strict=True)), switched_off

    def question(self, key: str, data: Any) -> tuple[Question, bool]:
        data = self.mapping(key, data)
        self.known(f"{key}.", data, "id", "title", "points", "functions", "builds_on", "words", "enabled")
        question_id = self.text(f"{key}.id", data.get("id"))
        if not question_id.isidentifier():
            raise self.complaint(f"{key}.id", "a Python name such as one_hot", question_id)
        if ("functions" in data) == ("words" in data):
            raise self.complaint(key, "either code with `functions` or a short answer with `words`", question_id)
        enabled = data.get("enabled", True)
        if not isinstance(enabled, bool):
            raise self.complaint(f"{key}.enabled", "true or false", enabled)
        question = Question(
            id=question_id,
            title=self.text(f"{key}.title", data.get("title")),
            points=self.positive(f"{key}.points", data.get("points")),
            functions=self.names(f"{key}.functions", data.get("functions", [])),
            builds_on=self.names(f"{key}.builds_on", data.get("builds_on", [])),
            words=self.words(f"{key}.words", data["words"]) if "words" in data else None,
        )
        return question, enabled

    def words(self, key: str, value: Any) -> tuple[int, int]:
        if isinstance(value, list) and [type(bound) for bound in value] == [int, int]:
            fewest, most = value
            if 0 < fewest < most:
                return fewest, most
        raise self.complaint(key, "the fewest and the most words, such as [100, 300]", value)

    def names(self, key: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, list) and all(isinstance(item, str) and item.isidentifier() for item in value):
            return tuple(value)
        raise self.complaint(key, "a list of Python names", value)

    def mapping(self, key: str, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        raise self.complaint(key, "a mapping of keys to values", value)

    def text(self, key: str, value: Any) -> str:
        if isinstance(value, str) and value.strip():
            return value
        raise self.complaint(key, "a text", value)

    def whole(self, key: str, value: Any) -> int:
        """A limit: the kernel counts processor time in whole seconds."""
        if type(value) is int and value > 0:
            return value
        raise self.complaint(key, "a whole number above 0", value)

    def positive(self, key: str, value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
            return value
        raise self.complaint(key, "a number above 0", value)

    def known(self, prefix: str, data: dict[str, Any], *keys: str) -> None:
        for key in data:
            if key not in keys:
                raise AssignmentError(f"{self.path}: `{prefix}{key}` is not a key; these are: {', '.join(keys)}")
