"""Reads and writes the gradebook's file."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from ...errors import GraderError
from ...grading.cache_keys import CacheKeys
from ...io.program import program, typed
from ...io.text import in_alphabet, single_line
from ...mark import Mark, standing
from ...result import Result, Status
from ...submission import Files, SpooledSubmission, Submission, UploadInfo
from .records import (
    ActiveStatus,
    Draft,
    Entry,
    MarkEvent,
    SheetRow,
    from_ascii,
    mark_from_json,
    origin_from_json,
    result_from_json,
    result_to_json,
    to_ascii,
)
from .schema import FILE_NAME, not_now, prepare

_PSEUDONYM_LETTERS = "bcdfghjkmnpqrstvwxz"
_COLUMNS = (
    "id, run, saved, result, (SELECT cache_keys FROM cache_keys WHERE digest = results.cache_keys), "
    "notes, set_aside, seconds"
)
LATEST = (
    "SELECT max(id) FROM results WHERE student NOT IN (SELECT student FROM active_statuses "
    "WHERE id IN (SELECT max(id) FROM active_statuses GROUP BY student) AND NOT counts) GROUP BY student"
)
"""The rows that count."""


class Gradebook:
    """An open gradebook. Use `open_gradebook`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def start_run(self, submissions: str, workers: int | None = None, wall: str = "") -> int:
        """Note that a run starts; its number goes to `save`.

        Args:
            submissions: the path of what is graded.
            wall: how student code is shut in.
        """
        with self.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO runs (started, submissions, workers, wall) VALUES (?, ?, ?, ?)",
                (now(), to_ascii(submissions), workers, wall),
            )
            return int(cursor.lastrowid or 0)

    def first_submissions(self) -> str:
        """The path of what the first run graded; empty if there was none."""
        for (submissions,) in self.rows("SELECT submissions FROM runs ORDER BY id LIMIT 1"):
            return from_ascii(submissions)
        return ""

    def save(
        self,
        result: Result,
        run: int | None = None,
        submission: Submission | None = None,
        cache_keys: CacheKeys | None = None,
    ) -> None:
        """Add one result, in a transaction of its own: it is kept whole, whatever happens next.

        From now on it is the one that counts, also for a student who was forgotten.

        Args:
            submission: what was graded; its files are kept, so that it can be graded again, and its
                origin, so that what is known of it is always of the work that was graded.
            cache_keys: what the result depends on.
        """
        student = to_ascii(result.student)
        with self.transaction() as connection:
            given: tuple[Any, ...] = ("[]", None)
            if submission:
                aside = None if submission.set_aside is None else to_ascii(submission.set_aside)
                given = (json.dumps(submission.notes), aside)
                files = (submission.digest, _packed(submission.code), _packed(submission.answers))
                connection.execute("INSERT OR IGNORE INTO files VALUES (?, ?, ?)", files)
                _save_origin(connection, student, submission.origin)
            row = (
                *(run, now(), student, result.digest, str(result.status)),
                *(result_to_json(result), _save_keys(connection, cache_keys or {}), *given, result.seconds),
            )
            connection.execute(
                "INSERT INTO results (run, saved, student, digest, status, result, cache_keys, notes, set_aside, "
                "seconds) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                row,
            )
            connection.execute("DELETE FROM drafts WHERE student = ?", (student,))
            _let_count(connection, student)

    def entry(self, student: str) -> Entry | None:
        """The latest row of a student."""
        query = f"SELECT {_COLUMNS} FROM results WHERE student = ? ORDER BY id DESC LIMIT 1"
        for row in self.rows(query, (to_ascii(student),)):
            return _entry(row)
        return None

    def received(self, student: str) -> SpooledSubmission | None:
        """What was graded last for a student, if its files are kept here; else None."""
        query = (
            "SELECT files.digest, notes, set_aside FROM (SELECT * FROM results "
            "WHERE student = ? ORDER BY id DESC LIMIT 1) AS latest LEFT JOIN files USING (digest)"
        )
        for digest, notes, aside in self.rows(query, (to_ascii(student),)):
            if digest:
                return SpooledSubmission(student, digest, partial(self._files, digest), *_given(notes, aside))
        return None

    def _files(self, digest: str) -> Files:
        ((code, answers),) = self.rows("SELECT code, answers FROM files WHERE digest = ?", (digest,))
        return _unpacked(code), _unpacked(answers)

    def code(self, digest: str) -> bytes | None:
        """The code file of what was graded, by its digest; None if it is not kept."""
        for (code,) in self.rows("SELECT code FROM files WHERE digest = ?", (digest,)):
            return _unpacked(code)
        return None

    def save_known(self, works: Mapping[str, Files]) -> None:
        """Remember works to compare the class's with, by name, in place of those remembered before."""
        rows = [(to_ascii(name), _packed(code), _packed(answers)) for name, (code, answers) in works.items()]
        with self.transaction() as connection:
            connection.execute("DELETE FROM known")
            connection.executemany("INSERT INTO known VALUES (?, ?, ?)", rows)

    def known(self) -> Iterator[tuple[str, Files]]:
        """The works that are remembered, by name."""
        for name, code, answers in self.rows("SELECT name, code, answers FROM known ORDER BY rowid"):
            yield from_ascii(name), (_unpacked(code), _unpacked(answers))

    def save_draft(self, draft: Draft) -> None:
        """Keep what a dry run found, in place of an earlier draft, until a result is saved."""
        with self.transaction() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO drafts VALUES (?, ?, ?, ?)",
                (
                    *(to_ascii(draft.result.student), draft.run),
                    *(_save_keys(connection, draft.cache_keys), result_to_json(draft.result, seconds=True)),
                ),
            )

    def draft(self, student: str) -> Draft | None:
        query = "SELECT run, result, cache_keys.cache_keys FROM drafts JOIN cache_keys ON digest = drafts.cache_keys"
        for run, result, cache_keys in self.rows(f"{query} WHERE student = ?", (to_ascii(student),)):
            return Draft(run, result_from_json(result), json.loads(cache_keys))
        return None

    def questions(self) -> set[str]:
        """The ids of the questions in the result that was saved last, of those that have any."""
        for (text,) in self.rows("SELECT result FROM results ORDER BY id DESC"):
            if result := result_from_json(text).questions:
                return {question.id for question in result}
        return set()

    def results(self) -> Iterator[Result]:
        """The latest result of every student who counts, by the student's key, as graded (without marks)."""
        numbers = self.rows(f"SELECT student, id FROM results WHERE id IN ({LATEST})")
        # To sort whole results would take the memory of all of them.
        for _, number in sorted((in_alphabet(from_ascii(student)), number) for student, number in numbers):
            for text, seconds in self.rows("SELECT result, seconds FROM results WHERE id = ?", (number,)):
                yield replace(result_from_json(text), seconds=seconds)

    def history(self, student: str) -> list[Entry]:
        """Every row of one student, the earliest first."""
        query = f"SELECT {_COLUMNS} FROM results WHERE student = ? ORDER BY id"
        return [_entry(row) for row in self.rows(query, (to_ascii(student),))]

    def walls(self) -> list[str]:
        """How student code was shut in, for every way behind the latest results."""
        query = (
            f"SELECT DISTINCT wall FROM runs WHERE id IN (SELECT run FROM results WHERE id IN ({LATEST})) ORDER BY wall"
        )
        return [wall for (wall,) in self.rows(query) if wall]

    def students(self) -> list[str]:
        """The keys of all students who have a result that counts."""
        return list(self.statuses())

    def statuses(self) -> dict[str, Status]:
        """How far the latest result of each student got, by the key, of those who count."""
        rows = self.rows(f"SELECT student, status FROM results WHERE id IN ({LATEST})")
        found = {from_ascii(student): Status(status) for student, status in rows}
        return {student: found[student] for student in sorted(found, key=in_alphabet)}

    def forget(self, students: Iterable[str], instead: str = "") -> None:
        """Let these students' results count no more; they stay, and can be shown.

        Args:
            instead: the key under which they count now, if that is the reason.
        """
        forgotten = self.forgotten()
        with self.transaction() as connection:
            for student in students:
                if student not in forgotten:
                    _save_active_status(connection, to_ascii(student), False, instead)

    def remember(self, students: Iterable[str]) -> None:
        """Let these count, who were forgotten; what they were forgotten for is no reason any more."""
        forgotten = self.forgotten()
        with self.transaction() as connection:
            for student in students:
                if student in forgotten:
                    _save_active_status(connection, to_ascii(student), True, forgotten[student].instead)

    def active_statuses(self) -> dict[str, ActiveStatus]:
        """Whether each student counts of whom that was ever said, by key."""
        rows = self.rows("SELECT student, saved, counts, instead FROM active_statuses ORDER BY id")
        return {from_ascii(s): ActiveStatus(saved, bool(counts), from_ascii(i)) for s, saved, counts, i in rows}

    def forgotten(self) -> dict[str, ActiveStatus]:
        """Those who do not count."""
        return {student: status for student, status in self.active_statuses().items() if not status.counts}

    def save_origins(self, origins: Mapping[str, UploadInfo | None]) -> None:
        """Remember how the platform handed these over, by key, where the result that is kept stands for them.

        They count from now on, as what is saved does.
        """
        with self.transaction() as connection:
            for key, origin in origins.items():
                student = to_ascii(key)
                _save_origin(connection, student, origin)
                _let_count(connection, student)

    def origins(self) -> dict[str, UploadInfo]:
        """How the platform handed over each student's submission, by key: the latest that is known."""
        rows = self.rows("SELECT student, origin FROM origins ORDER BY id")
        return {from_ascii(student): origin_from_json(text) for student, text in rows}

    def save_marks(self, marks: Iterable[Mark], source: str = "") -> None:
        """Add marks, all or none; `source` names the sheet they come from."""
        with self.transaction() as connection:
            insert_marks(connection, marks, source)

    def marks(self) -> dict[tuple[str, str, str], Mark]:
        """The latest mark of each student's answer, for every text of it that was marked."""
        return standing(mark_from_json(text) for (text,) in self.rows("SELECT mark FROM marks ORDER BY id"))

    def given(self, student: str) -> list[MarkEvent]:
        """Every mark that a student's answers ever got, the earliest first."""
        rows = self.rows("SELECT saved, source, mark FROM marks WHERE student = ? ORDER BY id", (to_ascii(student),))
        return [MarkEvent(saved, from_ascii(source), mark_from_json(text)) for saved, source, text in rows]

    def pseudonyms(self, students: Iterable[str]) -> dict[str, str]:
        """A random name for each student, the same one whenever it is asked for."""
        students = list(students)
        known = {from_ascii(s): p for s, p in self.rows("SELECT student, pseudonym FROM pseudonyms")}
        taken = set(known.values())
        fresh = {}
        for student in dict.fromkeys(students):
            if student not in known:
                fresh[student] = _new_pseudonym(taken)
                taken.add(fresh[student])
        with self.transaction() as connection:
            connection.executemany("INSERT INTO pseudonyms VALUES (?, ?)", [(to_ascii(s), p) for s, p in fresh.items()])
        return {student: (known | fresh)[student] for student in students}

    def save_sheet_rows(self, rows: Iterable[SheetRow]) -> None:
        """Remember what marking sheets show, so that reading one back can tell what has changed."""
        values = [(row.row, row.question, row.answer, json.dumps(row.shown)) for row in rows]
        with self.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO sheet_rows VALUES (?, ?, ?, ?)", values)

    def sheet_rows(self) -> dict[str, SheetRow]:
        """All rows that marking sheets ever showed, by their name."""
        return {
            row: SheetRow(row, question, answer, tuple((student, name) for student, name in json.loads(shown)))
            for row, question, answer, shown in self.rows("SELECT * FROM sheet_rows")
        }

    def rows(self, query: str, values: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._connection.execute(query, values)
        except sqlite3.Error as error:
            raise GraderError(f"The gradebook {self.path} cannot be read: {error}.") from None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            with self._connection:
                yield self._connection
        except sqlite3.Error as error:
            raise GraderError(
                f"The gradebook {self.path} cannot be written: {error}. What was saved before stays: "
                "fix that, and the same command continues from there."
            ) from None


def _where_one_is(out: Path) -> str:
    """The folders of results in the current one: an argument may be missing, or stand in another's place."""
    found = sorted(path.parent.name for path in Path().glob(f"*/{FILE_NAME}"))
    if found:
        here = ", ".join(single_line(name) for name in found)
        return f"First comes the folder that `grade --output` wrote to. These are such folders: {here}"
    return f"Grade first: {program()} grade SUBMISSIONS --output {typed(out)}"


@contextmanager
def open_gradebook(out: Path, *, create: bool = True) -> Iterator[Gradebook]:
    """Open the gradebook in the folder `out`; a new one is made where `create` is true.

    Raises:
        GraderError: if there is none, or if the file is another program's, a newer version's or broken.
    """
    path = out / FILE_NAME
    if not create and not path.is_file():
        raise GraderError(f"There is no gradebook in {out}. {_where_one_is(out)}")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise GraderError(f"The folder {out} cannot be made: {error.strerror}.") from None
    try:
        connection = sqlite3.connect(path, timeout=60)
    except sqlite3.Error as error:
        raise not_now(path, error) from None
    try:
        prepare(connection, path)
        yield Gradebook(path, connection)
    finally:
        connection.close()


def insert_marks(connection: sqlite3.Connection, marks: Iterable[Mark], source: str) -> None:
    rows = [(now(), to_ascii(m.student), m.question, m.answer, json.dumps(asdict(m)), to_ascii(source)) for m in marks]
    query = "INSERT INTO marks (saved, student, question, answer, mark, source) VALUES (?, ?, ?, ?, ?, ?)"
    connection.executemany(query, rows)


def _save_keys(connection: sqlite3.Connection, cache_keys: CacheKeys) -> str | None:
    """Thousands of results depend on the same: that is written once, and its digest stands for it."""
    if not cache_keys:
        return None
    text = json.dumps(cache_keys, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    connection.execute("INSERT OR IGNORE INTO cache_keys VALUES (?, ?)", (digest, text))
    return digest


def _save_origin(connection: sqlite3.Connection, student: str, origin: UploadInfo | None) -> None:
    """What is known already is not written again."""
    if origin is None:
        return
    text = json.dumps(asdict(origin))
    query = "SELECT origin FROM origins WHERE student = ? ORDER BY id DESC LIMIT 1"
    if connection.execute(query, (student,)).fetchone() != (text,):
        row = (now(), student, text)
        connection.execute("INSERT INTO origins (saved, student, origin) VALUES (?, ?, ?)", row)


def _let_count(connection: sqlite3.Connection, student: str) -> None:
    query = "SELECT counts FROM active_statuses WHERE student = ? ORDER BY id DESC LIMIT 1"
    if connection.execute(query, (student,)).fetchone() == (False,):
        _save_active_status(connection, student, True, "")


def _save_active_status(connection: sqlite3.Connection, student: str, counts: bool, instead: str) -> None:
    row = (now(), student, counts, to_ascii(instead))
    connection.execute("INSERT INTO active_statuses (saved, student, counts, instead) VALUES (?, ?, ?, ?)", row)


def _new_pseudonym(taken: set[str]) -> str:
    while True:
        letters = "".join(secrets.choice(_PSEUDONYM_LETTERS) for _ in range(5))
        if f"anon-{letters}" not in taken:
            return f"anon-{letters}"


def _entry(row: tuple[Any, ...]) -> Entry:
    number, run, saved, result, keys, notes, set_aside, seconds = row
    given = _given(notes, set_aside)
    return Entry(
        id=number,
        run=run,
        saved=saved,
        result=replace(result_from_json(result), seconds=seconds),
        cache_keys=_keys(keys or "{}"),
        notes=given[0],
        set_aside=given[1],
    )


def _given(notes: str | None, set_aside: str | None) -> tuple[tuple[str, ...], str | None]:
    """What intake had to say of a submission."""
    return tuple(json.loads(notes or "[]")), None if set_aside is None else from_ascii(set_aside)


@lru_cache(maxsize=64)
def _keys(text: str) -> CacheKeys:
    """Thousands of entries have the same keys, and share them in memory, too."""
    cache_keys: CacheKeys = json.loads(text)
    return cache_keys


def _packed(content: bytes | None) -> bytes | None:
    return None if content is None else zlib.compress(content)


def _unpacked(content: bytes | None) -> bytes | None:
    return None if content is None else zlib.decompress(content)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
