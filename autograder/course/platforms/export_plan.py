"""What the platforms' files are made of: the instructor's wishes in, texts and sentences out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ...assignment import Assignment
from ...errors import GraderError
from ...io.csv_file import Table, read_table
from ...io.text import first_few, format_points, number, pluralize, single_line
from ..grades import Grade
from ..students.directory import Person, normalize_id
from .matching import Matching


@dataclass(frozen=True)
class ExportOptions:
    """What the instructor asked for.

    Attributes:
        into: the platform's own file, of which a copy is filled.
        name: what the assignment is called on the platform.
        grade_column, feedback_column: where the platform's own names for them are not known.
        others: who handed in, too, but gets no grade now.
    """

    assignment: Assignment
    into: Path | None = None
    name: str = ""
    grade_column: str = ""
    feedback_column: str = ""
    others: tuple[Person, ...] = ()


@dataclass(frozen=True)
class Zip:
    """An archive to write, one entry for each grade.

    Attributes:
        holds: "page" for what students read, "results" for Gradescope's results.json.
        entries: each grade with the name of its file.
        texts: other files in it, name and content.
    """

    name: str
    holds: str
    entries: tuple[tuple[Grade, str], ...]
    texts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ExportFiles:
    """What one platform's export writes and says.

    Attributes:
        grades: those that go out with it.
        table: the filled copy of the platform's own file, if it has one.
        said: sentences for the instructor that ask for nothing.
        problems: what was not handed out, and why.
    """

    grades: tuple[Grade, ...]
    table: Table | None = None
    files: tuple[tuple[str, str], ...] = ()
    zips: tuple[Zip, ...] = ()
    said: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class GradeWriter:
    """Writes grades into one table and notes what is to be said about it.

    Attributes:
        worth: the column of the points possible, if it is another than that of the points.
    """

    table: Table
    worth: int | None = None
    said: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    replaced: list[int] = field(default_factory=list)

    def points(self, row: int, column: int, points: float) -> None:
        """Set a cell to points, written as the file writes its own."""
        text = format_points(points)
        if self.table.has_decimal_commas(column, *([] if self.worth is None else [self.worth])):
            text = text.replace(".", ",")
        before = self.table.value(row, column).strip()
        self.replaced += [row] if before and number(before) != points else []
        self.table.set(row, column, text)

    def sum_up(self, matching: Matching, rows: int, column: str) -> None:
        """Say how many rows got a grade, and what is worth a look."""
        pairs = len(matching.pairs)
        self.said.append(f"{pluralize(pairs, 'grade')} written to the column {single_line(column)!r}.")
        if self.replaced:
            rows_there = sorted(set(self.replaced))
            others = pluralize(len(rows_there), "other grade")
            where = shortened(str(row + 1) for row in rows_there)
            self.said.append(f"Replaced {others} that stood there, in row {where}.")
        if matching.by_name:
            names = shortened(f"{grade.person.shown} = {name}" for grade, name in matching.by_name)
            self.said.append(f"Found by the name alone, so look them over: {names}.")
        if rows > pairs:
            stays = "stays as it was" if rows - pairs == 1 else "stay as they were"
            self.said.append(f"{pluralize(rows - pairs, 'row')} without a grade from here {stays}.")
        self.problems += matching.problems


def shortened(names: Iterable[str], most: int = 20) -> str:
    """The first names, and how many more there are."""
    names = [single_line(name) for name in names]
    return first_few(names, most, "; " if any("," in name for name in names[:most]) else ", ")


def platform_csv(options: ExportOptions, what: str, heading: str = "") -> Table:
    """The platform's own file.

    Args:
        heading: of a column that it has, where a title may stand above the headings.

    Raises:
        GraderError: if the instructor named none, saying where the platform gives it.
    """
    if options.into is None:
        raise GraderError(f"Name the file to fill with --into. Where to get it: {what}")
    return read_table(options.into, heading)


def column_of(table: Table, wished: str, option: str, *names: str) -> int:
    """The column that the instructor named with `option`, else one of these names.

    Raises:
        GraderError: if there is none, listing those there are.
    """
    column = table.column(*([wished] if wished else names))
    if column is None:
        asked = " or ".join(repr(single_line(name)) for name in ([wished] if wished else names)) or "of a known name"
        raise GraderError(
            f"{table.name} has no column {asked}. Name it with {option}; the columns are: {_header(table)}."
        )
    return column


def titled_column(table: Table, titles: Mapping[int, Collection[str]], options: ExportOptions) -> int:
    """The column of the assignment, of which the platform's file may have many.

    Args:
        titles: what each column may be called.

    Raises:
        GraderError: if none is so called or several are, naming those there are.
    """
    asked = normalize_id(options.name or options.grade_column or options.assignment.title)
    found = [i for i, names in titles.items() if asked in map(normalize_id, names)]
    if not found and len(titles) == 1 and not (options.name or options.grade_column):
        found = list(titles)
    if len(found) != 1:
        names = ", ".join(repr(single_line(table.header[i])) for i in found or titles) or "none"
        raise GraderError(
            f"Which column of {table.name} is the assignment's? Name it with --assignment, as the file does. "
            f"{'Several have this name' if found else 'These are there'}: {names}."
        )
    return found[0]


def page_beside_upload(
    grades: Iterable[Grade], platform: str, page: str = "feedback.html"
) -> tuple[tuple[Grade, str], ...]:
    """A page for each grade, in the folder that the platform handed over, which is where it takes pages back."""
    return tuple(
        (grade, f"{in_path(grade.person.origin.upload)}/{page}")
        for grade in grades
        if grade.person.platform == platform
    )


def in_path(name: str) -> str:
    """A name as a part of a path in a zip."""
    return re.sub(r"[/\\]", "-", single_line(name))


def fixed_column(table: Table, name: str) -> int:
    """A column that every file of the platform has.

    Raises:
        GraderError: if it is missing: the file must be another one.
    """
    column = table.column(name)
    if column is None:
        raise GraderError(
            f"{table.name} has no column {name!r}. Is it the right file? Its columns are: {_header(table)}."
        )
    return column


def _header(table: Table) -> str:
    return ", ".join(repr(single_line(name)) for name in table.header)


def differs_in_points(table: Table, possible: float, theirs: str) -> list[str]:
    """A sentence where the platform holds the assignment for worth something else."""
    value = number(theirs)
    if value is None or value == possible:
        return []
    return [
        f"{table.name} says that the assignment is worth {format_points(value)} points, assignment.yml "
        f"{format_points(possible)}. The points are written as they are; change one of the two (`rescale_to`)."
    ]
