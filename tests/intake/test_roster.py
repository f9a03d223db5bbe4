"""The course's roster: who is missing, who is unknown, who could be somebody else; none is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course.intake.uploads import take_in
from autograder.errors import GraderError
from autograder.submission import Member
from tests.platforms import downloads
from tests.platforms.downloads import Files, as_folder
from tests.platforms.people import ABSENT, PEOPLE, Person
from tests.platforms.tables import (
    ROSTER,
    canvas_gradebook,
    classroom_grades,
    classroom_roster,
    gradescope_roster,
    logins,
    moodle_worksheet,
    table,
)

from .conftest import WORK


def own(person: Person) -> Files:
    return {"embeddings.py": f"{WORK}# {person.number}\n".encode()}


@pytest.fixture
def take(submissions, assignment, tmp_path: Path):
    def take(files: Files, roster: str | bytes, name: str = "download"):
        path = tmp_path / "roster.csv"
        path.write_bytes(roster.encode() if isinstance(roster, str) else roster)
        return take_in(as_folder(submissions / name, files), assignment, roster=path)

    return take


@pytest.mark.parametrize(
    ("files", "roster", "shown"),
    [
        (downloads.canvas(own), canvas_gradebook(), "4719"),
        (downloads.moodle(own), moodle_worksheet(), "4719"),
        (downloads.moodle_blind(own), moodle_worksheet(), "4719"),
        (downloads.gradescope(own), gradescope_roster(), "0080131"),
        (downloads.gradescope(own, emails=False), gradescope_roster(), "0080131"),
        (downloads.github_classroom(own), classroom_roster(), "0080131"),
        (downloads.blackboard(own), logins(), "0080131"),
        (downloads.plain(own), logins(), "0080131"),
    ],
    ids=["canvas", "moodle", "moodle-blind", "gradescope", "no-emails", "classroom", "blackboard", "plain"],
)
def test_a_platforms_own_file_is_a_roster_that_finds_everybody(take, files, roster, shown):
    taken = take(files, roster)
    assert [text.replace("Sørensen, Jens Åge", "Jens Åge Sørensen") for text in taken.problems] == [
        f"On the roster, nothing handed in (1): Jens Åge Sørensen {shown}."
    ]
    assert len(taken.submissions) == len(PEOPLE)


def test_the_platforms_number_stays_and_the_roster_adds_name_and_address(take):
    rows = [(p.number, p.name, p.email) for p in ROSTER]
    taken = take(downloads.canvas(own), table("ID,Name,Email", *rows))
    members = {found.origin.members[0] for found in taken.submissions}
    assert members == {Member(p.number, p.name, p.email) for p in PEOPLE}


def test_a_login_that_is_an_address_is_the_address(take):
    taken = take(downloads.canvas(own), table("ID,SIS Login ID", *[(p.number, p.email) for p in ROSTER]))
    members = {found.origin.members[0] for found in taken.submissions}
    assert {(member.id, member.email) for member in members} == {(p.number, p.email) for p in PEOPLE}


def test_a_number_that_is_another_s_by_chance_makes_nobody_another(take):
    """As of another course's roster, whose numbers a platform's may meet."""
    others = [(p.number, f"Xu Qvz{index}", f"q{index}@x.edu") for index, p in enumerate(ROSTER)]
    taken = take(downloads.moodle(own), table("id,name,email", *others))
    assert {found.origin.members[0].name for found in taken.submissions} == {p.name for p in PEOPLE}
    assert {found.origin.members[0].email for found in taken.submissions} == {""}
    assert any(text.startswith(f"Handed in, not on the roster ({len(PEOPLE)})") for text in taken.problems)


def test_a_number_and_the_same_family_name_are_enough(take):
    rows = [(p.sid, f"Qvz {p.name.split()[-1]}", f"{p.sid}@x.edu") for p in ROSTER]
    taken = take(downloads.gradescope(own, emails=False), table("sid,name,email", *rows))
    assert "@x.edu" in taken.submissions[0].origin.members[0].email


def test_a_login_with_an_at_sign_alone_is_no_address(take):
    taken = take(downloads.canvas(own), table("ID,GitHub username", *[(p.number, "@" + p.login) for p in ROSTER]))
    assert {found.origin.members[0].email for found in taken.submissions} == {""}


def test_a_german_roster_is_understood(take):
    rows = [(p.sid, p.last, p.first, p.email) for p in ROSTER]
    taken = take(downloads.gradescope(own), table("Matrikelnummer,Nachname,Vorname,E-Mail", *rows))
    assert len(taken.problems) == 1 and taken.problems[0].startswith("On the roster, nothing handed in (1)")


def test_a_roster_on_which_nobody_is_found_says_which_of_its_columns_were_read(take):
    rows = [(str(number), p.email, "x") for number, p in enumerate(ROSTER)]
    taken = take(downloads.gradescope(own), table("Id,Sähköposti,Notes", *rows))
    assert taken.problems[0] == (
        "No one was found on the roster by its column 'Id'. Not understood: columns 'Sähköposti', 'Notes'; "
        "rename them to id, email or name if that is what they are."
    )
    assert not any(text.startswith("Nobody") for text in take(downloads.plain(own), logins(), "other").problems)


def test_a_repository_is_its_roster_identifiers(take):
    taken = take(downloads.github_classroom(own), classroom_grades())
    found = {found.student: found.origin.members for found in taken.submissions}
    assert found == {downloads.repository(p): (Member(p.sid, is_rosters=True),) for p in PEOPLE}


def test_a_repository_that_several_share_is_their_groups(take):
    shared = downloads.repository(PEOPLE[0])
    rows = [("hw3", p.login, p.sid, shared) for p in PEOPLE[:2]]
    taken = take(
        downloads.github_classroom(own, PEOPLE[:1]),
        table("assignment_name,github_username,roster_identifier,student_repository_name", *rows),
    )
    assert taken.submissions[0].origin.members == tuple(Member(sid, is_rosters=True) for sid in ("0080123", "0080124"))
    assert taken.summary.endswith("2 files, 2 students in 1 submission")


@pytest.mark.parametrize("platform", ["canvas", "moodle", "plain"])
def test_an_upload_of_a_groups_name_is_all_its_members(take, platform):
    team = Person("77", "", "", "Les Éléphants, 3", "Les Éléphants, 3")
    files = getattr(downloads, platform)(own, [team])
    rows = [(p.number, p.name, "Les Éléphants, 3") for p in PEOPLE[:3]]
    taken = take(files, table("id,name,group", *rows))
    assert taken.submissions[0].origin.members == tuple(Member(p.number, p.name, is_rosters=True) for p in PEOPLE[:3])
    assert taken.problems == ()


def test_two_of_one_name_are_found_by_number_and_not_by_name(take):
    taken = take(downloads.moodle(own), table("name", *{(p.name,): 0 for p in PEOPLE}))
    assert taken.problems == (
        "Not clear who on the roster (2): Wei Chen_4713 may be Wei Chen; Wei Chen_4714 may be Wei Chen.",
    )
    assert {found.student for found in taken.submissions} > {"Wei Chen_4713", "Wei Chen_4714"}
    assert all(found.set_aside is None for found in taken.submissions)


def test_one_upload_that_could_be_two_on_the_roster_is_nobodys(take):
    rows = [(p.sid, p.name) for p in PEOPLE[2:4]]
    taken = take(downloads.moodle(own, PEOPLE[2:3]), table("sid,name", *rows))
    assert taken.problems == (
        "Not clear who on the roster (1): Wei Chen_4713 may be Wei Chen 0080125 or Wei Chen 0080126.",
    )
    assert taken.submissions[0].origin.members == (Member("4713", "Wei Chen"),)


def test_a_name_that_stands_on_the_roster_twice_is_two_students(take):
    taken = take(downloads.moodle(own, PEOPLE[2:3]), "name\nWei Chen\nWei Chen\n")
    assert taken.problems == ("Not clear who on the roster (1): Wei Chen_4713 may be Wei Chen or Wei Chen.",)


def test_a_student_of_two_sections_is_one(take):
    rows = [(PEOPLE[0].sid, PEOPLE[0].name)] * 2
    assert take(downloads.moodle(own, PEOPLE[:1]), table("sid,name", *rows)).problems == ()


def test_who_is_not_on_the_roster_is_named_and_graded(take):
    rows = [(p.number, p.name) for p in PEOPLE[1:]]
    taken = take(downloads.moodle(own), table("id,name", *rows))
    assert taken.problems == ("Handed in, not on the roster (1): Séan O'Brien (Séan O'Brien_4711).",)
    assert len(taken.submissions) == len(PEOPLE)


def test_two_uploads_of_one_on_the_roster_are_both_set_aside(take):
    files = {"sobrien/embeddings.py": WORK.encode(), "sobrien@example.edu/embeddings.py": WORK.encode()}
    taken = take(files, gradescope_roster().replace("Email", "Email,Username").replace(
        "sobrien@example.edu", "sobrien@example.edu,sobrien"))  # fmt: skip
    assert [found.set_aside.partition(" To choose")[0] for found in taken.submissions] == [
        "0080123 is in sobrien and in sobrien@example.edu. Which of them counts?"
    ] * 2


def attempts() -> Files:
    """Everybody's two attempts."""
    days = ("2026-03-01-08-00-00", "2026-03-02-21-47-00")
    return {name: work for day in days for name, work in downloads.blackboard(own, when=day).items()}


