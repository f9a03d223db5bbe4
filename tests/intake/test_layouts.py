"""Every platform's download, as a folder and as its zip: recognised, and every student told apart."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pytest

from autograder.assignment import ROOT
from autograder.course.intake.uploads import take_in
from autograder.course.platforms.all_platforms import DOWNLOADS, EXPORTS
from autograder.errors import GraderError
from autograder.submission import Member
from tests.platforms import downloads
from tests.platforms.downloads import Files, as_folder, as_tar, as_zip
from tests.platforms.people import PEOPLE, Person

from .conftest import ANSWERS, OTHER_WORK, WORK, where_is, zipped

MANY = f"{2 * len(PEOPLE)} files, {len(PEOPLE)} students"


def own(person: Person) -> Files:
    """Each person's own work, so that nobody can be taken for somebody else."""
    return {"embeddings.py": own_code(person), "answers.md": ANSWERS.encode()}


def own_code(person: Person) -> bytes:
    return f"{WORK}# {person.number}\n".encode()


def in_root(files: Files) -> Files:
    return {f"download/{name}": content for name, content in files.items()}


@pytest.fixture(params=["folder", "zip", "zip without the mark of UTF-8", "zip in a folder", "folder in one", "tar.gz"])
def take(request, submissions, assignment) -> Callable:
    """Takes in the files of a download, however it lies on the disk."""

    def take(files: Files, name: str = "download", **options: object):
        if request.param == "folder":
            path = as_folder(submissions / name, files)
        elif request.param == "zip in a folder":
            path = as_zip(submissions / f"{name}.zip", files).parent
        elif request.param == "tar.gz":
            path = as_tar(submissions / f"{name}.tar.gz", files)
        elif request.param == "folder in one":
            path = as_folder(submissions / name, files).parent
        else:
            path = as_zip(submissions / f"{name}.zip", files, says_utf8=request.param == "zip")
        return take_in(path, assignment, **options)

    return take


BUILT = {
    "canvas": (downloads.canvas, "Canvas download"),
    "canvas, anonymous": (downloads.canvas_anonymous, "Canvas download"),
    "blackboard": (downloads.blackboard, "Blackboard download"),
    "gradescope": (downloads.gradescope, "Gradescope export"),
    "moodle, folders": (downloads.moodle, "Moodle download"),
    "moodle, folders_": (lambda work: downloads.moodle(work, spelling="folder_"), "Moodle download"),
    "moodle, flat": (lambda work: downloads.moodle(work, spelling="flat"), "Moodle download"),
    "moodle, blind": (downloads.moodle_blind, "Moodle download"),
    "github-classroom": (downloads.github_classroom, "GitHub Classroom download"),
    "brightspace": (downloads.brightspace, "Brightspace download"),
    "brightspace, flat": (lambda work: downloads.brightspace(work, flat=True), "Brightspace download"),
    "sakai": (downloads.sakai, "Sakai download"),
    "sakai, in Japanese": (lambda work: downloads.sakai(work, attachments="提出物の添付ファイル"), "Sakai download"),
    "teams": (downloads.teams, "Teams download"),
    "ilias": (downloads.ilias, "ILIAS download"),
    "ilias, without times": (lambda work: downloads.ilias(work, when=""), "ILIAS download"),
    "openolat": (downloads.openolat, "OpenOLAT download"),
    "schoology": (downloads.schoology, "Schoology download"),
    "nbgrader, exchange": (downloads.nbgrader_exchange, "Folder of nbgrader"),
    "nbgrader, collected": (downloads.nbgrader, "Folder of nbgrader"),
}


@pytest.mark.parametrize("platform", BUILT)
def test_a_download_is_recognised_and_everybody_gets_their_own_work(take, platform):
    build, label = BUILT[platform]
    taken = take(build(own))
    assert taken.platform == platform.partition(",")[0]
    files = 3 if taken.platform in ("github-classroom", "nbgrader", "sakai") else 2
    assert taken.summary == f"{label}, {files * len(PEOPLE)} files, {len(PEOPLE)} students"
    assert [found.set_aside for found in taken.submissions] == [None] * len(PEOPLE)
    assert sorted(found.code for found in taken.submissions) == sorted(map(own_code, PEOPLE))
    assert {found.answers for found in taken.submissions} == {ANSWERS.encode()}
    assert all(found.origin.platform == taken.platform for found in taken.submissions)
    assert taken.problems == ()


