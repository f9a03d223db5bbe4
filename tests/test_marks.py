"""Marking sheets: what they show, what is taken back, what is refused."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.marking.groups import groups
from autograder.course.marking.read_sheet import read_sheets, summary
from autograder.course.marking.rubric import load_rubric
from autograder.course.marking.write_sheet import SheetOptions, write_sheets
from autograder.errors import AssignmentError, GraderError
from autograder.mark import Mark, apply_marks, fingerprint
from autograder.result import Status
from tests.hand_made import (
    LOOKUP,
    NASTY_NAMES,
    TOO_LONG,
    TRADEOFFS,
    answer,
    case,
    code,
    make_assignment,
    result,
)

SIZES, COST, ERROR = "tradeoffs: sizes (4)", "tradeoffs: cost (6)", "too_long: error (10)"


@pytest.fixture
def assignment(tmp_path):
    return make_assignment(tmp_path, LOOKUP, TRADEOFFS, TOO_LONG)


@pytest.fixture
def gradebook(tmp_path):
    with open_gradebook(tmp_path / "out") as gradebook:
        yield gradebook


def hand_in(gradebook, student: str, tradeoffs: str, too_long: str | None = None) -> None:
    second = answer(TOO_LONG, too_long) if too_long else answer(TOO_LONG, points=0.0, note="Nothing is written here.")
    gradebook.save(result(student, code(LOOKUP, case()), answer(TRADEOFFS, tradeoffs), second))


def rows_of(sheet: Path) -> list[dict[str, str]]:
    """The rows to mark, without those that say what to look for."""
    text = sheet.read_text("utf-8-sig")
    return [row for row in csv.DictReader(text.splitlines(keepends=True)) if not row["row"].startswith("#")]


def fill(sheet: Path, *filled: dict[str, str], to: Path | None = None) -> Path:
    """Enter values in the sheet's rows, in order."""
    with sheet.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        columns = reader.fieldnames or []
    for row, values in zip([row for row in rows if not row["row"].startswith("#")], filled, strict=False):
        row.update(values)
    target = to or sheet
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    return target


def marked(gradebook, student: str = "ada"):
    found = next(graded for graded in gradebook.results() if graded.student == student)
    return apply_marks(found, gradebook.marks())


def test_a_sheet_shows_the_answer_the_rubric_and_room_for_a_comment(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables are cheap.")
    sheet = tmp_path / "sheet.csv"
    assert write_sheets(gradebook, assignment, sheet) == [(sheet, 1)]
    (row,) = rows_of(sheet)
    assert (row["students"], row["question"], row["count"], row["words"]) == ("ada", "tradeoffs", "1", "4")
    assert row["answer"] == "Small tables are cheap."
    assert (row[SIZES], row[COST], row["points"], row["comment"]) == ("", "", "", "")
    text = sheet.read_text("utf-8-sig")
    assert "Names both sizes" in text
    assert "it proved better" in text
    assert "'=SUM of what learning costs" in text


def test_marked_items_make_a_graded_result(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables are cheap.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    assert marked(gradebook).status is Status.NEEDS_MARKING
    sheet = fill(tmp_path / "sheet.csv", {SIZES: "2,0", COST: "x", "comment": "Name a model."})
    reading = read_sheets(gradebook, assignment, [sheet])
    assert (reading.problems, reading.empty, reading.known) == ((), 0, 0)
    (mark,) = reading.marks
    assert (mark.points, mark.possible, mark.comment) == (8, 10, "Name a model.")
    assert [(item.id, item.points, item.possible) for item in mark.items] == [
        ("sizes", 2, 4),
        ("cost", 6, 6),
    ]
    graded = marked(gradebook)
    assert graded.status is Status.GRADED
    assert [question.points for question in graded.questions] == [2, 8, 0]
    assert graded.total == 10


def test_points_alone_are_a_mark(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    reading = read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {"points": "0"})])
    assert [mark.points for mark in reading.marks] == [0]
    assert marked(gradebook).total == 2