def test_the_attempts_of_one_student_are_one_claim_and_one_member(take):
    taken = take(attempts(), logins())
    assert [found.origin.members for found in taken.submissions] == [
        (Member(p.login, p.name),) for p in sorted(PEOPLE, key=lambda p: p.login)
    ]
    assert [found.set_aside for found in taken.submissions] == [None] * len(PEOPLE)


def test_the_attempts_of_one_student_are_no_rivals_for_a_name(take):
    rows = [(p.name, p.email) for p in ROSTER if p.last != "Chen"]
    taken = take(attempts(), table("name,email", *rows))
    assert [text.partition(":")[0] for text in taken.problems] == [
        "On the roster, nothing handed in (1)",
        "Handed in, not on the roster (2)",
    ]
    members = {found.student: found.origin.members for found in taken.submissions}
    assert members["zvdberg"] == (Member("zvdberg", "Zoë van der Berg-Müller", "zvdberg@example.edu"),)


def test_two_of_one_name_in_one_group_are_rivals_for_it(take):
    pair = [Person(number, "", "Wei", "Chen", "") for number in ("1", "2")]
    taken = take(downloads.gradescope(own, pair, groups=[pair], emails=False), "name,email\nWei Chen,w@x\n")
    assert len(taken.problems) == 1 and taken.problems[0].startswith("Not clear who on the roster (1)")
    assert taken.submissions[0].origin.members == (Member("", "Wei Chen"),) * 2