def test_a_plain_folder_is_still_one(submissions, assignment):
    taken = take_in(as_folder(submissions, downloads.plain(own)), assignment)
    assert taken.summary == f"Plain folder, {MANY}"
    assert {found.origin.members for found in taken.submissions} == {(Member(id=person.login),) for person in PEOPLE}


def test_every_layout_that_can_be_forced_is_there():
    assert {platform.partition(",")[0] for platform in BUILT} | {"plain", "google-drive"} == set(DOWNLOADS)


def test_every_platform_has_a_row_in_the_manual():
    manual = (ROOT / "autograder" / "README.md").read_text(encoding="utf-8")
    called = (one.label for one in DOWNLOADS.values())
    rows = {label.removeprefix("folder of ").rpartition(" ")[0] or label.split()[-1] for label in called}
    assert [name for name in rows if f"| {name} |" not in manual] == []
    assert [name for name in EXPORTS if f"| `{name}` |" not in manual] == []


# Canvas ------------------------------------------------------------------------------------------


def test_canvas_tells_a_number_a_squeezed_name_and_lateness(take):
    taken = take(downloads.canvas(own, late=frozenset({"4711", "4715"})))
    found = {found.student: found.origin for found in taken.submissions}
    assert list(found) == sorted(
        [
            "obrienséan_4711",
            "vanderbergmüllerzoë_4712",
            "chenwei_4713",
            "chenwei_4714",
            "الهدىنور_4715",
            "לוידנה_4716",
            "davisjrsammy_4717",
            "madonna_4718",
            "शर्माप्रिया_4720",
            "李伟_4721",
        ]
    )
    assert [student for student, origin in found.items() if origin.late] == [
        "obrienséan_4711",
        "الهدىنور_4715",
    ]
    assert found["obrienséan_4711"].members == (Member("4711", "obrienséan"),)
    assert found["obrienséan_4711"].upload == "obrienséan_LATE_4711_47110_embeddings.py"


@pytest.mark.parametrize("put", [as_folder, as_zip])
@pytest.mark.parametrize(
    "download", [downloads.brightspace, downloads.google_drive, downloads.moodle, downloads.schoology, downloads.teams]
)
def test_a_download_that_macos_unpacked_gives_the_same_students_and_names(tmp_path, assignment, download, put):
    told = {}
    for form in ("NFC", "NFD"):
        files = {normalize(form, name): content for name, content in download(own).items()}
        taken = take_in(put(tmp_path / f"{form}.zip", files), assignment)
        told[form] = [(found.student, found.origin.members, found.origin.upload) for found in taken.submissions]
    assert told["NFC"] == told["NFD"] and any("ü" in student for student, *_ in told["NFC"])


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_with_marks_are_recognised_however_a_system_spells_them(take, form):
    class_of = [Person("1", "", "Jürgen", "Müller", "jm"), Person("2", "", "นารี", "สมศรี", "ns")]
    taken = take({normalize(form, name): content for name, content in downloads.canvas(own, class_of).items()})
    assert {found.student for found in taken.submissions} == {"müllerjürgen_1", "สมศรีนารี_2"}
    assert {found.origin.members[0].name for found in taken.submissions} == {"müllerjürgen", "สมศรีนารี"}
    assert taken.problems == ()


def test_files_of_a_plain_folder_that_are_dated_are_no_canvas_download(submissions, assignment):
    files = {f"{name}_2026_03_02.py": WORK.encode() for name in ("ada l", "ben-m", "cem.n")}
    taken = take_in(as_folder(submissions, files), assignment)
    assert len(taken.submissions) == 3 and taken.platform == "plain"


def test_canvas_without_names_tells_a_code_and_lateness(take):
    taken = take(downloads.canvas_anonymous(own, PEOPLE[:2], late=frozenset({"4712"})))
    assert [(found.student, found.origin.late) for found in taken.submissions] == [
        ("anon_x4711", False),
        ("anon_x4712", True),
    ]
    assert taken.submissions[0].origin.members == (Member("x4711"),)


def test_canvas_numbers_repeated_file_names_and_underscores_in_them_are_the_students(take):
    names = {"4711": "embeddings-1.py", "4712": "my_12_34_embeddings.py", "4713": "embeddings (2).py"}
    taken = take(downloads.canvas(lambda person: {names[person.number]: own_code(person)}, PEOPLE[:3]))
    notes = {found.student: found.notes[0] for found in taken.submissions}
    assert notes["obrienséan_4711"] == "The file was called embeddings-1.py; it was graded as embeddings.py."
    assert notes["vanderbergmüllerzoë_4712"].startswith("The file was called my_12_34_embeddings.py;")
    assert notes["chenwei_4713"].startswith("The file was called embeddings (2).py;")