def test_an_empty_row_is_left_unmarked(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.", "No row.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    reading = read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {SIZES: "2"})])
    assert (len(reading.marks), reading.empty) == (1, 1)
    assert marked(gradebook).status is Status.NEEDS_MARKING


def test_identical_answers_are_marked_once_for_all(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables\nare cheap.")
    hand_in(gradebook, "ben", "small  TABLES are cheap.")
    hand_in(gradebook, "cem", "Another answer.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    rows = rows_of(tmp_path / "sheet.csv")
    assert sorted((row["students"], row["count"]) for row in rows) == [("ada; ben", "2"), ("cem", "1")]
    both = next(i for i, row in enumerate(rows) if row["count"] == "2")
    sheet = fill(tmp_path / "sheet.csv", *[{"points": "7"} if i == both else {} for i in range(2)])
    assert {mark.student for mark in read_sheets(gradebook, assignment, [sheet]).marks} == {"ada", "ben"}


def test_an_anonymous_sheet_names_nobody_and_says_so_each_time_alike(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada lovelace", "Small tables.")
    hand_in(gradebook, "ben", "Another answer.")
    write_sheets(gradebook, assignment, tmp_path / "1.csv", SheetOptions(anonymous=True))
    write_sheets(gradebook, assignment, tmp_path / "2.csv", SheetOptions(anonymous=True))
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert "ada" not in (tmp_path / "1.csv").read_text()
    assert all(row["students"].startswith("anon-") for row in rows_of(tmp_path / "1.csv"))
    sheet = fill(tmp_path / "1.csv", {"points": "3"}, {"points": "3"})
    assert {mark.student for mark in read_sheets(gradebook, assignment, [sheet]).marks} == {"ada lovelace", "ben"}


def test_markers_share_the_rows_evenly_and_each_row_once(gradebook, assignment, tmp_path):
    for i in range(7):
        hand_in(gradebook, f"s{i}", f"Answer number {i}.", f"Other answer {i}.")
    written = write_sheets(gradebook, assignment, tmp_path / "sheet.csv", SheetOptions(markers=3))
    assert [(path.name, count) for path, count in written] == [
        ("sheet-1.csv", 6),
        ("sheet-2.csv", 4),
        ("sheet-3.csv", 4),
    ]
    names = [row["row"] for path, _ in written for row in rows_of(path)]
    assert len(set(names)) == len(names) == 14


def test_the_questions_stand_one_after_the_other(gradebook, assignment, tmp_path):
    for i in range(5):
        hand_in(gradebook, f"s{i}", f"Answer number {i}.", f"Other answer {i}.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    assert [row["question"] for row in rows_of(tmp_path / "sheet.csv")] == ["tradeoffs"] * 5 + ["too_long"] * 5


def test_one_question_alone_has_its_own_columns_alone(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.", "No row.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv", SheetOptions(question="too_long"))
    (row,) = rows_of(tmp_path / "sheet.csv")
    assert ERROR in row and SIZES not in row


def test_an_unknown_question_is_refused_with_those_that_are(gradebook, assignment, tmp_path):
    with pytest.raises(GraderError, match=r"'lookup' is not a short-answer question. These are: tradeoffs, too_long."):
        write_sheets(gradebook, assignment, tmp_path / "sheet.csv", SheetOptions(question="lookup"))


def test_a_sheet_that_is_there_is_never_overwritten(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    (tmp_path / "sheet-2.csv").write_text("marks of an afternoon")
    with pytest.raises(GraderError, match="already exists"):
        write_sheets(gradebook, assignment, tmp_path / "sheet.csv", SheetOptions(markers=2))
    assert not (tmp_path / "sheet-1.csv").exists()


def test_marked_answers_are_left_out_unless_asked_for(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "1.csv")
    read_sheets(gradebook, assignment, [fill(tmp_path / "1.csv", {SIZES: "2", COST: "3", "comment": "=good.\n-1"})])
    with pytest.raises(GraderError, match="Nothing is left to mark"):
        write_sheets(gradebook, assignment, tmp_path / "2.csv")
    write_sheets(gradebook, assignment, tmp_path / "2.csv", SheetOptions(marked_too=True))
    (row,) = rows_of(tmp_path / "2.csv")
    assert (row[SIZES], row[COST], row["points"], row["comment"]) == ("2", "3", "", "'=good.\n'-1")
    reading = read_sheets(gradebook, assignment, [tmp_path / "2.csv"])
    assert (reading.marks, reading.known, reading.problems) == ((), 1, ())


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"points": "11"}, "`points` should be a number from 0 to 10, but it is '11'."),
        ({"points": "-1"}, "`points` should be a number from 0 to 10, but it is '-1'."),
        ({"points": "nan"}, "`points` should be a number from 0 to 10, but it is 'nan'."),
        ({"points": "inf"}, "`points` should be a number from 0 to 10, but it is 'inf'."),
        ({"points": "good"}, "`points` should be a number from 0 to 10, but it is 'good'."),
        ({SIZES: "4.5"}, "`sizes` should be 4, 2 or 0 (all, half or none), but it is '4.5'."),
        ({SIZES: "1"}, "`sizes` should be 4, 2 or 0 (all, half or none), but it is '1'."),
        ({SIZES: "nan"}, "`sizes` should be 4, 2 or 0 (all, half or none), but it is 'nan'."),
        ({SIZES: "4", "points": "7"}, "`points` says 7, but the items add up to 4. Leave one side empty."),
        ({ERROR: "4"}, "`too_long: error (10)` is filled in, but the row is one of `tradeoffs`."),
        ({"comment": "nice"}, "there is a comment but no points."),
        ({"row": "tradeoffs-ffff"}, "`tradeoffs-ffff` is neither an answer of this class nor a row of its sheets."),
    ],
)
def test_a_wrong_row_is_named_and_not_taken(gradebook, assignment, tmp_path, values, said):
    hand_in(gradebook, "ada", "Small tables.", "No row.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    sheet = fill(tmp_path / "sheet.csv", values, {"points": "5"})
    reading = read_sheets(gradebook, assignment, [sheet])
    assert reading.problems == (f"sheet.csv, row 3: {said}",)
    assert [mark.question for mark in reading.marks] == ["too_long"]
    assert set(gradebook.marks()) == {mark.key for mark in reading.marks}


def test_markers_who_differ_are_named_and_nothing_is_taken(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    one = fill(tmp_path / "sheet.csv", {"points": "3"}, to=tmp_path / "one.csv")
    two = fill(tmp_path / "sheet.csv", {"points": "4"}, to=tmp_path / "two.csv")
    reading = read_sheets(gradebook, assignment, [one, two])
    assert reading.marks == ()
    assert "the markers differ (3 in one.csv, row 3 and 4 in two.csv, row 3)" in reading.problems[0]
    assert gradebook.marks() == {}


def test_markers_who_agree_are_no_conflict(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    one = fill(tmp_path / "sheet.csv", {"points": "3"}, to=tmp_path / "one.csv")
    two = fill(tmp_path / "sheet.csv", {"points": "3.0"}, to=tmp_path / "two.csv")
    assert len(read_sheets(gradebook, assignment, [one, two]).marks) == 1


def test_a_mark_given_before_stays_unless_it_is_to_be_replaced(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {"points": "3"})])
    changed = fill(tmp_path / "sheet.csv", {"points": "4"})
    reading = read_sheets(gradebook, assignment, [changed])
    assert reading.marks == ()
    assert "the answer of ada already has a mark (3 points before, 4 here)" in reading.problems[0]
    assert marked(gradebook).total == 5
    assert read_sheets(gradebook, assignment, [changed], replace_marks=True).problems == ()
    assert marked(gradebook).total == 6


def test_an_answer_that_has_changed_since_gets_no_mark(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    hand_in(gradebook, "ben", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv", SheetOptions(anonymous=True))
    hand_in(gradebook, "ada", "Large tables.")
    reading = read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {"points": "3"})])
    assert [mark.student for mark in reading.marks] == ["ben"]
    name = gradebook.pseudonyms(["ada"])["ada"]
    assert f"the answer of {name} has changed since the sheet was written" in reading.problems[0]
    assert marked(gradebook).status is Status.NEEDS_MARKING


def test_marks_outlive_a_regrade_and_come_back_with_the_text(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {"points": "3"})])
    hand_in(gradebook, "ada", "Small tables.")
    assert marked(gradebook).total == 5
    hand_in(gradebook, "ada", "Large tables.")
    assert marked(gradebook).total == 2
    hand_in(gradebook, "ada", "small\ntables.")
    assert marked(gradebook).total == 5


