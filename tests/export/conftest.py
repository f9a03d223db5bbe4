"""A gradebook filled by hand and a function that exports it, for the tests of every platform."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from autograder.assignment import Assignment, LatePolicy
from autograder.course.export import ExportReport, export
from autograder.course.gradebook.database import Gradebook, open_gradebook
from autograder.course.platforms.export_plan import ExportOptions
from autograder.result import QuestionResult, Result, Status
from autograder.submission import Member, UploadInfo
from tests.hand_made import LOOKUP, SINUSOIDAL, TRADEOFFS, make_assignment

AWKWARD = (
    "Zoë Müller-Lüdenscheidt",
    "Seán O'Brien",
    "Anna Li",
    "Anna Li",
    "عمر الخيّام",
    "María José de la Cruz",
    "Smith, John Jr.",
    "=HYPERLINK(1)",
)
"""Names as classes have them: two students of one name are among them."""


DUE = datetime.fromisoformat("2026-12-01T23:59:00+01:00")


def after(seconds: float) -> str:
    """The moment so many seconds after the due date, as Gradescope tells it: in UTC."""
    return (DUE + timedelta(seconds=seconds)).astimezone(UTC).isoformat()


class Graded:
    """A gradebook in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.assignment: Assignment = replace(make_assignment(folder, LOOKUP, SINUSOIDAL), title="Embeddings")
        self._cases: list[tuple[Result, UploadInfo | None]] = []

    def add(
        self,
        student: str,
        points: float,
        origin: UploadInfo | None = None,
        status: Status = Status.GRADED,
    ) -> None:
        """A submission with so many points, of 20."""
        questions: tuple[QuestionResult, ...] = (
            QuestionResult("lookup", 8, min(points, 8)),
            QuestionResult("sinusoidal", 12, max(points - 8, 0)),
        )
        if status is Status.NEEDS_MARKING:
            self.assignment = replace(self.assignment, questions=(LOOKUP, SINUSOIDAL, TRADEOFFS))
            questions += (QuestionResult("tradeoffs", 10, None, answer="An answer."),)
        elif TRADEOFFS in self.assignment.questions:
            questions += (QuestionResult("tradeoffs", 10, 0.0),)
        self._cases.append((Result(student, status, "0" * 64, 20, questions), origin))

    def policy(self, **keys: object) -> None:
        self.assignment = replace(self.assignment, late=LatePolicy(**{"due": DUE, **keys}))  # type: ignore[arg-type]

    def save(self, gradebook: Gradebook) -> None:
        for result, _ in self._cases:
            gradebook.save(result)
        gradebook.save_origins({result.student: origin for result, origin in self._cases})

    def export(self, to: str, into: bytes | str | None = None, **options: object) -> ExportReport:
        """Export to OUT/export; what is filled is a file of these bytes, called theirs.csv."""
        fields = {key: options.pop(key) for key in list(options) if key in ExportOptions.__dataclass_fields__}
        path = None
        if into is not None:
            path = self.folder / "theirs.csv"
            path.write_bytes(into.encode() if isinstance(into, str) else into)
        with open_gradebook(self.folder / "out") as gradebook:
            self.save(gradebook)
            chosen = ExportOptions(self.assignment, path, **fields)  # type: ignore[arg-type]
            return export(gradebook, to, chosen, self.folder / "out" / "export", **options)  # type: ignore[arg-type]

    def file(self, name: str = "theirs.csv") -> bytes:
        return (self.folder / "out" / "export" / name).read_bytes()

    def zipped(self, name: str) -> dict[str, str]:
        with zipfile.ZipFile(self.folder / "out" / "export" / name) as archive:
            return {entry: archive.read(entry).decode() for entry in archive.namelist()}

    def results(self, name: str) -> dict[str, dict]:
        texts = self.zipped(name).items()
        return {entry: json.loads(text) for entry, text in texts if entry.startswith("results/")}


@pytest.fixture
def graded(tmp_path) -> Graded:
    return Graded(tmp_path)


@pytest.fixture
def origin() -> Callable[..., UploadInfo]:
    def origin(platform: str, upload: str, *members: tuple[str, ...], **more: object) -> UploadInfo:
        return UploadInfo(platform, upload, tuple(Member(*member) for member in members), **more)  # type: ignore[arg-type]

    return origin