NONE = "No embeddings.py was found, and no other Python file or notebook."


def test_a_text_typed_into_canvas_is_set_aside_not_graded_as_nothing(take):
    files = downloads.canvas(own, PEOPLE[:2]) | {
        "chenwei_4713_text.html": b"<p>def encode():</p>",
        "LATE_anon_abc12_link.html": b"https://example.edu",
    }
    asides = {found.student: found.set_aside for found in take(files).submissions if found.set_aside}
    assert asides == {
        "chenwei_4713": f"{NONE} There is: text typed into Canvas.html. {where_is('chenwei_4713')}",
        "anon_abc12": f"{NONE} link typed into Canvas.url is a placeholder or link of a cloud service: "
        f"the file itself was not handed in. {where_is('anon_abc12')}",
    }


def test_a_zip_handed_in_on_canvas_is_opened_and_one_inside_it_is_not(take):
    uploads = {
        "4711": zipped({"hw/embeddings.py": WORK, "hw/answers.md": ANSWERS}),
        "4712": zipped({"hw/submission.zip": zipped({"embeddings.py": WORK})}),
    }
    taken = take(downloads.canvas(lambda person: {"hw 3.zip": uploads[person.number]}, PEOPLE[:2]))
    found = {found.student: found for found in taken.submissions}
    assert found["obrienséan_4711"].code == WORK.encode()
    assert found["vanderbergmüllerzoë_4712"].set_aside == (
        "hw 3.zip/hw/submission.zip is an archive inside an archive inside the upload, and was not opened. "
        + where_is("vanderbergmüllerzoë_4712")
    )


def test_what_is_no_part_of_a_download_is_named(take):
    taken = take(downloads.canvas(own) | {"notes to self.txt": b"", "grades.csv": b""})
    assert taken.problems == ("Left out 2 items not named as in a Canvas download: grades.csv, notes to self.txt.",)
    assert len(taken.submissions) == len(PEOPLE) and not taken.is_left_over


@pytest.mark.parametrize("name", ["late one.zip", "late.py", "ada/embeddings.py"])
@pytest.mark.parametrize("build", [downloads.canvas, downloads.blackboard, downloads.moodle])
def test_what_may_be_somebodys_work_and_is_in_no_submission_is_left_over(take, build, name):
    taken = take(build(own) | {name: WORK.encode()})
    assert len(taken.problems) == 1 and taken.problems[0].startswith("Left out 1 item not named as in a ")
    assert taken.is_left_over


def test_a_file_of_a_download_that_was_not_read_is_left_over(submissions, assignment):
    files = downloads.canvas(own) | {"../zita_9_99_embeddings.py": WORK.encode()}
    taken = take_in(as_zip(submissions / "download.zip", files), assignment)
    assert "points outside the zip" in taken.problems[0] and taken.is_left_over


# Blackboard --------------------------------------------------------------------------------------


def test_blackboard_tells_user_names_full_names_and_times(take):
    taken = take(downloads.blackboard(own))
    found = {found.student: found.origin for found in taken.submissions}
    assert set(found) == {person.login for person in PEOPLE}
    assert {origin.members for origin in found.values()} == {(Member(person.login, person.name),) for person in PEOPLE}
    assert {origin.submitted for origin in found.values()} == {"2026-03-02T21:47:00"}


def test_the_latest_attempt_counts_and_the_others_are_named(take):
    early = downloads.blackboard(lambda _: {"embeddings.py": b"old = 1\n"}, when="2026-03-01-08-00-00")
    taken = take(downloads.blackboard(own) | early)
    assert len(taken.submissions) == len(PEOPLE)
    found = {found.student: found for found in taken.submissions}["sobrien"]
    assert found.code == own_code(PEOPLE[0])
    assert found.origin.others == (f"{downloads.ASSIGNMENT}_sobrien_attempt_2026-03-01-08-00-00",)
    assert found.notes == ("2 attempts were handed in; the latest, of 2026-03-02 at 21:47:00, was graded.",)