def test_a_mark_is_a_share_when_the_points_change_later():
    mark = Mark("ada", "tradeoffs", fingerprint("text"), 3, 10)
    later = result("ada", answer(replace(TRADEOFFS, points=20), "text"))
    assert apply_marks(later, {mark.key: mark}).total == 6


def test_a_zero_by_the_grader_is_not_touched_by_a_mark():
    mark = Mark("ada", "tradeoffs", fingerprint(""), 3, 10)
    blank = result("ada", answer(TRADEOFFS, points=0.0))
    assert apply_marks(blank, {mark.key: mark}).total == 0


def test_what_was_not_graded_stays_so(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    graded = next(iter(gradebook.results()))
    failed = replace(graded, status=Status.NOT_GRADED)
    assert apply_marks(failed, {}) == failed


def test_a_sheet_saved_with_semicolons_is_read(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    with (tmp_path / "sheet.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    with (tmp_path / "sheet.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    reading = read_sheets(gradebook, assignment, [tmp_path / "sheet.csv"])
    assert (reading.empty, reading.problems) == (1, ())


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_sheet_is_read_as_spreadsheets_save_it(gradebook, assignment, tmp_path, encoding):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    sheet = fill(tmp_path / "sheet.csv", {"points": "7", "comment": "Schön, naïve"})
    text = sheet.read_text("utf-8-sig").replace("\n", "\r\n")
    sheet.write_bytes(text.encode(encoding))
    (mark,) = read_sheets(gradebook, assignment, [sheet]).marks
    assert (mark.points, mark.comment) == (7, "Schön, naïve")


def test_items_left_empty_beside_others_count_zero_and_are_named(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    sheet = fill(tmp_path / "sheet.csv", {SIZES: "4"})
    reading = read_sheets(gradebook, assignment, [sheet])
    assert reading.zeros == ("sheet.csv, row 3: `cost` left empty, taken as 0: 4 points.",)
    *_, advice, last = summary(reading)
    assert advice == "If that is not intended, fill them in and read the sheet again with --replace."
    assert last == "1 mark read, 0 already there, 0 rows still empty, 0 problems."
    assert read_sheets(gradebook, assignment, [sheet]).zeros == ()  # it is known by now


def test_items_left_empty_whose_sum_stands_under_points_need_no_word(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    sheet = fill(tmp_path / "sheet.csv", {SIZES: "4", "points": "4"})
    assert read_sheets(gradebook, assignment, [sheet]).zeros == ()


def test_a_sheet_with_names_is_answered_with_names_though_a_later_one_had_none(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "named.csv")
    read_sheets(gradebook, assignment, [fill(tmp_path / "named.csv", {"points": "3"}, to=tmp_path / "3.csv")])
    write_sheets(gradebook, assignment, tmp_path / "nobody.csv", SheetOptions(anonymous=True, marked_too=True))
    named = fill(tmp_path / "named.csv", {"points": "5"}, to=tmp_path / "5.csv")
    nameless = fill(tmp_path / "nobody.csv", {"points": "5"})
    (said,) = read_sheets(gradebook, assignment, [named]).problems
    (said_of_nobody,) = read_sheets(gradebook, assignment, [nameless]).problems
    assert "the answer of ada already has a mark" in said
    assert "ada" not in said_of_nobody


def test_where_nothing_is_graded_yet_no_sheet_says_that_all_is_marked(gradebook, assignment, tmp_path):
    with pytest.raises(GraderError, match="No submission is graded yet"):
        write_sheets(gradebook, assignment, tmp_path / "sheet.csv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"student,total\nada,3\n", "no column `row`"),
        (b"", "no column `row`"),
        (b"row,points,comment\n\x81\x8d,1,\n", "is not text that can be read"),
        (b"PK\x03\x04 a workbook", "not a CSV but a zip or a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is not text"),
    ],
)
def test_a_file_that_is_no_sheet_is_refused(gradebook, assignment, tmp_path, content, said):
    (tmp_path / "sheet.csv").write_bytes(content)
    with pytest.raises(GraderError, match=said):
        read_sheets(gradebook, assignment, [tmp_path / "sheet.csv"])


def test_a_sheet_that_is_not_there_is_named(gradebook, assignment, tmp_path):
    with pytest.raises(GraderError, match="cannot be read"):
        read_sheets(gradebook, assignment, [tmp_path / "none.csv"])


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.ods", "sheet"])
def test_a_sheet_that_would_be_no_csv_is_refused(gradebook, assignment, tmp_path, name):
    hand_in(gradebook, "ada", "Small tables.")
    with pytest.raises(GraderError, match=r"A sheet is a CSV file.*--write sheet\.csv"):
        write_sheets(gradebook, assignment, tmp_path / name)


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_any_name_and_answer_goes_out_and_comes_back(gradebook, assignment, tmp_path, name):
    hand_in(gradebook, name, f"=answer of {name}\x00\udc80")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    (row,) = rows_of(tmp_path / "sheet.csv")
    assert row["answer"].startswith("'=answer")
    assert not row["students"].startswith(("=", "+", "-", "@", "\t", "\r"))
    (mark,) = read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {"points": "1"})]).marks
    assert mark.student == name


def test_the_order_of_rows_does_not_follow_the_students(gradebook, assignment):
    for i in range(8):
        hand_in(gradebook, f"s{i}", f"Answer number {i}.")
    rows = [group.row for group in groups(gradebook, assignment)]
    assert rows == sorted(rows)
    assert [group.students[0] for group in groups(gradebook, assignment)] != [f"s{i}" for i in range(8)]


def test_a_rubric_is_scaled_to_the_points_of_its_question(tmp_path):
    assignment = make_assignment(tmp_path, replace(TRADEOFFS, points=5))
    assert [item.points for item in load_rubric(assignment)["tradeoffs"].items] == [2, 3]


def test_a_question_without_a_rubric_has_points_alone(gradebook, tmp_path):
    assignment = make_assignment(tmp_path, TRADEOFFS, rubric="")
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    reading = read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {"points": "9.5"})])
    assert [mark.points for mark in reading.marks] == [9.5]


@pytest.mark.parametrize(
    "rubric",
    [
        "[]",
        "{",
        "tradeoffs: 3",
        "tradeoffs: {items: [{id: a, points: 0, text: t}]}",
        "tradeoffs: {items: [{id: a, text: t}]}",
        "tradeoffs: {items: [{id: a, points: 1, text: t}, {id: a, points: 1, text: t}]}",
        "tradeoffs: {items: [], weak_arguments: one}",
    ],
)
def test_a_broken_rubric_is_named(tmp_path, rubric):
    with pytest.raises(AssignmentError, match=r"rubric\.yml"):
        load_rubric(make_assignment(tmp_path, TRADEOFFS, rubric=rubric))
