"""What stands in a filled sheet, row by row."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from ...assignment import Question
from ...errors import GraderError
from ...io.spreadsheet import read_sheet
from ...io.text import csv_safe, format_points, single_line
from ...mark import ItemMark
from .rubric import Rubric

FULL = ("x", "X", "✓")
"""What gives an item its full points."""


@dataclass(frozen=True)
class Filled:
    """What a marker entered in one row.

    Attributes:
        taken_as_zero: the items left empty beside others that are not, where `points` does not confirm it.
    """

    points: float
    items: tuple[ItemMark, ...]
    comment: str
    taken_as_zero: tuple[str, ...] = field(default=(), compare=False)


def rows_of(sheet: Path) -> Iterable[tuple[str, dict[str, str]]]:
    """Each row of a sheet and where it stands, for messages; guides and empty lines are left out."""
    columns, *records = read_sheet(sheet) or [[]]
    missing = [column for column in ("row", "points", "comment") if column not in columns]
    if missing:
        raise GraderError(
            f"{sheet} is not a marking sheet: it has no column `{missing[0]}`. "
            "Write one with: autograder marks OUT --write SHEET.csv"
        )
    rows = []
    for index, record in enumerate(records, 2):  # counted as a spreadsheet does, the header being 1
        row = dict.fromkeys(columns, "") | dict(zip(columns, record, strict=False))
        is_guide = row["row"].lstrip("'").startswith("#")
        if not is_guide and any(value.strip() for value in record):
            rows.append((f"{sheet.name}, row {index}", row))
    return rows


def filled_in(row: dict[str, str], question: Question, rubric: Rubric) -> Filled | None:
    """What the row holds; None while it is empty. ValueError with a sentence where it is not right."""
    entered = _entered(row, question, rubric)
    items = []
    for item in rubric.items:
        points = _points(entered.get(item.id, ""), item.points, f"`{item.id}`")
        items.append(None if points is None else ItemMark(item.id, item.text, points, item.points))
    comment = row["comment"].strip()
    if csv_safe(comment[1:]) == comment:
        comment = comment[1:]  # the apostrophe that `csv_safe` puts before what looks like a formula
    total = _points(row["points"], question.points, "`points`")
    if all(item is None for item in items):
        if total is None and comment:
            raise ValueError("there is a comment but no points.")
        return None if total is None else Filled(total, (), comment)
    given = tuple(
        mark or ItemMark(item.id, item.text, 0.0, item.points) for mark, item in zip(items, rubric.items, strict=True)
    )
    added = round(sum(item.points for item in given), 2)
    if total is not None and total != added:
        raise ValueError(
            f"`points` says {format_points(total)}, but the items add up to {format_points(added)}. "
            "Leave one side empty."
        )
    empty = [item.id for mark, item in zip(items, rubric.items, strict=True) if mark is None]
    return Filled(added, given, comment, () if total == added else tuple(empty))


def _entered(row: dict[str, str], question: Question, rubric: Rubric) -> dict[str, str]:
    """The items' cells by item id: the points in a column's name may have changed since."""
    ids = {item.id for item in rubric.items}
    entered = {}
    for column, value in row.items():
        of, colon, item_id = column.rpartition(" (")[0].partition(": ")
        if not colon or not value.strip():
            continue
        if of != question.id:
            raise ValueError(f"`{single_line(column)}` is filled, but the row is one of `{question.id}`.")
        if item_id not in ids:
            raise ValueError(f"`{single_line(item_id)}` is not an item of the rubric now: {', '.join(sorted(ids))}.")
        entered[item_id] = value
    return entered


def _points(text: str, most: float, what: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    if text in FULL:
        return most
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= most:
        raise ValueError(f"{what} should be a number from 0 to {format_points(most)}, but it is {single_line(text)!r}.")
    return round(value, 2)
