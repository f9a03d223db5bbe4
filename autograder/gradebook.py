"""The journal of all grading: one committed row per finished submission, and the marks given by hand.

Rows are only ever added. The latest row of a student counts; earlier ones can be shown. What differs
from run to run (times, the path of the submissions) is kept here and in no report.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .errors import GraderError
from .result import CaseResult, Outcome, QuestionResult, Result, Status
from .submission import Member, Origin, Submission

FILE_NAME = "gradebook.sqlite"
SCHEMA_VERSION = 2
APPLICATION_ID = 0x456D4742
"""Stands in the file's header, by which a gradebook is told from any other SQLite file."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, ended TEXT, submissions TEXT NOT NULL, workers INTEGER,
    wall TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS results (
    id INTEGER PRIMARY KEY, run INTEGER REFERENCES runs, saved TEXT NOT NULL, student TEXT NOT NULL,
    digest TEXT NOT NULL, status TEXT NOT NULL, result TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS results_by_student ON results (student, id);
CREATE TABLE IF NOT EXISTS origins (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, origin TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS marks (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, question TEXT NOT NULL,
    answer TEXT NOT NULL, mark TEXT NOT NULL, source TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS marks_by_answer ON marks (student, question, answer, id);
CREATE TABLE IF NOT EXISTS pseudonyms (student TEXT PRIMARY KEY, pseudonym TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS sheet_rows (
    row TEXT PRIMARY KEY, question TEXT NOT NULL, answer TEXT NOT NULL, shown TEXT NOT NULL
);
"""

_PSEUDONYM_LETTERS = "bcdfghjkmnpqrstvwxz"


@dataclass(frozen=True)
class ItemMark:
    """The points given for one item of the rubric."""

    id: str
    text: str
    points: float
    possible: float


@dataclass(frozen=True)
class Mark:
    """The points that a person gave for one short answer.

    Attributes:
        answer: the answer's fingerprint: the mark stands for this text and for no other.
        possible: what the question was worth when it was marked.
        comment: for the student.
    """

    student: str
    question: str
    answer: str
    points: float
    possible: float
    items: tuple[ItemMark, ...] = ()
    comment: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return self.student, self.question, self.answer


Marks = Mapping[tuple[str, str, str], Mark]
"""The marks that count, by student, question and the answer's fingerprint."""


@dataclass(frozen=True)
class SheetRow:
    """A row of a marking sheet that was handed out.

    Attributes:
        answer: the fingerprint of the answer it shows.
        shown: each student who gave this answer, and the name the sheet showed for them.
    """

    row: str
    question: str
    answer: str
    shown: tuple[tuple[str, str], ...]


class Gradebook:
    """An open gradebook. Use `open_gradebook`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def start_run(self, submissions: str, workers: int | None = None, wall: str = "") -> int:
        """Note that a run starts; its number goes to `save` and `end_run`.

        Args:
            submissions: the path of what is graded.
            wall: how student code is shut in.
        """
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO runs (started, submissions, workers, wall) VALUES (?, ?, ?, ?)",
                (_now(), _text(submissions), workers, wall),
            )
            return int(cursor.lastrowid or 0)

    def end_run(self, run: int) -> None:
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET ended = ? WHERE id = ?", (_now(), run))

    def save(self, result: Result, run: int | None = None) -> None:
        """Add one result, in a transaction of its own: it is kept whole, whatever happens next."""
        row = (run, _now(), _text(result.student), result.digest, str(result.status), result_to_json(result))
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO results (run, saved, student, digest, status, result) VALUES (?, ?, ?, ?, ?, ?)",
                row,
            )

    def results(self) -> Iterator[Result]:
        """The latest result of every student, by the student's key, as graded (without marks)."""
        query = (
            "SELECT result FROM results WHERE id IN (SELECT max(id) FROM results GROUP BY student) "
            "ORDER BY student COLLATE NOCASE, student"
        )
        for (text,) in self._rows(query):
            yield result_from_json(text)

    def history(self, student: str) -> list[tuple[str, Result]]:
        """Every result of one student with the time it was saved, the earliest first."""
        query = "SELECT saved, result FROM results WHERE student = ? ORDER BY id"
        return [(saved, result_from_json(text)) for saved, text in self._rows(query, (_text(student),))]

    def walls(self) -> list[str]:
        """How student code was shut in, for every way behind the latest results."""
        query = (
            "SELECT DISTINCT wall FROM runs WHERE id IN (SELECT run FROM results WHERE id IN "
            "(SELECT max(id) FROM results GROUP BY student)) ORDER BY wall"
        )
        return [wall for (wall,) in self._rows(query) if wall]

    def students(self) -> list[str]:
        """The keys of all students who have a result."""
        return [_untext(student) for (student,) in self._rows("SELECT DISTINCT student FROM results")]

    def save_origins(self, submissions: Iterable[Submission]) -> None:
        """Remember how the platform handed these over; what is known already is not written again."""
        known = self.origins()
        rows = [
            (_now(), _text(submission.student), json.dumps(asdict(submission.origin)))
            for submission in submissions
            if submission.origin is not None and known.get(submission.student) != submission.origin
        ]
        with self._transaction() as connection:
            connection.executemany("INSERT INTO origins (saved, student, origin) VALUES (?, ?, ?)", rows)

    def origins(self) -> dict[str, Origin]:
        """How the platform handed over each student's submission, by key: the latest that is known."""
        rows = self._rows("SELECT student, origin FROM origins ORDER BY id")
        return {_untext(student): _origin(text) for student, text in rows}

    def save_marks(self, marks: Iterable[Mark], source: str = "") -> None:
        """Add marks, all or none; `source` names the sheet they come from."""
        rows = [
            (_now(), _text(m.student), m.question, m.answer, json.dumps(asdict(m)), _text(source))
            for m in marks
        ]
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO marks (saved, student, question, answer, mark, source) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                rows,
            )

    def marks(self) -> dict[tuple[str, str, str], Mark]:
        """The latest mark of each student's answer, for every text of it that was marked."""
        marks = (_mark(text) for (text,) in self._rows("SELECT mark FROM marks ORDER BY id"))
        return {mark.key: mark for mark in marks}

    def pseudonyms(self, students: Iterable[str]) -> dict[str, str]:
        """A random name for each student, the same one whenever it is asked for."""
        students = list(students)
        known = {_untext(s): p for s, p in self._rows("SELECT student, pseudonym FROM pseudonyms")}
        taken = set(known.values())
        fresh = {}
        for student in dict.fromkeys(students):
            if student not in known:
                fresh[student] = _new_pseudonym(taken)
                taken.add(fresh[student])
        with self._transaction() as connection:
            connection.executemany(
                "INSERT INTO pseudonyms VALUES (?, ?)", [(_text(s), p) for s, p in fresh.items()]
            )
        return {student: (known | fresh)[student] for student in students}

    def save_sheet_rows(self, rows: Iterable[SheetRow]) -> None:
        """Remember what marking sheets show, so that reading one back can tell what has changed."""
        values = [(row.row, row.question, row.answer, json.dumps(row.shown)) for row in rows]
        with self._transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO sheet_rows VALUES (?, ?, ?, ?)", values)

    def sheet_rows(self) -> dict[str, SheetRow]:
        """All rows that marking sheets ever showed, by their name."""
        return {
            row: SheetRow(
                row, question, answer, tuple((student, name) for student, name in json.loads(shown))
            )
            for row, question, answer, shown in self._rows("SELECT * FROM sheet_rows")
        }

    def _rows(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.Error as problem:
            raise GraderError(f"The gradebook {self.path} cannot be read: {problem}.") from None

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._connection:
                yield self._connection
        except sqlite3.Error as problem:
            raise GraderError(f"The gradebook {self.path} cannot be written: {problem}.") from None


@contextmanager
def open_gradebook(out: Path, *, create: bool = True) -> Iterator[Gradebook]:
    """Open the gradebook in the folder `out`; a new one is made where `create` is true.

    Raises:
        GraderError: if there is none, or if the file is another program's, a newer version's or broken.
    """
    path = out / FILE_NAME
    if not create and not path.is_file():
        raise GraderError(
            f"There is no gradebook in {out}. Grade first: autograder grade SUBMISSIONS --output {out}"
        )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise GraderError(f"The folder {out} cannot be made: {problem.strerror}.") from None
    try:
        connection = sqlite3.connect(path, timeout=60)
    except sqlite3.Error as problem:
        raise GraderError(f"{path} cannot be opened: {problem}. {_AWAY}") from None
    try:
        _prepare(connection, path)
        yield Gradebook(path, connection)
    finally:
        connection.close()


def result_to_json(result: Result) -> str:
    """The result as JSON in ASCII: also text that UTF-8 cannot hold comes back as it was."""
    return json.dumps(asdict(result))


def result_from_json(text: str) -> Result:
    data = json.loads(text)
    questions = tuple(
        QuestionResult(**question | {"cases": tuple(_case(case) for case in question["cases"])})
        for question in data["questions"]
    )
    read = {"status": Status(data["status"]), "questions": questions, "notes": tuple(data["notes"])}
    return Result(**data | read)


def _case(data: dict[str, Any]) -> CaseResult:
    return CaseResult(**data | {"outcome": Outcome(data["outcome"])})


def _origin(text: str) -> Origin:
    data = json.loads(text)
    members = tuple(Member(**member) for member in data["members"])
    return Origin(**data | {"members": members, "others": tuple(data["others"])})


def _mark(text: str) -> Mark:
    data = json.loads(text)
    return Mark(**data | {"items": tuple(ItemMark(**item) for item in data["items"])})


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        is_new = not (version or application or tables)
        if not is_new and application != APPLICATION_ID:
            raise GraderError(f"{path} is not a gradebook of this program. {_AWAY}")
        if version > SCHEMA_VERSION:
            raise GraderError(
                f"{path} was written by a newer version (its format is {version}, this program reads up to "
                f"{SCHEMA_VERSION}). Use that version, or choose another folder with --output."
            )
        # Written ahead and synced by checkpoints: a killed process loses nothing that was committed.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        if version < SCHEMA_VERSION:  # a new one, or an older version's: what it lacks is added
            connection.executescript(
                f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {SCHEMA_VERSION}; "
                f"PRAGMA application_id = {APPLICATION_ID}; COMMIT;"
            )
    except sqlite3.Error as problem:
        raise GraderError(f"{path} cannot be opened as a gradebook: {problem}. {_AWAY}") from None


_AWAY = "Move it away, or choose another folder with --output."


def _new_pseudonym(taken: set[str]) -> str:
    while True:
        letters = "".join(secrets.choice(_PSEUDONYM_LETTERS) for _ in range(5))
        if f"anon-{letters}" not in taken:
            return f"anon-{letters}"


def _text(value: str) -> str:
    """Any text in ASCII, reversibly: SQLite takes no lone surrogates."""
    return json.dumps(value)[1:-1]


def _untext(value: str) -> str:
    return str(json.loads(f'"{value}"'))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