def test_a_latest_attempt_without_code_is_a_question_when_an_earlier_one_has_it(take):
    early = downloads.blackboard(own, PEOPLE[:1], when="2026-03-01-08-00-00")
    late = downloads.blackboard(lambda _: {"answers.md": ANSWERS.encode()}, PEOPLE[:1])
    (found,) = take(early | late).submissions
    name = f"{downloads.ASSIGNMENT}_sobrien_attempt_2026-03"
    assert found.set_aside == (
        f"The latest attempt, {name}-02-21-47-00, holds no embeddings.py that can be read, but an earlier "
        f"one does: {name}-01-08-00-00. Which is meant? "
        f"To choose, type: --choose 'sobrien={name}-01-08-00-00'"
    )


@pytest.mark.parametrize("notes", [True, False])
def test_underscores_in_user_names_merge_nobody(submissions, assignment, notes):
    people = [Person(str(i), "", "A", "B", login) for i, login in enumerate(("a_b", "c_b", "b"))]
    taken = take_in(as_folder(submissions, downloads.blackboard(own, people, notes=notes)), assignment)
    assert [found.student for found in taken.submissions] == ["a_b", "b", "c_b"]


# Gradescope --------------------------------------------------------------------------------------


def test_gradescope_tells_numbers_names_addresses_times_and_earlier_attempts(take):
    found = {found.student: found.origin for found in take(downloads.gradescope(own)).submissions}
    origin = found["Séan O'Brien_0080123"]
    assert origin.members == (Member("0080123", "Séan O'Brien", "sobrien@example.edu"),)
    assert (origin.upload, origin.submitted) == ("submission_94711", "2026-03-02T21:47:00+00:00")
    assert origin.others == ("attempt of 2026-03-01T09:05:00+00:00",)
    assert {"Wei Chen_0080125", "Wei Chen_0080126", "Sammy Davis, Jr._0080129"} < set(found)


@pytest.mark.parametrize("attempts", [1, 3_000])
def test_a_student_of_many_attempts_keeps_the_name_and_every_attempt(submissions, assignment, attempts):
    files = downloads.gradescope(own, PEOPLE[:2])
    told = "assignment_8046601_export/submission_metadata.yml"
    moments = [f"2026-03-01T{9 + n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}+00:00" for n in range(attempts)]
    history = "".join(f"  - :id: 1\n    :created_at: {m[:10]} {m[11:19]}.5 Z\n    :score: 0.0\n" for m in moments)
    text = files[told].decode()
    start, end = text.index("  - :id: 17"), text.index("submission_94712:")
    files[told] = f"{text[:start]}{history}{text[end:]}".encode()
    taken = take_in(as_folder(submissions, files), assignment)
    found = {found.student: found.origin for found in taken.submissions}
    assert set(found) == {"Séan O'Brien_0080123", "Zoë van der Berg-Müller_0080124"}
    assert found["Séan O'Brien_0080123"].others == tuple(f"attempt of {moment}" for moment in moments)
    assert taken.problems == ()


def test_a_group_is_one_submission_with_all_its_members(take):
    taken = take(downloads.gradescope(own, groups=[PEOPLE[2:4]], emails=False))
    assert taken.summary == (
        f"Gradescope export, {2 * len(PEOPLE) - 2} files, {len(PEOPLE)} students in {len(PEOPLE) - 1} submissions"
    )
    found = {found.student: found for found in taken.submissions}["Wei Chen_0080125 + Wei Chen_0080126"]
    assert found.origin.members == (Member("0080125", "Wei Chen"), Member("0080126", "Wei Chen"))


@pytest.fixture
def in_two() -> Files:
    """Somebody alone, and once more with somebody else."""
    told = "assignment_8046601_export/submission_metadata.yml"
    alone, other = (downloads.gradescope(own, [person]) for person in PEOPLE[:2])
    both = other[told].replace(b"  :created_at", b"  - :sid: '0080123'\n  :created_at", 1)
    return alone | other | {told: alone[told] + both.removeprefix(b"---\n")}


ALONE, PAIR = "Séan O'Brien_0080123", "0080123 + Zoë van der Berg-Müller_0080124"


def test_someone_in_two_submissions_sets_both_aside(take, in_two):
    found = {found.student: found.set_aside for found in take(in_two).submissions}
    assert set(found) == {ALONE, PAIR}
    for student, upload in ((ALONE, "submission_94711"), (PAIR, "submission_94712")):
        question, _, typed = found[student].partition(" To choose, type: --choose ")
        assert question == "0080123 is in submission_94711 and in submission_94712. Which of them counts?"
        assert shlex.split(typed) == [f"{student}={upload}"]


