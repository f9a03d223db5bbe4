"""What marking in the browser asks of the gradebook: the journal of who did what with which answer, the
rubrics by which, and whether anything is new."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from ...mark import Mark
from ...result import Result
from .database import LATEST, Gradebook, insert_marks, now
from .records import Rating, RatingKind, from_ascii, rating_from_json, rating_to_json, result_from_json, to_ascii

_COLUMNS = "id, request, saved, marker, question, answer, kind, rating"


def save_ratings(
    gradebook: Gradebook, ratings: Iterable[Rating], marks: Iterable[Mark] = (), source: str = ""
) -> list[Rating]:
    """Add ratings, and the marks that follow from them, in one transaction: all or none.

    Args:
        source: what the history says of the marks.

    Returns:
        The ratings, numbered and dated.
    """
    saved = []
    with gradebook.transaction() as connection:
        for rating in ratings:
            rating = replace(rating, saved=now())
            row = (
                *(rating.request, rating.saved, to_ascii(rating.marker), rating.question, rating.answer),
                *(str(rating.kind), rating_to_json(rating)),
            )
            query = "INSERT INTO ratings (request, saved, marker, question, answer, kind, rating) VALUES"
            cursor = connection.execute(f"{query} (?, ?, ?, ?, ?, ?, ?)", row)
            saved.append(replace(rating, id=int(cursor.lastrowid or 0)))
        insert_marks(connection, marks, source)
    return saved


def read_ratings(gradebook: Gradebook, after: int = 0) -> Iterator[Rating]:
    """The ratings with a number above `after`, the earliest first."""
    for row in gradebook.rows(f"SELECT {_COLUMNS} FROM ratings WHERE id > ? ORDER BY id", (after,)):
        yield _rating(*row)


def is_saved(gradebook: Gradebook, request: str) -> bool:
    """Whether what the browser sent under this name is in the journal."""
    return any(gradebook.rows("SELECT 1 FROM ratings WHERE request = ?", (request,)))


def save_rubric(gradebook: Gradebook, version: str, question: str, rubric: Mapping[str, Any]) -> None:
    with gradebook.transaction() as connection:
        connection.execute("INSERT OR IGNORE INTO rubrics VALUES (?, ?, ?)", (version, question, json.dumps(rubric)))


def read_rubrics(gradebook: Gradebook) -> dict[str, Any]:
    """Every rubric by which anything was marked, by its version."""
    return {version: json.loads(text) for version, text in gradebook.rows("SELECT version, rubric FROM rubrics")}


def has_changed(gradebook: Gradebook, seen: int) -> int | None:
    """A number that is another whenever another program has written; None if it is still the one that was `seen`."""
    ((version,),) = gradebook.rows("PRAGMA data_version")
    return None if version == seen else int(version)


def latest_rows(gradebook: Gradebook) -> dict[str, int]:
    """The number of the latest result of every student who counts."""
    rows = gradebook.rows(f"SELECT student, id FROM results WHERE id IN ({LATEST}) ORDER BY student COLLATE NOCASE")
    return {from_ascii(student): number for student, number in rows}


def result_of_row(gradebook: Gradebook, number: int) -> Result:
    ((text,),) = gradebook.rows("SELECT result FROM results WHERE id = ?", (number,))
    return result_from_json(text)


def _rating(number: int, request: str, saved: str, marker: str, question: str, answer: str, *rest: str) -> Rating:
    kind, text = rest
    columns = {"question": question, "answer": answer, "kind": RatingKind(kind)}
    known = {"id": number, "request": request, "saved": saved, "marker": from_ascii(marker)}
    return rating_from_json(text, **known, **columns)
