"""The gradebook's tables, and how an older version's file gets those that it lacks."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ...errors import GraderError

FILE_NAME = "gradebook.sqlite"
SCHEMA_VERSION = 9
DRAFTS_OF_NOW = 6
"""Earlier versions kept drafts otherwise. They only save work, and are let go."""

APPLICATION_ID = 0x456D4742
"""Stands in the file's header, by which a gradebook is told from any other SQLite file."""

AWAY = "Move it away, or choose another folder with --output."

_TABLES = """
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY, started TEXT NOT NULL, submissions TEXT NOT NULL, workers INTEGER,
    wall TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS results (
    id INTEGER PRIMARY KEY, run INTEGER REFERENCES runs, saved TEXT NOT NULL, student TEXT NOT NULL,
    digest TEXT NOT NULL, status TEXT NOT NULL, result TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS results_by_student ON results (student, id);
CREATE TABLE IF NOT EXISTS cache_keys (digest TEXT PRIMARY KEY, cache_keys TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS files (digest TEXT PRIMARY KEY, code BLOB, answers BLOB);
CREATE TABLE IF NOT EXISTS drafts (
    student TEXT PRIMARY KEY, run INTEGER REFERENCES runs, cache_keys TEXT NOT NULL REFERENCES cache_keys,
    result TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS origins (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, origin TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS origins_by_student ON origins (student, id);
CREATE TABLE IF NOT EXISTS active_statuses (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, counts INTEGER NOT NULL,
    instead TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS marks (
    id INTEGER PRIMARY KEY, saved TEXT NOT NULL, student TEXT NOT NULL, question TEXT NOT NULL,
    answer TEXT NOT NULL, mark TEXT NOT NULL, source TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS marks_by_answer ON marks (student, question, answer, id);
CREATE TABLE IF NOT EXISTS pseudonyms (student TEXT PRIMARY KEY, pseudonym TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS known (name TEXT PRIMARY KEY, code BLOB, answers BLOB);
CREATE TABLE IF NOT EXISTS sheet_rows (
    row TEXT PRIMARY KEY, question TEXT NOT NULL, answer TEXT NOT NULL, shown TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS ratings (
    id INTEGER PRIMARY KEY, request TEXT NOT NULL UNIQUE, saved TEXT NOT NULL, marker TEXT NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL, kind TEXT NOT NULL, rating TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS rubrics (version TEXT PRIMARY KEY, question TEXT NOT NULL, rubric TEXT NOT NULL);
"""

_ADDED_COLUMNS = {
    "cache_keys": "TEXT REFERENCES cache_keys",
    "notes": "TEXT",
    "set_aside": "TEXT",
    "seconds": "REAL",
}
"""Columns of `results` that the first version did not have."""


_RENAMED = (
    ("keys", "digest", "ALTER TABLE keys RENAME TO cache_keys"),
    ("cache_keys", "keys", "ALTER TABLE cache_keys RENAME COLUMN keys TO cache_keys"),
    ("results", "keys", "ALTER TABLE results RENAME COLUMN keys TO cache_keys"),
    ("drafts", "keys", "ALTER TABLE drafts RENAME COLUMN keys TO cache_keys"),
    ("standings", "student", "ALTER TABLE standings RENAME TO active_statuses"),
)
"""What had other names up to version 6: a table, a column that it has in such a file, and what renames it."""


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in a new file, and add in an older one what it lacks: all in one transaction.

    Raises:
        GraderError: if the file is another program's, a newer version's or broken.
    """
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (application,) = connection.execute("PRAGMA application_id").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        is_new = not (version or application or tables)
        if not is_new and application != APPLICATION_ID:
            raise GraderError(f"{path} is not a gradebook of this program. {AWAY}")
        if version > SCHEMA_VERSION:
            raise GraderError(
                f"{path} was written by a newer version (its format is {version}, this program reads up to "
                f"{SCHEMA_VERSION}). Use that version, or choose another folder with --output."
            )
        # Written ahead and synced at every commit: what was committed outlives a killed process and a
        # power cut.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if version < SCHEMA_VERSION:
            _bring_up_to_date(connection, version)
    except sqlite3.OperationalError as error:  # the disk, or another program; not the file
        raise not_now(path, error) from None
    except sqlite3.Error as error:
        raise GraderError(f"{path} cannot be opened as a gradebook: {error}. {AWAY}") from None


def not_now(path: Path, problem: sqlite3.Error) -> GraderError:
    """What to say where the system does not let the file be used: there is nothing wrong with it."""
    return GraderError(
        f"{path} cannot be opened now: {problem}. What was saved before stays: fix that, and type the "
        "same command again."
    )


def _bring_up_to_date(connection: sqlite3.Connection, version: int) -> None:
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        if version < DRAFTS_OF_NOW:
            connection.execute("DROP TABLE IF EXISTS drafts")
        for table, column, statement in _RENAMED:
            if column in _columns(connection, table):
                connection.execute(statement)
        for statement in _TABLES.split(";"):  # `executescript` would commit before it begins
            connection.execute(statement)
        there = _columns(connection, "results")
        for column, kind in _ADDED_COLUMNS.items():
            if column not in there:
                connection.execute(f"ALTER TABLE results ADD COLUMN {column} {kind}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """Their names; none if there is no such table."""
    return {name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})")}
