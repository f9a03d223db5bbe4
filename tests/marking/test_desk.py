"""The desk: who marks what next, what counts, what is undone, what changes meanwhile."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.gradebook.records import RatingKind
from autograder.course.marking.answer_view import excerpt, show
from autograder.course.marking.desk import Desk, Gone, Outdated, Sent
from autograder.course.marking.disagreements import settle_list
from autograder.course.marking.exchange import take_proposals, write_answers
from autograder.course.marking.marker_aids import SecondLook
from autograder.course.marking.marking_order import Sharing, Waiting, own_order, sharing
from autograder.course.marking.passages import Text
from autograder.errors import GraderError
from autograder.mark import Mark, apply_marks, fingerprint
from autograder.result import Status
from tests.hand_made import LOOKUP, RUBRIC, TOO_LONG, TRADEOFFS, answer, case, code, make_assignment, result

ALL, HALF, NONE = {"sizes": 1.0, "cost": 1.0}, {"sizes": 0.5}, {"sizes": 0.0}
ALONE = Sharing(("anna",))
SHARED = Sharing(("anna", "ben"), overlap=4, calibration=2)


@pytest.fixture
def assignment(tmp_path):
    return make_assignment(tmp_path, LOOKUP, TRADEOFFS, TOO_LONG)


@pytest.fixture
def gradebook(tmp_path):
    with open_gradebook(tmp_path / "out") as gradebook:
        yield gradebook


def hand_in(gradebook, student: str, text: str, too_long: str = "") -> None:
    second = answer(TOO_LONG, too_long) if too_long else answer(TOO_LONG, points=0.0)
    gradebook.save(result(student, code(LOOKUP, case()), answer(TRADEOFFS, text), second))


def desk_of(gradebook, assignment, shared: Sharing = ALONE) -> Desk:
    return Desk(gradebook, assignment, shared)


def give(desk: Desk, marker: str, shares: dict[str, float], **sent) -> str:
    """Mark what comes next; its row."""
    group = desk.next(marker)
    save(desk, marker, group.row, shares, **sent)
    return group.row


def save(desk: Desk, marker: str, row: str, shares: dict[str, float], kind=RatingKind.MARKED, **sent):
    number = sum(1 for _ in desk.gradebook.rows("SELECT id FROM ratings"))
    return desk.save(marker, Sent(row, shares, **{"request": f"{marker} {number}"} | sent), kind)


def points(gradebook) -> dict[str, float | None]:
    """What each student has for the first short answer."""
    marks = gradebook.marks()
    return {one.student: apply_marks(one, marks).questions[1].points for one in gradebook.results()}


def test_a_mark_counts_at_once_for_all_who_gave_the_answer(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables are cheap.")
    hand_in(gradebook, "ben", "small  TABLES are cheap.")
    desk = desk_of(gradebook, assignment)
    give(desk, "anna", {"sizes": 0.5, "cost": 1.0}, replies=("it proved better", "made up"), comment=" Name a model. ")
    assert points(gradebook) == {"ada": 8, "ben": 8}
    mark = gradebook.marks()["ada", "tradeoffs", fingerprint("Small tables are cheap.")]
    assert (mark.replies, mark.comment) == (("it proved better",), "Name a model.")
    assert desk.next("anna") is None
    assert gradebook.given("ada")[0].sheet == "on the page, by anna"


def test_one_question_is_finished_before_the_next_begins(gradebook, assignment):
    for number in range(4):
        hand_in(gradebook, f"s{number}", f"Answer {number}", f"Other {number}")
    desk = desk_of(gradebook, assignment)
    order = [give(desk, "anna", ALL).partition("-")[0] for _ in range(8)]
    assert order == ["tradeoffs"] * 4 + ["too_long"] * 4


def test_a_search_shows_the_place_that_it_found_and_marks_it():
    text = "word " * 60 + "a Sinusoid never ends " + "word " * 60
    pieces = excerpt(text, ["sinusoid", "ends"])
    assert [piece for piece, is_match in pieces if is_match] == ["Sinusoid", "ends"]
    shown = "".join(piece for piece, _ in pieces)
    assert shown.startswith("… ") and shown.endswith(" …") and shown.strip("… ") in text
    assert [one for one in excerpt("no match", ["tradeoffs-1"]) if one[0]] == [("no match", False)]


def test_what_is_skipped_comes_after_all_others_the_earliest_first(gradebook, assignment):
    for number in range(4):
        hand_in(gradebook, f"s{number}", f"Answer {number}", "Other" if number == 0 else "")
    desk = desk_of(gradebook, assignment)
    skipped = []
    for _ in range(2):
        skipped.append(desk.next("anna").row)
        desk.skip("anna", skipped[-1])
    order = [give(desk, "anna", ALL) for _ in range(5)]
    assert order[3:] == skipped and order[2].startswith("too_long")


def test_one_question_alone_may_be_marked(gradebook, assignment):
    hand_in(gradebook, "ada", "Answer", "Other")
    desk = Desk(gradebook, assignment, ALONE, question="too_long")
    assert give(desk, "anna", ALL).startswith("too_long")
    assert (desk.next("anna"), [one.question.id for one in desk.progress()]) == (None, ["too_long"])


def test_each_marker_has_an_order_of_their_own_and_it_stays(gradebook, assignment):
    for number in range(30):
        hand_in(gradebook, f"s{number}", f"Answer {number}")
    answers = list(desk_of(gradebook, assignment).groups.values())
    orders = [[group.row for group in own_order(answers, name)] for name in ("anna", "ben", "cem", "anna")]
    assert orders[0] == orders[3]
    assert len({tuple(order) for order in orders}) == 3
    assert orders[0] != sorted(orders[0])


def test_no_answer_is_dealt_twice_unless_all_mark_it(gradebook, assignment):
    for number in range(20):
        hand_in(gradebook, f"s{number}", f"Answer {number}")
    desk = desk_of(gradebook, assignment, SHARED)
    counts: Counter[str] = Counter()
    while any(not isinstance(desk.next(name), Waiting | None) for name in SHARED.markers):
        for name in SHARED.markers:
            if not isinstance(desk.next(name), Waiting | None):
                counts[give(desk, name, ALL)] += 1
    assert Counter(counts.values()) == {1: 16, 2: 4}


def test_the_first_answers_are_marked_by_all_before_the_rest_opens(gradebook, assignment):
    for number in range(6):
        hand_in(gradebook, f"s{number}", f"Answer {number}")
    desk = desk_of(gradebook, assignment, SHARED)
    mine = {give(desk, "anna", ALL), give(desk, "anna", ALL)}
    assert desk.next("anna") == Waiting("tradeoffs", ("ben",))
    assert {give(desk, "ben", ALL), give(desk, "ben", ALL)} == mine
    assert not isinstance(desk.next("anna"), Waiting)


def test_what_one_has_before_them_is_dealt_to_no_other(gradebook, assignment):
    for number in range(3):
        hand_in(gradebook, f"s{number}", f"Answer {number}")
    desk = desk_of(gradebook, assignment, Sharing(("anna", "ben")))
    rows = {desk.next("anna").row, desk.next("ben").row}
    assert len(rows) == 2
    assert desk.next("anna").row in rows


def test_where_markers_differ_nothing_counts_until_it_is_settled(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    desk = desk_of(gradebook, assignment, SHARED)
    row = give(desk, "anna", ALL)
    assert points(gradebook) == {"ada": 10}
    give(desk, "ben", HALF)
    assert points(gradebook) == {"ada": None}
    assert [group.row for group in settle_list(desk, "anna")] == [row]
    save(desk, "ben", row, {"cost": 1.0}, RatingKind.SETTLED)
    assert (points(gradebook), settle_list(desk, "anna")) == ({"ada": 6}, [])
    again = desk_of(gradebook, assignment, SHARED)
    assert again.next("anna") is None and again.is_marked(again.group(row))
    desk.undo("ben", "undo")
    assert points(gradebook) == {"ada": None}


def test_a_marker_sees_what_others_gave_only_after_their_own_mark(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    three = Sharing(("anna", "ben", "cem"), overlap=1, calibration=1)
    desk = desk_of(gradebook, assignment, three)
    give(desk, "anna", ALL)
    give(desk, "ben", NONE)
    assert settle_list(desk, "cem") == []
    assert len(settle_list(desk, "anna")) == 1
    group = desk.next("cem")
    shown = show(desk, SecondLook(assignment), group, "cem")
    assert (shown.rating, shown.students, [item.share for item in shown.items]) == (None, (), [None, None])


def test_undo_takes_back_the_last_mark_whenever_it_was_and_the_one_before_stands(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    hand_in(gradebook, "ben", "Large tables.")
    desk = desk_of(gradebook, assignment)
    first = give(desk, "anna", ALL)
    save(desk, "anna", first, HALF, seen=desk.ledger.latest(desk.group(first).key))
    give(desk, "anna", ALL)
    desk = desk_of(gradebook, assignment)  # another day
    assert desk.undo("anna", "u1").points == 10
    assert desk.undo("anna", "u2").points == 2
    assert sorted(points(gradebook).values(), key=str) == [10, None]
    assert desk.undo("anna", "u3").points == 10
    assert set(points(gradebook).values()) == {None}
    assert desk.undo("anna", "u4") is None
    assert desk.next("anna") is not None


def test_undoing_what_a_sheet_had_marked_leaves_the_sheets_mark(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    key = fingerprint("Small tables.")
    gradebook.save_marks([Mark("ada", "tradeoffs", key, 7, 10)], "sheet.csv")
    desk = desk_of(gradebook, assignment)
    assert desk.next("anna") is None  # a sheet's mark is a mark
    (group,) = desk.groups.values()
    save(desk, "anna", group.row, ALL)
    assert points(gradebook) == {"ada": 10}
    desk.undo("anna", "u")
    assert points(gradebook) == {"ada": 7}


def test_what_is_sent_again_is_saved_once(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    desk = desk_of(gradebook, assignment)
    row = desk.next("anna").row
    assert save(desk, "anna", row, ALL, request="same") is not None
    assert save(desk, "anna", row, NONE, request="same") is None
    assert points(gradebook) == {"ada": 10}


def test_whoever_marks_what_was_marked_meanwhile_is_told(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    desk = desk_of(gradebook, assignment, Sharing(("anna", "ben")))
    row = desk.next("anna").row
    first = save(desk, "anna", row, ALL)
    with pytest.raises(Outdated) as told:
        save(desk, "ben", row, NONE)
    assert told.value.by.marker == "anna"
    assert points(gradebook) == {"ada": 10}
    save(desk, "ben", row, ALL, seen=first.id)  # meant
    assert points(gradebook) == {"ada": 10}


def test_a_flagged_answer_goes_to_a_colleague_and_comes_last_for_who_marks_alone(gradebook, assignment):
    for number in range(3):
        hand_in(gradebook, f"s{number}", f"Answer {number}")
    desk = desk_of(gradebook, assignment)
    flagged = desk.next("anna").row
    desk.flag("anna", flagged, "Is this French?", "f")
    assert [give(desk, "anna", ALL) for _ in range(3)][-1] == flagged
    assert desk.ledger.flagged() == []

    hand_in(gradebook, "zoe", "A fourth.")
    desk = desk_of(gradebook, assignment, Sharing(("anna", "ben")))
    row = desk.next("anna").row
    desk.flag("anna", row, "", "g")
    assert desk.next("anna") is None
    assert desk.next("ben").row == row


def test_an_answer_that_changes_meanwhile_needs_a_mark_and_shows_what_it_was(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables are cheap.")
    hand_in(gradebook, "ben", "Another answer.")
    desk = desk_of(gradebook, assignment)
    give(desk, "anna", HALF)
    give(desk, "anna", HALF)
    with open_gradebook(gradebook.path.parent) as other:  # `grade`, in another process
        hand_in(other, "ada", "Large tables are cheap.")
    desk.refresh()
    assert points(gradebook) == {"ada": None, "ben": 2}
    group = desk.next("anna")
    shown = show(desk, SecondLook(assignment), group, "anna")
    assert shown.earlier is not None
    assert ("-", "Small ") in shown.earlier.pieces and ("+", "Large ") in shown.earlier.pieces
    gone = next(row for row in ("tradeoffs-x", *desk.groups) if row not in desk.groups)
    with pytest.raises(Gone):
        save(desk, "anna", gone, ALL)


def test_a_changed_rubric_names_the_marks_that_it_touches(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada", "Small tables.")
    desk = desk_of(gradebook, assignment)
    row = give(desk, "anna", ALL)
    assert desk.progress()[0].outdated == ()
    changed = make_assignment(
        tmp_path, LOOKUP, TRADEOFFS, TOO_LONG, rubric=RUBRIC.replace("Names both sizes", "Names all sizes")
    )
    desk = desk_of(gradebook, changed)
    (key,) = desk.progress()[0].outdated
    assert desk.group(row).key == key
    assert desk.changed_items(desk.ledger.ratings(key)["anna"]) == ["sizes"]
    assert points(gradebook) == {"ada": 10}


def test_progress_says_how_far_how_long_and_how_far_markers_agree(gradebook, assignment):
    for number in range(8):
        hand_in(gradebook, f"s{number}", f"Answer {number}")
    desk = desk_of(gradebook, assignment, SHARED)
    for seconds in (10.0, 30.0):
        give(desk, "anna", ALL, seconds=seconds)
        give(desk, "ben", ALL if seconds == 10 else HALF, seconds=20.0)
    first, second = desk.progress()
    assert (first.answers, first.marked, first.differing, first.seconds) == (8, 1, 1, 20)
    assert first.seconds_left == 140
    assert [(one.marker, one.marked, one.seconds) for one in first.markers] == [("anna", 2, 20), ("ben", 2, 20)]
    sizes, cost = first.items
    assert (sizes.full, sizes.agreement.answers, sizes.agreement.exact) == (1, 2, 0.5)
    assert (cost.agreement.exact, second.answers) == (0.5, 0)


def test_comments_given_before_are_offered_the_most_frequent_first(gradebook, assignment):
    for number, comment in enumerate(("Name a model.", "Too vague.", "Name a model.\nToo vague.", "Name a model.")):
        hand_in(gradebook, f"s{number}", f"Answer {number}")
        give(desk_of(gradebook, assignment), "anna", ALL, comment=comment)
    assert desk_of(gradebook, assignment).ledger.comments("tradeoffs") == ["Name a model.", "Too vague."]


def test_an_assignment_without_a_rubric_is_marked_as_a_whole(gradebook, tmp_path):
    assignment = make_assignment(tmp_path, LOOKUP, TRADEOFFS, rubric="")
    hand_in(gradebook, "ada", "Small tables.")
    give(desk_of(gradebook, assignment), "anna", {"whole": 0.5})
    assert points(gradebook) == {"ada": 5}


def test_a_share_that_is_none_is_refused(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    with pytest.raises(ValueError, match="from 0 to 1"):
        give(desk_of(gradebook, assignment), "anna", {"sizes": 1.5})
    assert points(gradebook) == {"ada": None}


@pytest.mark.parametrize("overlap, of_200", [("", 10), ("25", 25), ("10%", 20), ("0", 5), ("100 %", 200)])
def test_overlap_is_a_number_or_a_percentage(overlap, of_200):
    assert sharing(["anna", "ben"], overlap, None).common(200) == of_200
    assert sharing(["anna"], overlap, None).common(200) == 0


@pytest.mark.parametrize("overlap", ["-1", "ten", "1.5", "200%"])
def test_an_overlap_that_is_neither_is_refused(overlap):
    with pytest.raises(GraderError, match="--overlap"):
        sharing(["anna", "ben"], overlap, None)


def test_answers_go_out_without_names_and_a_programs_marks_come_back_as_proposals(gradebook, assignment, tmp_path):
    hand_in(gradebook, "ada lovelace", "Small tables.")
    hand_in(gradebook, "ben", "Large tables.")
    desk = desk_of(gradebook, assignment)
    row = give(desk, "anna", HALF, comment="Why?")
    path = tmp_path / "answers.jsonl"
    assert write_answers(gradebook, assignment, path) == 2
    assert "lovelace" not in path.read_text() and "anna" not in path.read_text()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["kind"] for line in lines] == ["rubric", "rubric", "answer", "answer"]
    counts = {line["answer"]: line["counts"] for line in lines[2:]}
    assert counts.pop(row)["items"] == {"sizes": 0.5, "cost": 0}
    (other,) = counts

    proposed = tmp_path / "proposed.jsonl"
    sent = [{"answer": r, "items": {"sizes": 1, "cost": 0}, "weak": ["it proved better"]} for r in (row, other)]
    bad = [
        {"answer": "nobody", "items": {}},
        {"answer": row, "items": {"x": 1}},
        {"answer": row, "items": {"sizes": 7}},
    ]
    proposed.write_text("\n".join([*map(json.dumps, [*lines, *sent, *bad]), "{"]))
    taken, problems = take_proposals(gradebook, assignment, proposed, "model-x")
    assert (taken, len(problems)) == (2, 4)
    assert problems[0].startswith("proposed.jsonl, line 7: ")
    assert sorted(points(gradebook).values(), key=str) == [2, None]  # nothing counts by itself
    with pytest.raises(GraderError, match="is a person"):
        take_proposals(gradebook, assignment, proposed, "anna")

    desk.refresh()
    desk = desk_of(gradebook, assignment)
    shown = show(desk, SecondLook(assignment), desk.group(other), "anna")
    (proposal,) = shown.proposals
    assert (proposal.name, proposal.points, proposal.agreement.exact) == ("model-x", 4, 0.5)


def test_names_within_an_answer_are_hidden_unless_they_are_asked_for(gradebook, assignment):
    text = "Answers by Ada Lovelace (lovelace.ada@x.org), of May. Ada says: small tables."
    hand_in(gradebook, "lovelace_ada", text)
    (group,) = desk_of(gradebook, assignment).groups.values()
    assert group.answer == "Answers by [name] ([name]@x.org), of May. Ada says: small tables."
    assert group.fingerprint == fingerprint(text)  # the mark stands for what was written
    (named,) = Desk(gradebook, assignment, ALONE, named=True).groups.values()
    assert named.answer == text


def test_the_same_passage_in_two_answers_is_shown_side_by_side_and_names_nobody(gradebook, assignment):
    long = "a table of rows is cheap to learn because it has few numbers beside the words"
    hand_in(gradebook, "ada", f"I say that {long}, and so on.")
    hand_in(gradebook, "ben", f"Others say: {long}!")
    hand_in(gradebook, "cem", "Something quite different stands here, of which nobody else has ever thought before.")
    desk = desk_of(gradebook, assignment)
    look = SecondLook(assignment)
    found = {group.students[0]: look.passages(group, desk.groups.values()) for group in desk.groups.values()}
    assert found["cem"] == ()
    (passage,) = found["ada"]
    assert (passage.where, passage.words) == ("another answer", len(long.split()))
    assert [text for text, is_shared in passage.other if is_shared] == [long]
    assert "".join(text for text, _ in passage.own) == f"I say that {long}, and so on."


@pytest.mark.parametrize("count", [2, 11, 60])
def test_near_copies_of_one_answer_do_not_hide_each_other(count: int, gradebook, assignment):
    common = "the table has one row of numbers for each word of the vocabulary"
    copied = "because a product with a one-hot vector only picks a row, nobody computes it in full, and memory counts"
    for number in range(count):
        hand_in(gradebook, f"copy_{number}", f"Number {number} says: {copied}. So far number {number}.")
    for number in range(90):
        own = " ".join(f"thought{number}x{at}" for at in range(40))
        hand_in(gradebook, f"own_{number}", f"{own} {common}")
    desk = desk_of(gradebook, assignment)
    look = SecondLook(assignment)
    for group in desk.groups.values():
        found = look.passages(group, desk.groups.values())
        assert bool(found) is group.students[0].startswith("copy_"), group.students
        assert all(copied in "".join(text for text, is_shared in one.own if is_shared) for one in found)


def test_a_student_who_is_graded_anew_keeps_marks_on_answers_that_did_not_change(gradebook, assignment):
    hand_in(gradebook, "ada", "Small tables.")
    desk = desk_of(gradebook, assignment)
    give(desk, "anna", ALL)
    with open_gradebook(gradebook.path.parent) as other:
        graded = next(other.results())
        other.save(replace(graded, digest="1" * 64))
    desk.refresh()
    assert (desk.next("anna"), points(gradebook)) == (None, {"ada": 10})
    assert apply_marks(next(gradebook.results()), gradebook.marks()).status is Status.GRADED


def test_a_passage_of_a_script_without_spaces_is_found_character_by_character():
    one, two = Text("我认为位置向量是学习得来的。"), Text("位置向量是学习得来的, so says the model")
    shared = "".join(piece for piece, is_shared in one.pieces(one.shared(two.runs)) if is_shared)
    assert shared == "位置向量是学习得来的"
