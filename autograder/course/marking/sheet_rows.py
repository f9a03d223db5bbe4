"""What stands in a filled sheet, row by row, by the points and the rubric that it was written for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...errors import GraderError
from ...io.program import program
from ...io.spreadsheet import read_sheet
from ...io.text import format_points, number, single_line, unguarded
from ...mark import ItemMark
from .rubric import Item, Rubric

FULL = ("x", "X", "✓")
"""What gives an item its full points."""

POSSIBLE = "of"
"""The column with what the question was worth when the sheet was written."""


@dataclass(frozen=True)
class FilledSheet:
    """A sheet that was read.

    Attributes:
        rows: each row that is not empty, and where it stands, for messages.
        items: the items of each question, as the sheet has them.
        guides: the rows that say what to look for, by question.
    """

    rows: tuple[tuple[str, Mapping[str, str]], ...]
    items: Mapping[str, tuple[Item, ...]]
    guides: Mapping[str, Mapping[str, str]]

    def possible(self, row: Mapping[str, str], question: str, otherwise: float) -> float:
        """What the question was worth when the sheet was written; `otherwise` where the sheet does not say it."""
        told = number(row.get(POSSIBLE, "")) or number(self.guides.get(question, {}).get(POSSIBLE, ""))
        return told or round(sum(item.points for item in self.items.get(question, ())), 2) or otherwise


@dataclass(frozen=True)
class Filled:
    """What a marker entered in one row.

    Attributes:
        possible: what the question was worth on this sheet.
        taken_as_zero: the items left empty beside others that are not, where `points` does not confirm it.
    """

    points: float
    possible: float
    items: tuple[ItemMark, ...]
    comment: str
    taken_as_zero: tuple[str, ...] = field(default=(), compare=False)


def rows_of(sheet: Path, rubrics: Mapping[str, Rubric]) -> FilledSheet:
    """Read a sheet.

    Args:
        rubrics: those of now, for the words of items where the sheet has lost them.

    Raises:
        GraderError: if it cannot be read or is not a marking sheet.
    """
    columns, *records = read_sheet(sheet) or [[]]
    missing = [column for column in ("row", "points", "comment") if column not in columns]
    if missing:
        raise GraderError(
            f"{sheet} is not a marking sheet: it has no column `{missing[0]}`. "
            f"Write one with: {program()} mark OUT --write SHEET.csv"
        )
    rows, guides = [], {}
    for index, record in enumerate(records, 2):  # counted as a spreadsheet does, the header being 1
        row = dict.fromkeys(columns, "") | dict(zip(columns, record, strict=False))
        name = row["row"].strip().removeprefix("'")
        if name.startswith("#"):
            guides[name[1:].strip()] = row
        elif any(value.strip() for value in record):
            rows.append((f"{sheet.name}, row {index}", row))
    return FilledSheet(tuple(rows), _items(columns, guides, rubrics), guides)


def _items(
    columns: list[str], guides: Mapping[str, Mapping[str, str]], rubrics: Mapping[str, Rubric]
) -> dict[str, tuple[Item, ...]]:
    """The items in the sheet's header, each `question: item (points)`."""
    found: dict[str, tuple[Item, ...]] = {}
    for column in columns:
        question, colon, rest = column.partition(": ")
        item_id, _, points = rest.removesuffix(")").rpartition(" (")
        if colon and (worth := number(points)):
            known = rubrics[question].items if question in rubrics else ()
            text = guides.get(question, {}).get(column, "") or next((i.text for i in known if i.id == item_id), item_id)
            found[question] = (*found.get(question, ()), Item(item_id, worth, unguarded(text)))
    return found


def filled_in(row: Mapping[str, str], question: str, items: tuple[Item, ...], possible: float) -> Filled | None:
    """What the row holds; None while it is empty. ValueError with a sentence where it is not right."""
    entered = _entered(row, question)
    marks = [_item_mark(item, entered.get(item.id, "")) for item in items]
    comment = unguarded(row["comment"].strip())
    total = _points(row["points"], possible)
    if all(mark is None for mark in marks):
        if total is None and comment:
            raise ValueError("there is a comment but no points.")
        return None if total is None else Filled(total, possible, (), comment)
    given = tuple(
        mark or ItemMark(item.id, item.text, 0.0, item.points) for mark, item in zip(marks, items, strict=True)
    )
    added = round(sum(item.points for item in given), 2)
    if total is not None and total != added:
        raise ValueError(
            f"`points` says {format_points(total)}, but the items add up to {format_points(added)}. "
            "Leave one side empty."
        )
    empty = [item.id for mark, item in zip(marks, items, strict=True) if mark is None]
    return Filled(added, possible, given, comment, () if total == added else tuple(empty))


def _entered(row: Mapping[str, str], question: str) -> dict[str, str]:
    """The items' cells by item id."""
    entered = {}
    for column, value in row.items():
        of, colon, item_id = column.rpartition(" (")[0].partition(": ")
        if not colon or not value.strip():
            continue
        if of != question:
            raise ValueError(f"`{single_line(column)}` is filled in, but the row is one of `{question}`.")
        entered[item_id] = value
    return entered


def _item_mark(item: Item, text: str) -> ItemMark | None:
    """An item earns all of its points, half or none: so two markers differ in what they saw, not in tenths."""
    text = text.strip()
    if not text:
        return None
    value = item.points if text in FULL else number(text)
    for points in (item.points, round(item.points / 2, 2), 0.0):
        if value is not None and abs(value - points) < 0.011:  # a half to the cent may be rounded either way
            return ItemMark(item.id, item.text, points, item.points)
    half = format_points(item.points / 2)
    raise ValueError(
        f"`{item.id}` should be {format_points(item.points)}, {half} or 0 (all, half or none), "
        f"but it is {single_line(text)!r}."
    )


def _points(text: str, most: float) -> float | None:
    text = text.strip()
    if not text:
        return None
    value = most if text in FULL else number(text)
    if value is None or not 0 <= value <= most:
        expected = f"a number from 0 to {format_points(most)}"
        raise ValueError(f"`points` should be {expected}, but it is {single_line(text)!r}.")
    return round(value, 2)