@pytest.mark.parametrize("student", [ALONE, PAIR])
def test_the_chosen_one_of_two_submissions_has_its_member_and_the_other_keeps_its_own(take, in_two, student):
    together = take(in_two, choices=[f"{student}=submission_94712"]).submissions
    assert [(f.student, len(f.origin.members), f.set_aside) for f in together] == [(PAIR, 2, None)]
    assert "submission_94711" in together[0].origin.others
    apart = take(in_two, choices=[f"{student}=submission_94711"]).submissions
    assert [(f.student, [m.id for m in f.origin.members], f.set_aside) for f in apart] == [
        (PAIR, ["0080124"], None),
        (ALONE, ["0080123"], None),
    ]


@pytest.mark.parametrize("metadata", [b"- [", b"\xff\xfe\x00", b"42", b"a: !!python/object/apply:os.abort []\n"])
def test_without_a_readable_list_everything_is_graded_under_its_folder(submissions, assignment, metadata):
    files = downloads.gradescope(own)
    files["assignment_8046601_export/submission_metadata.yml"] = metadata
    taken = take_in(as_folder(submissions, files), assignment)
    assert [found.student for found in taken.submissions] == [f"submission_9{p.number}" for p in PEOPLE]
    assert all(found.code and found.origin.members == () for found in taken.submissions)
    assert "submission_metadata.yml" in " ".join(taken.problems)


def test_a_folder_that_is_missing_and_one_too_many_are_told(take):
    files = downloads.gradescope(own, PEOPLE[:3])
    root = "assignment_8046601_export"
    files = {name: content for name, content in files.items() if "94711" not in name}
    taken = take(files | {f"{root}/submission_7/embeddings.py": WORK.encode()})
    asides = {found.student: found.set_aside for found in taken.submissions if found.set_aside}
    assert asides == {
        "Séan O'Brien_0080123": "submission_94711 is named in submission_metadata.yml, but not in the "
        "export. " + where_is("Séan O'Brien_0080123")
    }
    assert taken.problems == ("submission_7 is not named in submission_metadata.yml: it is not known whose it is.",)


# Moodle ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("spelling", "upload"), [("folder", ""), ("folder_", "_"), ("flat", "_")])
def test_moodle_tells_names_and_participant_numbers(take, spelling, upload):
    found = {f.student: f.origin for f in take(downloads.moodle(own, spelling=spelling)).submissions}
    assert set(found) == {f"{person.name}_{person.number}" for person in PEOPLE}
    assert found["Sammy Davis, Jr._4717"].members == (Member("4717", "Sammy Davis, Jr."),)
    assert found["דנה לוי_4716"].upload == f"דנה לוי_4716_assignsubmission_file{upload}"


def test_moodle_blind_tells_numbers_alone(take):
    found = {found.student: found.origin for found in take(downloads.moodle_blind(own)).submissions}
    assert found["Participant_4711"].members == (Member("4711"),)


def test_folders_of_a_students_own_stay_apart_in_moodle(take):
    taken = take(downloads.moodle(lambda _: {"a/embeddings.py": WORK.encode(), "b/embeddings.py":
                                             OTHER_WORK.encode()}, PEOPLE[:1]))  # fmt: skip
    assert "These differ: a/embeddings.py, b/embeddings.py." in taken.submissions[0].set_aside


def test_a_text_typed_into_moodle_is_named_beside_the_files(take):
    files = downloads.moodle(own, PEOPLE[:2])
    files["Séan O'Brien_4711_assignsubmission_onlinetext/onlinetext.html"] = b"<p>Sorry!</p>"
    files["Wei Chen_4713_assignsubmission_onlinetext_/onlinetext.html"] = b"<p>def encode</p>"
    found = {found.student: found for found in take(files).submissions}
    assert found["Séan O'Brien_4711"].code == own_code(PEOPLE[0])
    assert "Also handed in, but not graded: onlinetext.html." in found["Séan O'Brien_4711"].notes
    assert found["Wei Chen_4713"].set_aside.startswith(f"{NONE} There is: onlinetext.html.")


# GitHub Classroom --------------------------------------------------------------------------------


def test_a_repositorys_name_is_not_split(take):
    found = {found.student: found.origin for found in take(downloads.github_classroom(own)).submissions}
    assert set(found) == {downloads.repository(person) for person in PEOPLE}
    assert set(origin.members for origin in found.values()) == {(Member(),)}


