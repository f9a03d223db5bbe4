"""What a class's works are compared with, beside each other: solutions that are here, and works that are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..assignment import Assignment
from ..check.loading.answers import find_answers
from ..errors import GraderError
from ..submission import Files, SpooledSubmission
from .gradebook.database import Gradebook, open_gradebook
from .gradebook.schema import FILE_NAME
from .intake.uploads import take_in


@dataclass(frozen=True)
class KnownWork:
    """A work that students may have before them.

    Attributes:
        answers: the texts of its short answers by question.
    """

    name: str
    code: bytes | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KnownFiles:
    """What was read: the files of each work by a name that says where it is from, and what is left out."""

    files: Mapping[str, Files]
    problems: tuple[str, ...]


def read_known(folders: Sequence[Path], assignment: Assignment, out: Path) -> KnownFiles:
    """Read each work in these folders.

    Args:
        folders: each what `grade` takes, such as a folder of public solutions or an earlier term's download, or
            the folder of an earlier term's results.
        out: the folder of this class's results.

    Raises:
        GraderError: if one cannot be read, or is this class's own.
    """
    works: dict[str, Files] = {}
    problems = []
    for folder in folders:
        if folder.resolve() == out.resolve():
            raise GraderError(f"{folder} contains this class's own results. --known is for other people's work.")
        for work in _works_in(folder, assignment):
            name = f"{folder.resolve().name}: {work.student}"
            if any(files := work.files()):
                works[name] = files
            else:
                problems.append(f"{name} is not compared. {work.set_aside or 'It contains neither code nor answers.'}")
    return KnownFiles(works, tuple(problems))


def _works_in(folder: Path, assignment: Assignment) -> Iterator[SpooledSubmission]:
    if not (folder / FILE_NAME).is_file():
        yield from take_in(folder, assignment).received
        return
    with open_gradebook(folder, create=False) as gradebook:
        for student in gradebook.students():
            if work := gradebook.received(student):
                yield work


def known_works(gradebook: Gradebook, assignment: Assignment) -> Iterator[KnownWork]:
    """The reference with the model answers, each right variant, and what the gradebook remembers."""
    prompts = _bytes(assignment.template / assignment.answers_file).decode("utf-8", "replace")

    def work(name: str, code: bytes | None, answers: bytes | None) -> KnownWork:
        found = find_answers(answers or b"", prompts, assignment.answer_questions).answers
        return KnownWork(name, code, {answer.question_id: answer.text for answer in found if answer.state.is_answer})

    reference = _bytes(assignment.reference)
    yield work("the reference solution", reference, _bytes(assignment.model_answers))
    for path in assignment.right_variants:  # a question's functions: those defined last count
        yield KnownWork(f"the right variant {path.parent.name}/{path.name}", reference + b"\n\n" + path.read_bytes())
    for name, files in gradebook.known():
        yield work(name, *files)


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
