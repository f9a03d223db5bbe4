"""Who is who from one download to the next."""

from __future__ import annotations

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.students.reconcile import deactivate_moved, find_moved, merge_origins
from autograder.submission import Member, UploadInfo
from tests.hand_made import typical

ANN = Member("7", "Ann Li", "ann@example.org")
BO = Member("8", "Bo Ek", "bo@example.org")


def origin(*members: Member, platform: str = "moodle", upload: str = "an upload") -> UploadInfo:
    return UploadInfo(platform, upload, members)


@pytest.mark.parametrize("has_roster", [True, False])
@pytest.mark.parametrize(
    ("known", "now", "then"),
    [
        ((ANN,), (Member("7", "Ann"),), (Member("7", "Ann", "ann@example.org"),)),
        ((ANN,), (Member("7", "Ann", "new@example.org"),), (Member("7", "Ann", "new@example.org"),)),
        ((ANN, BO), (Member("8"),), (BO,)),
        ((ANN,), (Member("7"), Member("9", "Cy")), (ANN, Member("9", "Cy"))),
        ((ANN,), (Member("ann"),), (ANN,)),  # a folder's name
        ((ANN, BO), (Member(),), (ANN, BO)),  # a repository
        ((ANN, BO), (), (ANN, BO)),
        ((), (ANN,), (ANN,)),
    ],
)
def test_what_was_known_of_members_stays_known(known, now, then, has_roster):
    found = merge_origins({"key": origin(*now)}, {"key": origin(*known)}, has_roster=has_roster)
    assert found["key"].members == then


def test_a_team_keeps_the_members_of_the_roster_until_another_roster_has_others():
    team = {"Red_12": origin(Member("12", "Red"))}
    known = {"Red_12": origin(ANN, BO)}
    assert merge_origins(team, known, has_roster=False)["Red_12"].members == (ANN, BO)
    known = {"Red_12": origin(Member("12", "Ann Li", is_rosters=True))}
    assert merge_origins(team, known, has_roster=False)["Red_12"] == known["Red_12"]
    now = {"Red_12": origin(Member("9", "Cy"))}
    assert merge_origins(now, known, has_roster=True)["Red_12"].members == (Member("9", "Cy"),)


def test_nothing_is_known_from_another_platform_or_of_another_key():
    now = {"key": origin(Member("7")), "bare": None}
    for known in ({"key": origin(ANN, platform="canvas")}, {"other": origin(ANN)}):
        assert merge_origins(now, known, has_roster=False) == now


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ((ANN,), (Member("7"),)),
        ((ANN,), (Member("", "", "Ann@Example.org"),)),
        ((ANN,), (Member("12", "", "ann@example.org"),)),
        ((Member("", "Ann Li"),), (ANN,)),
        ((ANN,), (Member("", "ann li"),)),
        ((ANN,), (BO, ANN)),
        ((Member("7", "Ann Li", is_rosters=True),), (Member("12", "Ann Li"),)),
    ],
)
def test_the_same_number_address_or_name_is_the_same_student(older, newer):
    assert find_moved({"a": origin(*older)}, {"b": origin(*newer)}) == {"a": {older[0]: "b"}}


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ((ANN,), (BO,)),
        ((ANN,), (Member("12", "Ann Li"),)),  # two of one name
        ((Member("", "Ann Li", "a@example.org"),), (Member("", "Ann Li", "b@example.org"),)),
        ((Member("", "Ann Li"),), (ANN, Member("12", "Ann Li"))),
        ((Member("7", is_rosters=True),), (Member("7"),)),
        ((Member(),), (Member(),)),
        ((), ()),
    ],
)
def test_nobody_is_guessed_to_be_the_same_student(older, newer):
    assert find_moved({"a": origin(*older)}, {"b": origin(*newer, upload="another")}) == {}


def test_two_older_ones_of_a_name_are_not_guessed_to_be_one_newer():
    older = {"a": origin(Member("", "Ann Li")), "b": origin(Member("", "Ann Li"))}
    assert find_moved(older, {"c": origin(ANN)}) == {}


def test_numbers_of_another_platform_say_nothing():
    assert find_moved({"a": origin(ANN)}, {"b": origin(Member("7"), platform="canvas")}) == {}


def test_who_left_a_group_is_told_from_who_stays():
    assert find_moved({"a": origin(ANN, BO)}, {"b": origin(BO)}) == {"a": {BO: "b"}}


def test_an_upload_of_whom_nothing_was_known_is_found_by_its_name():
    older = {"submission_1": origin(upload="submission_1")}
    assert find_moved(older, {"Ann_7": origin(ANN, upload="submission_1")}) == {"submission_1": {Member(): "Ann_7"}}


def test_a_class_under_new_keys_is_told_in_few_lines_with_what_to_type(tmp_path):
    out = tmp_path / "week 3"
    with open_gradebook(out) as gradebook:
        for number in range(25):
            who = Member(str(number), f"Student {number}")
            for key in (f"old {number:02d}", f"new {number:02d}", f"gone {number:02d}"):
                gradebook.save(typical(key))
                if not key.startswith("gone"):
                    gradebook.save_origins({key: origin(who, upload=key)})
        here = [f"new {number:02d}" for number in range(25)]
        *said, more, absent = deactivate_moved(gradebook, set(here), out)
        assert len(said) == 20
        assert said[0] == (
            "old 00 no longer counts: the same student is now in new 00. "
            f"To undo that: autograder forget '{out}' 'old 00' --undo"
        )
        assert more == "The same is true of 5 more."
        assert absent.startswith(f"25 results in {out} are not in this download and still count: gone 00,")
        assert absent.endswith(f"gone 19 and 5 more. Where one should not, type: autograder forget '{out}' STUDENT")
        assert gradebook.students() == [*(f"gone {number:02d}" for number in range(25)), *here]
        assert deactivate_moved(gradebook, set(here), out) == [absent]