# Attempts, groups and lateness of the others -------------------------------------------------------


def first_try(_: Person) -> Files:
    return {"embeddings.py": b"old = 1\n"}


ATTEMPTS = {
    "brightspace": lambda: downloads.brightspace(first_try, PEOPLE[:1], when="11 March, 2026 905 PM"),
    "teams": lambda: downloads.teams(own, PEOPLE[:1], version=2) | downloads.teams(first_try, PEOPLE[:1], version=1),
    "openolat": lambda: (
        downloads.openolat(first_try, PEOPLE[:1]) | downloads.openolat(own, PEOPLE[:1], step="4_revisions")
    ),
    "schoology": lambda: downloads.schoology(first_try, PEOPLE[:1]) | downloads.schoology(own, PEOPLE[:1], revision=2),
    "nbgrader": lambda: downloads.nbgrader_exchange(first_try, PEOPLE[:1], when="2026-03-01 09:00:00"),
}


@pytest.mark.parametrize("platform", ATTEMPTS)
def test_the_latest_attempt_counts_on_every_platform_that_has_them(take, platform):
    builders = {"nbgrader": downloads.nbgrader_exchange}
    whole = builders.get(platform) or BUILT[platform][0]
    taken = take(whole(own) | ATTEMPTS[platform]())
    assert len(taken.submissions) == len(PEOPLE)
    (found,) = [found for found in taken.submissions if found.origin.others]
    assert found.code == own_code(PEOPLE[0]) and found.set_aside is None
    assert len(found.origin.others) == 1 and found.notes[0].startswith("2 attempts were handed in; the latest, ")


def test_of_one_file_that_ilias_has_twice_the_later_counts(take):
    taken = take(downloads.ilias(own) | downloads.ilias(first_try, PEOPLE[:1], when="20260301080000_"))
    found = {found.student: found for found in taken.submissions}["sobrien"]
    assert found.code == own_code(PEOPLE[0])
    assert found.origin.others == ("20260301080000_embeddings.py",)


def test_a_team_of_ilias_is_one_submission_with_those_who_uploaded(take):
    alone = downloads.ilias(own, PEOPLE[2:])
    taken = take(alone | downloads.ilias(own, PEOPLE[:1], team="Team 12/"))
    found = {found.student: found for found in taken.submissions}["Team 12"]
    assert found.origin.members == (Member("sobrien", "Sean O'Brien"),) and found.code == own_code(PEOPLE[0])


def test_a_group_of_brightspace_goes_by_its_name(take):
    group = Person("77", "", "Les Éléphants", "", "")
    found = {found.student: found.origin for found in take(downloads.brightspace(own, [group, *PEOPLE])).submissions}
    assert found["Les Éléphants_677"].members == (Member("677", "Les Éléphants"),)


def test_a_group_of_openolat_goes_by_its_name(take):
    files = {"Homework_2026-03-20/Les Elephants/2_submissions/embeddings.py": WORK.encode()}
    found = {found.student: found.origin for found in take(files | downloads.openolat(own)).submissions}
    assert found["Les Elephants"].members == (Member(name="Les Elephants"),)


def test_names_that_ilias_cannot_write_leave_the_login(take):
    found = {found.student: found.origin.members for found in take(downloads.ilias(own)).submissions}
    assert found["nour"] == (Member("nour"),) and found["wli"] == (Member("wli"),)
    assert found["zvdberg"] == (Member("zvdberg", "Zoe van der Berg-Muller"),)


@pytest.mark.parametrize(
    ("build", "when"),
    [
        (downloads.brightspace, "2026-03-12T10:12:00"),
        (downloads.sakai, "2026-03-02T21:47:00+00:00"),
        (downloads.ilias, "2026-03-02T21:47:00"),
        (downloads.nbgrader, "2026-03-02T21:47:00.123456+00:00"),
        (downloads.nbgrader_exchange, "2026-03-02T21:47:00.123456+00:00"),
    ],
)
def test_what_the_platforms_tell_of_time_is_kept(take, build, when):
    assert {found.origin.submitted for found in take(build(own)).submissions} == {when}