def test_one_student_of_several_attempts_is_unknown_once(take):
    taken = take(attempts(), table("username,name", ("nobody", "No Body")))
    assert any(text.startswith(f"Handed in, not on the roster ({len(PEOPLE)}): ") for text in taken.problems)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_roster_is_read_as_spreadsheets_write_it(take, encoding, delimiter):
    rows = [(p.number, p.name) for p in PEOPLE]
    text = table("ID number,Name", *rows, delimiter=delimiter)
    taken = take(downloads.moodle(own), text.encode(encoding))
    assert taken.problems == ()


@pytest.mark.parametrize(
    "title", ["Embeddings 2026\n\n", "Embeddings{1} winter 2026\n", '"Embeddings, 2026"{0}\n{0}\n']
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_titles_may_stand_above_a_roster_s_headings(take, delimiter, title):
    rows = [(p.number, p.name) for p in PEOPLE]
    text = table("ID number,Name", *rows, delimiter=delimiter)
    other = ";" if delimiter == "," else ","
    taken = take(downloads.moodle(own), title.format(delimiter, other) + text)
    assert taken.problems == ()


@pytest.mark.parametrize(
    "text", ["Numero,Opiskelija,Rooli\n101,Ada Lovelace,Student\n", "Nr;Famille\n102;Meier\nSid;Meier\n"]
)
def test_a_student_s_row_is_never_taken_for_the_headings(take, text):
    with pytest.raises(GraderError, match=r"has no column that names a student.*It has columns '(Num|Nr)"):
        take(downloads.plain(own), text)


def test_a_roster_in_a_westerners_old_encoding_is_read(take):
    taken = take(downloads.plain(own, [ABSENT]), "name;username\r\nJens Åge Sørensen;jasorensen\r\n".encode("cp1252"))
    assert taken.submissions[0].origin.members == (Member("jasorensen", "Jens Åge Sørensen", "", True),)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is empty"),
        ("when,what\n1,2\n", "has no column that names a student.*columns .when., .what."),
        ("id,name\n,\n", "names no students"),
        ("id\n" + "x" * 200_000 + "\n", "is not valid CSV: field larger than field limit"),
    ],
)
def test_a_file_that_is_no_roster_says_what_was_looked_for(take, content, said):
    with pytest.raises(GraderError, match=said):
        take(downloads.plain(own), content)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04 a workbook", "not a CSV but a zip or a spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a CSV: it is not text"),
    ],
)
def test_a_roster_that_is_another_kind_of_file_is_named_as_that(submissions, assignment, tmp_path, content, said):
    as_folder(submissions, downloads.plain(own))
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(GraderError, match=said):
        take_in(submissions, assignment, roster=tmp_path / "roster.csv")


