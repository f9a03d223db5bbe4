"""Students are found by whatever an instructor calls them, and nobody is guessed."""

from __future__ import annotations

import pytest

from autograder.course.students.directory import Directory
from autograder.errors import GraderError
from autograder.submission import Member, UploadInfo

ORIGINS = {
    "lovelaceada_50101": UploadInfo("canvas", "lovelaceada_50101", (Member("50101", "Ada Lovelace", "ada@uni.edu"),)),
    "liwei_50102": UploadInfo("canvas", "liwei_50102", (Member("50102", "Li Wei"),)),
    "weili_50103": UploadInfo("canvas", "weili_50103", (Member("50103", "Wei Li"),)),
    "50102": None,
    "Bo Ek_802": UploadInfo("moodle", "Bo Ek_802_assignsubmission_file_", (Member("802", "Bo Ek"),)),
    "Zu_801": UploadInfo("moodle", "Participant_801_assignsubmission_file_", (Member("801"),)),
    "team": UploadInfo("gradescope", "submission_1", (Member("77", "Zoë Öz"), Member("78", "Bo Öz"))),
    "a\x1bb": None,
    "chen_wéi": None,
    "nameless": UploadInfo("canvas", "nameless", (Member("9", "???"),)),
}


@pytest.fixture(scope="module")
def directory():
    return Directory.of(ORIGINS)


@pytest.mark.parametrize(
    ("called", "key"),
    [
        ("lovelaceada_50101", "lovelaceada_50101"),
        ("LOVELACEADA_50101", "lovelaceada_50101"),
        ("50101", "lovelaceada_50101"),
        (" Ada@Uni.edu ", "lovelaceada_50101"),
        ("lovelace, ada", "lovelaceada_50101"),
        ("50103", "weili_50103"),
        ("78", "team"),
        ("Zoe Oz", "team"),
        ("Chen Wei", "chen_wéi"),
        ("Zoe\u0308 O\u0308z", "team"),
        ("a\\x1bb", "a\x1bb"),
        ("Participant 801", "Zu_801"),
    ],
)
def test_a_student_is_found_by_key_number_address_and_name(directory, called, key):
    assert directory.key_of(called) == key


def test_who_is_not_asked_for_a_key_may_mean_another_s_number(directory):
    assert {person.student for person in directory.find("50102")} == {"50102", "liwei_50102"}
    assert [person.student for person in directory.find("50102", by_key=True)] == ["50102"]


def test_a_key_counts_more_than_another_student_s_number(directory):
    assert directory.key_of("50102") == "50102"


def test_a_name_that_two_have_finds_neither_and_both_are_named(directory):
    with pytest.raises(
        GraderError, match=r"`Wei Li` may be `liwei_50102` or `weili_50103`. Write the one that you mean\."
    ):
        directory.key_of("Wei Li")


@pytest.mark.parametrize("called", ["Ada Lovelaze", "ada@uni.ed", "lovelaceada_5010"])
def test_who_is_called_nearly_so_is_named(directory, called):
    with pytest.raises(GraderError, match="Similar: lovelaceada_50101"):
        directory.key_of(called)


@pytest.mark.parametrize(
    "called",
    ["lovelaceada", "\x1b[31m", "", " ", "-", "Participant 50101", "Team 801", "Bo Ex 802", "Bo 802"],
)
def test_who_is_not_there_is_an_error_in_one_harmless_line(directory, called):
    with pytest.raises(GraderError, match=r"There is no student .* among 10") as problem:
        directory.key_of(called)
    assert str(problem.value).isprintable()
    assert ("Similar: lovelaceada_50101" in str(problem.value)) == (called == "lovelaceada")
