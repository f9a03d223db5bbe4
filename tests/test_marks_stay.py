"""A sheet is filled, then something changes, then it is read: every mark ends where its marker meant it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.course.export import export
from autograder.course.gradebook.database import Gradebook, open_gradebook
from autograder.course.marking.equal_answers import mark_twins, twins_said
from autograder.course.marking.read_sheet import Reading, read_sheets, summary
from autograder.course.marking.rubric import weighed_now, weighed_said
from autograder.course.marking.write_sheet import EARLIER, SheetOptions, write_sheets
from autograder.course.platforms.export_plan import ExportOptions
from autograder.course.reports.write import write_reports
from autograder.mark import ItemMark, Mark, weighed
from autograder.result import QuestionResult
from tests.hand_made import LOOKUP, TRADEOFFS, answer, case, code, make_assignment, result
from tests.test_marks import COST, SIZES, fill, rows_of

RUBRIC = "tradeoffs: {items: [%s]}"
SIZES_4, COST_6 = "{id: sizes, points: 4, text: Names both}", "{id: cost, points: 6, text: Says what it costs}"


@pytest.fixture
def assignment(tmp_path) -> Assignment:
    return make_assignment(tmp_path, LOOKUP, TRADEOFFS)


@pytest.fixture
def gradebook(tmp_path):
    with open_gradebook(tmp_path / "out") as gradebook:
        yield gradebook


def hand_in(gradebook: Gradebook, student: str, text: str) -> None:
    gradebook.save(result(student, code(LOOKUP, case()), answer(TRADEOFFS, text)))


def filled(gradebook: Gradebook, assignment: Assignment, folder: Path, *rows: dict[str, str]) -> Path:
    """A sheet, full marks for the sizes and half for the cost: 7 of 10, unless `rows` say otherwise."""
    write_sheets(gradebook, assignment, folder / "sheet.csv")
    return fill(folder / "sheet.csv", *(rows or [{SIZES: "4", COST: "3", "comment": "Name a model."}] * 9))


def points(gradebook: Gradebook, assignment: Assignment, out: Path) -> dict[str, float | None]:
    """What everybody has for the answer, as the reports have it."""
    results = write_reports(out, gradebook, assignment)
    return {graded.student: of(graded.questions).points for graded in results}


def of(questions: tuple[QuestionResult, ...]) -> QuestionResult:
    return next(question for question in questions if question.id == "tradeoffs")


# The points and the rubric change ---------------------------------------------------------------------------------

CHANGES = {
    "nothing": (10, (SIZES_4, COST_6), 7),
    "the question is worth twice as much": (20, (SIZES_4, COST_6), 14),
    "and half": (5, (SIZES_4, COST_6), 3.5),
    "the items are weighed otherwise": (10, ("{id: sizes, points: 2, text: t}", "{id: cost, points: 8, text: t}"), 6),
    "an item says something else": (10, ("{id: sizes, points: 4, text: Names all three}", COST_6), 7),
    "an item is added": (10, (SIZES_4, COST_6, "{id: rare, points: 10, text: Rare words}"), 7),
    "an item is removed": (10, (SIZES_4,), 10),
    "the other is removed": (10, (COST_6,), 5),
    "an item is renamed": (10, ("{id: both, points: 4, text: Names both}", COST_6), 5),
    "all items are others": (10, ("{id: other, points: 1, text: Another}",), 7),
    "there are no items any more": (10, (), 7),
}


def changed(folder: Path, worth: float, items: tuple[str, ...]) -> Assignment:
    question = replace(TRADEOFFS, points=worth)
    return make_assignment(folder, LOOKUP, question, rubric=RUBRIC % ", ".join(items) if items else "")


@pytest.mark.parametrize(("worth", "items", "expected"), CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("is_read_before", [False, True], ids=["then read", "read before"])
def test_a_mark_stays_what_its_marker_meant_when_this_changes(
    gradebook, assignment, tmp_path, worth, items, expected, is_read_before
):
    hand_in(gradebook, "ada", "Small tables.")
    sheet = filled(gradebook, assignment, tmp_path)
    if is_read_before:
        read_sheets(gradebook, assignment, [sheet])
    now = changed(tmp_path, worth, items)
    reading = read_sheets(gradebook, now, [sheet])
    assert reading.problems == ()
    assert (len(reading.marks), reading.known) == ((0, 1) if is_read_before else (1, 0))
    assert points(gradebook, now, tmp_path / "out") == {"ada": expected}


def test_each_item_keeps_its_fraction_on_the_students_page_and_adds_up(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    write_reports(tmp_path / "out", gradebook, changed(tmp_path, 30, (SIZES_4, COST_6)))
    page = (tmp_path / "out" / "feedback" / "ada.html").read_text("utf-8")
    assert '<b>12</b> <span class="soft">of 12</span>' in page
    assert '<b>9</b> <span class="soft">of 18</span>' in page
    assert '<b>21</b> <span class="soft">of 30</span>' in page


def test_points_alone_keep_their_share(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    sheet = filled(gradebook, assignment, tmp_path, {"points": "7.5"})
    now = changed(tmp_path, 20, (SIZES_4,))
    read_sheets(gradebook, now, [sheet])
    assert points(gradebook, now, tmp_path / "out") == {"ada": 15}


def test_that_marks_were_given_for_other_points_is_said(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    sheet = filled(gradebook, assignment, tmp_path)
    said = summary(read_sheets(gradebook, changed(tmp_path, 20, (SIZES_4, COST_6)), [sheet]))
    assert said[0].startswith("1 mark given for other points or by another rubric than now: each item keeps")
    assert not any("\n" in sentence for sentence in said)


def test_a_sheet_that_has_lost_its_guides_is_still_read_by_its_own_points(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    sheet = filled(gradebook, assignment, tmp_path)
    lines = sheet.read_text("utf-8").splitlines(keepends=True)
    sheet.write_text("".join(line for line in lines if not line.startswith("# ")), "utf-8")
    now = changed(tmp_path, 20, (SIZES_4, COST_6))
    read_sheets(gradebook, now, [sheet])
    assert points(gradebook, now, tmp_path / "out") == {"ada": 14}


def test_a_sheet_written_after_the_change_says_what_stands_in_the_points_of_now(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    now = changed(tmp_path, 20, (SIZES_4, COST_6))
    write_sheets(gradebook, now, tmp_path / "all.csv", SheetOptions(marked_too=True))
    (row,) = rows_of(tmp_path / "all.csv")
    assert (row["tradeoffs: sizes (8)"], row["tradeoffs: cost (12)"], row["of"]) == ("8", "6", "20")
    reading = read_sheets(gradebook, now, [tmp_path / "all.csv"])
    assert (reading.marks, reading.known, reading.problems) == ((), 1, ())


def test_it_is_said_of_marks_that_count_otherwise_now_and_of_no_others(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    marks = list(gradebook.marks().values())
    assert weighed_said(marks, assignment) == ""
    assert weighed_said(marks, changed(tmp_path, 10, (SIZES_4,))).startswith("1 mark given for other points or by")


def test_what_is_handed_back_is_weighed_alike(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    now = changed(tmp_path, 10, ("{id: sizes, points: 2, text: t}", "{id: cost, points: 8, text: t}"))
    export(gradebook, "csv", ExportOptions(now), tmp_path / "export")
    _, line = (tmp_path / "export" / "handed-back.csv").read_text("utf-8-sig").splitlines()
    assert line.startswith('"ada","","","","8","0","8","18"')  # 2 for the code, 6 of 10


def test_fractions_that_are_no_round_numbers_come_back_as_they_were():
    items = tuple(ItemMark(name, name, points, 3.33) for name, points in (("a", 3.33), ("b", 1.67), ("c", 0.0)))
    mark = Mark("ada", "tradeoffs", "", 5.0, 10, items)
    there = weighed(mark, [replace(item, possible=6.66) for item in items], 20)
    assert there.points == pytest.approx(10, abs=0.02)
    assert [item.points for item in weighed(there, items, 10).items] == [3.33, 1.67, 0.0]


# An answer changes ------------------------------------------------------------------------------------------------


def test_of_an_answer_that_changed_a_new_sheet_shows_the_old_one_its_mark_and_the_difference(
    gradebook, assignment, tmp_path
):
    hand_in(gradebook, "ada", "Small tables are cheap to learn.")
    sheet = filled(gradebook, assignment, tmp_path)
    hand_in(gradebook, "ada", "Large tables are dear to learn.")
    reading = read_sheets(gradebook, assignment, [sheet])
    assert reading.marks == ()
    assert "the answer of ada has changed since the sheet was written" in reading.problems[0]
    assert points(gradebook, assignment, tmp_path / "out") == {"ada": None}
    write_sheets(gradebook, assignment, tmp_path / "new.csv")
    (row,) = rows_of(tmp_path / "new.csv")
    assert row[EARLIER] == (
        "Got 7 of 10 (sizes 4 of 4; cost 3 of 6) for:\nThe comment was: Name a model.\n"
        "Small tables are cheap to learn.\n\n"
        "Now, [-gone-] and {+new+}:\n[-Small-] {+Large+} tables are [-cheap-] {+dear+} to learn."
    )


def test_the_earlier_mark_stands_again_when_the_earlier_answer_comes_back(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    sheet = filled(gradebook, assignment, tmp_path)
    hand_in(gradebook, "ada", "Large tables.")
    read_sheets(gradebook, assignment, [sheet])
    hand_in(gradebook, "ada", "Small tables.")
    assert points(gradebook, assignment, tmp_path / "out") == {"ada": 7}


def test_a_mark_for_an_earlier_text_replaces_none_that_it_has_already(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    hand_in(gradebook, "ada", "Large tables.")
    read_sheets(gradebook, assignment, [fill(tmp_path / "sheet.csv", {SIZES: "0", COST: "0"})])
    assert [mark.points for mark in gradebook.marks().values()] == [7]


def test_a_sheet_without_anybody_who_wrote_something_else_before_has_no_column_for_it(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv")
    assert EARLIER not in (tmp_path / "sheet.csv").read_text("utf-8-sig")


# The same answer comes later --------------------------------------------------------------------------------------


def test_an_identical_answer_that_comes_later_has_its_twins_mark_at_once_and_that_is_said(
    gradebook, assignment, tmp_path
):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    hand_in(gradebook, "ben", "small  TABLES.")
    hand_in(gradebook, "cem", "Another answer.")
    found = mark_twins(gradebook, assignment)
    assert twins_said(found) == ["1 answer is the same as one that was marked, and has its mark at once: ben."]
    assert points(gradebook, assignment, tmp_path / "out") == {"ada": 7, "ben": 7, "cem": None}
    assert [event.sheet for event in gradebook.given("ben")] == ["sheet.csv, for the same answer"]
    assert mark_twins(gradebook, assignment) == []


def test_a_twin_that_was_handed_in_before_the_sheet_is_read_has_the_mark_too(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    sheet = filled(gradebook, assignment, tmp_path)
    hand_in(gradebook, "ben", "Small tables.")
    assert {mark.student for mark in read_sheets(gradebook, assignment, [sheet]).marks} == {"ada", "ben"}


def test_a_twin_of_who_writes_something_else_by_now_has_the_mark_too(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    hand_in(gradebook, "ada", "Large tables.")
    hand_in(gradebook, "ben", "Small tables.")
    assert [mark.student for mark in mark_twins(gradebook, assignment)] == ["ben"]


def test_a_mark_that_a_person_withdrew_does_not_come_back_from_a_twin(gradebook, assignment, tmp_path):
    for student in ("ada", "ben"):
        hand_in(gradebook, student, "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    (mark,) = [mark for mark in gradebook.marks().values() if mark.student == "ada"]
    gradebook.save_marks([replace(mark, withdrawn=True)])
    assert mark_twins(gradebook, assignment) == []


def test_an_answer_whose_twins_have_different_marks_waits_for_a_person(gradebook, assignment):
    for student, given in (("ada", 3), ("ben", 4)):
        hand_in(gradebook, student, "Small tables.")
        ((key, _),) = [(k, g) for k, g in _keys(gradebook, assignment).items() if k[0] == student]
        gradebook.save_marks([Mark(*key, given, 10)])
    hand_in(gradebook, "cem", "Small tables.")
    assert mark_twins(gradebook, assignment) == []


def _keys(gradebook: Gradebook, assignment: Assignment):
    from autograder.course.marking.groups import groups

    return {(student, *group.key): group for group in groups(gradebook, assignment) for student in group.students}


# Another OUT ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("anonymous", [False, True])
def test_a_sheet_that_was_filled_for_this_class_is_read_into_a_fresh_out(gradebook, assignment, tmp_path, anonymous):
    for student, text in (("ada", "Small tables."), ("ben", "Small tables."), ("cem", "Another answer.")):
        hand_in(gradebook, student, text)
    write_sheets(gradebook, assignment, tmp_path / "sheet.csv", SheetOptions(anonymous=anonymous))
    sheet = fill(tmp_path / "sheet.csv", *[{SIZES: "4", COST: "3"}] * 2)
    with open_gradebook(tmp_path / "fresh") as fresh:
        hand_in(fresh, "ada", "Small tables.")
        hand_in(fresh, "ben", "By now something else.")
        hand_in(fresh, "dan", "Another answer.")
        reading: Reading = read_sheets(fresh, assignment, [sheet])
        assert reading.problems == ()
        assert points(fresh, assignment, tmp_path / "fresh") == {"ada": 7, "ben": None, "dan": 7}


def test_a_row_of_a_sheet_of_another_class_is_named(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    sheet = filled(gradebook, assignment, tmp_path)
    with open_gradebook(tmp_path / "other") as other:
        hand_in(other, "eva", "Nobody there wrote this.")
        (said,) = read_sheets(other, assignment, [sheet]).problems
    assert "is neither an answer of this class nor a row of its sheets" in said


def test_marks_of_a_question_that_is_not_asked_any_more_do_no_harm(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    read_sheets(gradebook, assignment, [filled(gradebook, assignment, tmp_path)])
    without = make_assignment(tmp_path, LOOKUP)
    assert list(weighed_now(gradebook.marks(), without).values()) == list(gradebook.marks().values())
