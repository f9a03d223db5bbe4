"""Reads assignment.json, what the self-check must know of the questions; derived by `autograder release`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

FILE = "assignment.json"


@dataclass(frozen=True)
class Question:
    """One question: code if it has `functions`, a short answer if it has `words`.

    Attributes:
        points: what it is worth.
        functions: the names that students define for it.
        words: the fewest and the most words of a short answer; None for code.
        hidden_cases: how many more cases run when it is graded.
        hidden_share: their weight, in the shares of the public cases.
        tests: the digest of its public test file, as `digest_of` gives it; empty where it is not known.
        earlier: for a function the earlier ones on right versions of which it is tried again when it is
            graded, should they not pass.
    """

    id: str
    title: str
    points: float
    functions: tuple[str, ...] = ()
    words: tuple[int, int] | None = None
    hidden_cases: int = 0
    hidden_share: float = 0.0
    tests: str = ""
    earlier: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """What the self-check knows of the assignment.

    Attributes:
        code: the name of the file with the functions.
        answers: the name of the file with the short answers.
        answers_template: that file's text as it was handed out.
        seconds_per_case: a case is stopped after so long at the latest, by the clock on the wall.
    """

    title: str
    code: str
    answers: str
    answers_template: str
    seconds_per_case: float
    questions: tuple[Question, ...]

    @property
    def code_questions(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.words is None)

    @property
    def answer_questions(self) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.words is not None)

    @property
    def functions(self) -> tuple[str, ...]:
        return tuple(name for question in self.questions for name in question.functions)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n"


def digest_of(test_file: Path) -> str:
    """By which a test file is known again, however its lines end.

    Raises:
        OSError: if it cannot be read.
    """
    return sha256(b"\n".join(test_file.read_bytes().splitlines())).hexdigest()[:16]


def read_settings(path: Path) -> Settings:
    """Read what `Settings.to_json` wrote.

    Raises:
        OSError, ValueError, KeyError, TypeError: if the file is missing or not as it was written.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    questions = tuple(
        Question(
            **{
                **question,
                "functions": tuple(question["functions"]),
                "words": tuple(question["words"]) if question["words"] else None,
                "earlier": {name: tuple(names) for name, names in question["earlier"].items()},
            }
        )
        for question in data.pop("questions")
    )
    return Settings(**data, questions=questions)