def test_schoology_says_what_was_late(take):
    late = take(downloads.schoology(own, late=frozenset({"4711"}))).submissions
    assert [found.student for found in late if found.origin.late] == ["Séan O'Brien_4711"]


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("12 March, 2026 1012 AM", "2026-03-12T10:12:00"),
        ("Mar 2, 2026 1205 AM", "2026-03-02T00:05:00"),
        ("März 3, 2026 1405", "2026-03-03T14:05:00"),
        ("31 février 2026 10h12", ""),
        ("Tag 7 in 2026", ""),
    ],
)
def test_a_time_of_brightspace_is_read_or_left_open(take, written, when):
    (found,) = take(downloads.brightspace(own, PEOPLE[:1], when=written)).submissions
    assert found.origin.submitted == when


def test_what_a_marker_returned_in_sakai_is_no_student_s_work(take):
    taken = take(downloads.sakai(own))
    assert {found.code for found in taken.submissions} == set(map(own_code, PEOPLE))
    assert not [note for found in taken.submissions for note in found.notes]


# Forcing a layout --------------------------------------------------------------------------------


def test_a_layout_can_be_forced(submissions, assignment):
    files = downloads.canvas(own, PEOPLE[:1])
    for i in range(9):
        files[f"note {i}.py"] = b""
    path = as_folder(submissions, files)
    assert take_in(path, assignment).platform == "plain"
    taken = take_in(path, assignment, platform="canvas")
    assert [found.student for found in taken.submissions] == ["obrienséan_4711"]


def test_a_zip_of_plain_folders_is_a_class_when_it_is_said(submissions, assignment):
    path = as_zip(submissions / "class.zip", in_root(downloads.plain(own)))
    with pytest.raises(GraderError) as question:
        take_in(path, assignment)
    assert "Is it a class? Then type --layout plain, which gives 10 students: dlevi, madonna" in str(question.value)
    (one,) = take_in(path, assignment, platform="single").submissions
    assert one.student == "class" and "Which file is meant" in one.set_aside
    taken = take_in(path, assignment, platform="plain")
    assert [found.student for found in taken.submissions] == sorted(person.login for person in PEOPLE)


@pytest.mark.parametrize("platform", [name for name in DOWNLOADS if name != "plain"])
def test_a_layout_that_does_not_fit_says_what_it_looks_for(submissions, assignment, platform):
    path = as_folder(submissions, downloads.plain(own))
    with pytest.raises(GraderError) as problem:
        take_in(path, assignment, platform=platform)
    assert DOWNLOADS[platform].pattern in str(problem.value)
    assert "Leave out --layout, or choose another: plain, gradescope" in str(problem.value)


def test_a_damaged_zip_of_a_platform_says_so(submissions, assignment):
    path = as_zip(submissions / "download.zip", downloads.canvas(own))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(GraderError, match=r"download\.zip is damaged, cut short or not a zip file"):
        take_in(path, assignment, platform="canvas")


def test_nothing_is_written_anywhere(submissions, assignment, tmp_path: Path):
    path = as_zip(submissions / "download.zip", downloads.gradescope(own))
    before = sorted(tmp_path.rglob("*"))
    take_in(path, assignment)
    assert sorted(tmp_path.rglob("*")) == before


def test_downloads_in_a_folder_or_a_zip_are_no_students(tmp_path, assignment):
    folder = tmp_path / "week3"
    folder.mkdir()
    as_zip(folder / "canvas.zip", downloads.canvas(own))
    as_zip(folder / "moodle.zip", downloads.moodle(own))
    (folder / "roster.csv").write_text("id,name\n")
    inside = r"canvas\.zip \(Canvas download\) and moodle\.zip \(Moodle download\)\. Grade each separately\."
    with pytest.raises(GraderError, match=f"week3 is not a download itself, but contains {inside}"):
        take_in(folder, assignment)
    packed = as_zip(tmp_path / "all.zip", {"canvas.zip": (folder / "canvas.zip").read_bytes()})
    with pytest.raises(GraderError, match=r"all\.zip is not a download itself, but contains canvas\.zip \(Canvas"):
        take_in(packed, assignment)
    assert len(take_in(folder, assignment, platform="plain").submissions) == 2


def test_a_platforms_zip_beside_students_is_a_students(tmp_path, assignment):
    as_zip(tmp_path / "ada.zip", downloads.canvas(own))
    as_zip(tmp_path / "ben.zip", {"embeddings.py": WORK.encode()})
    (tmp_path / "cem.zip").write_bytes(b"no zip")
    assert [found.student for found in take_in(tmp_path, assignment).submissions] == ["ada", "ben", "cem"]
