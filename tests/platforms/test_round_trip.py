"""A download in, grades out: the platform's own file comes back filled, all else byte for byte."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.export import Wish, export
from autograder.gradebook import open_gradebook
from autograder.intake import take_in
from autograder.result import QuestionResult, Result, Status
from tests.hand_made import LOOKUP, make_assignment

from . import downloads
from .downloads import Files, as_zip
from .people import ABSENT, PEOPLE, Person
from .tables import canvas_gradebook, classroom_grades, moodle_worksheet

CANVAS = canvas_gradebook()
MOODLE = moodle_worksheet()
CLASSROOM = classroom_grades().replace("student_repository_name", "student_repository_name,points_awarded")


def own(person: Person) -> Files:
    """Each hands in another number of lines, by which the grade is known again."""
    return {"embeddings.py": b"x = 1\n" * points(person)}


def points(person: Person) -> int:
    return int(person.number) - 4700


@pytest.fixture
def back(tmp_path: Path):
    """Takes a download in, grades every line with a point and hands the grades back."""

    def back(files: Files, to: str, theirs: str | None, **wishes: object) -> Path:
        taken = take_in(as_zip(tmp_path / "download.zip", files), load_assignment())
        assignment = make_assignment(tmp_path, replace(LOOKUP, points=100))
        into = tmp_path / "theirs.csv" if theirs is not None else None
        if into:
            into.write_bytes(theirs.encode())
        with open_gradebook(tmp_path / "out") as book:
            for found in taken.submissions:
                lines = (found.code or b"").count(b"\n")
                graded = (QuestionResult("lookup", 100, lines),)
                book.save(Result(found.student, Status.GRADED, found.digest, 100, graded))
            book.save_origins(taken.submissions)
            handed = export(book, to, Wish(assignment, into, **wishes), tmp_path / "export")
        assert not handed.problems, handed.problems
        return tmp_path / "export"

    return back


def rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def assert_only_filled(before: str, after: str, column: int, key: int) -> dict[str, str]:
    """That only empty cells of one column were filled; gives them by another column's."""
    filled = {}
    for old, new in zip(before.splitlines(keepends=True), after.splitlines(keepends=True), strict=True):
        (cells,) = rows(new)
        if rows(old)[0] != cells:
            filled[cells[key]] = cells[column]
            head, grade, tail = new.rpartition(cells[column]) if column else ("", "", "")
            assert head + tail == old and grade
    return filled


def test_canvas(back):
    out = back(downloads.canvas(own), "canvas", CANVAS, name="Homework 3")
    after = (out / "theirs.csv").read_bytes().decode()
    filled = assert_only_filled(CANVAS, after, column=5, key=1)
    assert filled == {person.number: str(points(person)) for person in PEOPLE}


@pytest.mark.parametrize("build", [downloads.moodle, downloads.moodle_blind])
def test_moodle(back, build):
    out = back(build(own), "moodle", MOODLE)
    after = (out / "theirs.csv").read_bytes().decode()
    filled = assert_only_filled(MOODLE, after, column=3, key=0)
    assert filled == {f"Participant {person.number}": str(points(person)) for person in PEOPLE}


def test_github_classroom(back):
    out = back(downloads.github_classroom(own), "github-classroom", CLASSROOM)
    before, after = rows(CLASSROOM), rows((out / "theirs.csv").read_bytes().decode())
    assert [row[:4] for row in after] == [row[:4] for row in before]
    filled = {row[2]: row[4] for row in after[1:] if row[4:] and row[4]}
    assert filled == {person.sid: str(points(person)) for person in PEOPLE}
    assert ABSENT.sid not in filled


def test_gradescope(back):
    out = back(downloads.gradescope(own, groups=[PEOPLE[2:4]]), "gradescope", None)
    with zipfile.ZipFile(out / "gradescope-results.zip") as archive:
        texts = [archive.read(name) for name in archive.namelist() if name.startswith("results/")]
    scores = sorted(json.loads(text)["score"] for text in texts)
    assert scores == sorted(points(person) for person in PEOPLE if person is not PEOPLE[3])