def test_a_missing_roster_is_a_sentence(submissions, assignment, tmp_path):
    as_folder(submissions, downloads.plain(own))
    with pytest.raises(GraderError, match=r"none\.csv cannot be read: No such file"):
        take_in(submissions, assignment, roster=tmp_path / "none.csv")


def test_canvas_own_student_is_not_absent(take):
    text = canvas_gradebook() + '"Student, Test",999,,8c4f0a2b,Section 1,\r\n'
    taken = take(downloads.canvas(own), text)
    assert taken.problems[0].startswith("On the roster, nothing handed in (1): ") and "Test" not in taken.problems[0]


def test_a_name_without_its_accents_is_found_and_shown_unless_two_have_it(take):
    files = {f"{name}/embeddings.py": f"{WORK}# {name}\n".encode() for name in ("garcia_lucia", "bo_ek")}
    taken = take(files, 'name\n"García, Lucía"\nBo Ek\n')
    assert taken.problems == ("Found by the name alone, so look them over: garcia_lucia = García, Lucía.",)
    rivals = take(files, 'name\n"García, Lucía"\n"Garcia, Lucia"\nBo Ek\n', "again")
    assert [text for text in rivals.problems if "garcia_lucia may be" in text] and "look them" not in str(
        rivals.problems
    )


HEADINGS = {
    "German": ("Name", "Vorname", "Matrikelnummer", "Benutzername"),
    "French": ("Nom", "Prénom", "Numéro d'étudiant", "Nom d'utilisateur"),
    "Spanish": ("Apellidos", "Nombre", "Matrícula", "Nombre de usuario"),
    "Italian": ("Cognome", "Nome", "Matricola", "Nome utente"),
    "Chinese": ("姓", "名", "学号", "用户名"),
}


@pytest.mark.parametrize("download", [downloads.blackboard, downloads.gradescope, downloads.teams])
@pytest.mark.parametrize("language", HEADINGS)
def test_headings_of_other_languages_say_who_a_row_is_about(take, language, download):
    everybody = [p for p in PEOPLE if p.first and p.last and p.name != "Wei Chen"]
    rows = [HEADINGS[language], *((p.last, p.first, p.sid, p.login) for p in everybody)]
    roster = "\n".join(";".join(row) for row in rows)
    taken = take(download(lambda _: {"embeddings.py": WORK.encode()}, everybody), roster)
    assert [text for text in taken.problems if "roster" in text] == []
    assert {member.name for found in taken.submissions for member in found.origin.members} >= {
        p.name for p in everybody
    }


@pytest.mark.parametrize(
    ("headings", "participant"),
    [
        ("ID,Vollständiger Name,E-Mail-Adresse", "Teilnehmer/in"),
        ("Identificador,Nombre completo,Dirección de correo", "Participante "),
        ("Identifiant,Nom complet,Adresse de courriel", "Participant "),
        ("标识符,全名,电子邮件地址", "参与者"),
    ],
)
def test_moodle_s_worksheet_in_any_of_these_languages_tells_two_of_one_name_apart(take, headings, participant):
    rows = "".join(f'{participant}{p.number},"{p.name}",{p.email}\n' for p in PEOPLE)
    taken = take(downloads.moodle(lambda _: {"embeddings.py": WORK.encode()}), f"{headings}\n{rows}")
    assert taken.problems == ()
    emails = {found.student: found.origin.members[0].email for found in taken.submissions}
    assert (emails["Wei Chen_4713"], emails["Wei Chen_4714"]) == ("wchen@example.edu", "wchen2@example.edu")
