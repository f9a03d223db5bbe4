"""Moodle: the grading worksheet comes back with grades and comments, and nothing else touched."""

from __future__ import annotations

import csv
import io

import pytest

from autograder.errors import GraderError
from tests.export.conftest import AWKWARD

HEADER = [
    "Identifier",
    "Full name",
    "Email address",
    "Status",
    "Grade",
    "Maximum Grade",
    "Grade can be changed",
    "Last modified (submission)",
    "Last modified (grade)",
    "Feedback comments",
]


def worksheet(fill: dict[int, tuple[str, str]] | None = None, header: list[str] = HEADER) -> str:
    """As Moodle writes it: everything with a space is quoted."""
    lines = [header]
    for number, name in enumerate(AWKWARD):
        grade, comment = (fill or {}).get(number, ("", ""))
        lines.append(
            [
                f"Participant {500 + number}",
                name,
                f"u{number}@example.edu",
                "Submitted for grading",
                grade,
                "20.00",
                "Yes",
                "Tuesday, 1 December 2026, 9:03 PM",
                "-",
                comment,
            ]
        )
    return "\ufeff" + "".join(",".join(map(quoted, cells)) + "\n" for cells in lines)


def quoted(value: str) -> str:
    """Ours are quoted only where a comma asks for it."""
    must = set(' ,"\n') if "<br>" not in value else set(",")
    return '"' + value.replace('"', '""') + '"' if set(value) & must else value


def folder(number: int, name: str) -> str:
    clean = "".join(c for c in name if c not in "'=():,")
    return f"{clean}_{500 + number}_assignsubmission_file_"


@pytest.fixture
def class_of(graded, origin):
    for number, name in enumerate(AWKWARD):
        up = folder(number, name)
        graded.add(f"k{number}", 10 + number, origin("moodle", up, (str(500 + number), up.split("_")[0])))
    return graded


def said(points: int) -> str:
    return f"{points} of 20 points.<br>lookup: 8 of 8<br>sinusoidal: {points - 8} of 12"


def test_all_get_points_and_comments_and_no_other_byte_changes(class_of):
    handed = class_of.export("moodle", worksheet())
    expected = worksheet({n: (str(10 + n), said(10 + n)) for n in range(len(AWKWARD))})
    assert class_of.file() == expected.encode()
    assert handed.problems == ()


def test_a_worksheet_of_another_assignment_is_noticed_by_the_names(graded, origin):
    graded.add("k", 12, origin("moodle", "Zita Zorn_501_assignsubmission_file_", ("501", "Zita Zorn")))
    handed = graded.export("moodle", worksheet())
    assert graded.file().decode() == worksheet()
    assert "the id 501 is Seán O'Brien's in theirs.csv. Is it the file of another" in handed.problems[0]


@pytest.mark.parametrize(("email", "row"), [("", "12"), ("U1@example.edu", "12"), ("sean@example.edu", "")])
def test_a_name_finds_nobody_whose_email_address_is_another_one(graded, origin, email, row):
    graded.add("k", 12, origin("gradescope", "submission_1", ("", "Seán O'Brien", email)))
    handed = graded.export("moodle", worksheet())
    assert graded.file().decode() == worksheet({1: (row, said(12))} if row else {})
    assert bool(handed.problems) != bool(row)


def test_a_blind_download_is_matched_by_its_numbers(graded, origin):
    graded.add("k", 12, origin("moodle", "Participant_503_assignsubmission_file_", ("503", "")))
    sheet = "Identifier,Status,Grade,Last modified (grade)\nParticipant 502,x,,-\nParticipant 503,x,,-\n"
    graded.export("moodle", sheet)
    assert graded.file().decode() == sheet.replace("503,x,,", "503,x,12,")


def test_a_comment_that_is_there_stays_and_ours_comes_once(class_of):
    class_of.export("moodle", worksheet({1: ("3", "Well argued, <b>Seán</b>.")}))
    once = class_of.file().decode()
    assert f"Well argued, <b>Seán</b>.<br>{said(11)}" in once
    class_of.export("moodle", once)
    assert class_of.file().decode() == once


@pytest.mark.parametrize("end", ["", "<br>See me."])
def test_a_comment_of_an_earlier_export_is_replaced_and_what_stands_around_it_stays(graded, origin, end):
    ours = "9.5 of 20 points.<br>Late: 1 day begun. 11.5 - 2 = 9.5 points count."
    ours += "<br>lookup: 8 of 8<br />sines: not marked yet"
    graded.add("k", 12, origin("moodle", "x_501_assignsubmission_file_", ("501", "")))
    graded.export("moodle", worksheet({1: ("3", f"Well argued.<br>{ours}{end}")}))
    assert graded.file().decode() == worksheet({1: ("12", f"Well argued.{end}<br>{said(12)}")})


def test_a_name_is_harmless_in_a_comment(graded, origin):
    graded.policy(percent_per_day=10, extensions={"<b>": 1})
    graded.add("<b>", 12, origin("moodle", "x_500_assignsubmission_file_", ("500", "")))
    graded.export("moodle", worksheet().replace("Submitted for grading", "Submitted for grading - 3 days late", 1))
    assert "<b>" not in graded.file().decode()
    assert "Late after an extension of 1 day: 2 days begun" in graded.file().decode()


@pytest.mark.parametrize(
    ("status", "points"),
    [
        ("Submitted for grading - ", 15),
        ("Submitted for grading - Graded - Extension granted until: Friday, 4 December 2026, 9:00 PM", 15),
        ("Submitted for grading - 25 mins 10 secs late", 13),
        ("Submitted for grading - 1 day 2 hours late - Graded", 11),
        ("Submitted for grading - 1 day late", 13),
        ("Zur Bewertung abgegeben - 1 Tag 2 Stunden zu spät", 11),
        ("Remis pour évaluation - En retard de 1 jour 2 heures", 11),
        ("評定のために提出済み - 1 日 2 時間 遅く提出", 11),
        ("Enviado para calificar - Plazo ampliado hasta: viernes, 4 de diciembre de 2026", 15),
    ],
)
def test_the_worksheet_says_how_late_a_student_was(class_of, status, points):
    class_of.policy(percent_per_day=10, due=None)
    sheet = worksheet().replace("Submitted for grading", "Submitted for grading - ")
    at = sheet.index("Participant 505")
    sheet = sheet[:at] + sheet[at:].replace("Submitted for grading - ", status, 1)
    handed = class_of.export("moodle", sheet)
    (row,) = (
        row for row in csv.DictReader(io.StringIO(class_of.file().decode("utf-8-sig"))) if "505" in row["Identifier"]
    )
    assert float(row["Grade"]) == points
    assert handed.problems == () and not any("is not known" in text for text in handed.said)
    assert any("Points deducted from 1 student" in text for text in handed.said) == (points != 15)


@pytest.mark.parametrize(
    "status",
    [
        "Indsendt til bedømmelse - 1 dag 2 timer for sent",
        "Draft (not submitted) - 2 days late",
        "",
    ],
)
def test_a_status_that_does_not_say_for_certain_how_late_deducts_nothing_and_that_is_said(class_of, status):
    class_of.policy(percent_per_day=10, due=None)
    handed = class_of.export("moodle", worksheet().replace('"Submitted for grading"', f'"{status}"'))
    grades = [row["Grade"] for row in csv.DictReader(io.StringIO(class_of.file().decode("utf-8-sig")))]
    assert grades == [str(10 + number) for number in range(len(AWKWARD))]
    assert any(f"Whether {len(AWKWARD)} students handed in late is not known" in text for text in handed.said)


def test_a_team_does_not_pay_for_a_stranger_whose_number_is_the_team_s(graded, origin):
    graded.policy(percent_per_day=10, due=None)
    up = "Team Zeta_501_assignsubmission_file_"
    graded.add("Team Zeta_501", 12, origin("moodle", up, ("501", "Team Zeta")))
    sheet = (
        "Identifier,Full name,Status,Group,Grade,Last modified (grade)\n"
        "Participant 500,Ada,Submitted for grading - ,Team Zeta,,-\n"
        "Participant 501,Bob,Submitted for grading - 5 days late,Other,,-\n"
    )
    handed = graded.export("moodle", sheet)
    assert graded.file().decode() == sheet.replace("Zeta,,", "Zeta,12,")
    assert any("Whether 1 student handed in late is not known" in text for text in handed.said)


def test_whose_due_date_counts_is_said(class_of):
    class_of.policy(percent_per_day=10)
    handed = class_of.export("moodle", worksheet())
    told = f"How late {len(AWKWARD)} students handed in is taken from theirs.csv, by the platform's own due date."
    assert told in handed.said


@pytest.mark.parametrize(
    "status",
    [
        "Submitted for grading - 2 days late - Extension granted until: Wednesday, 2 December 2026, 9:00 PM",
        "Submitted for grading - very late",
        "Submitted for grading - 1 week 2 days late",
    ],
)
def test_who_is_late_but_not_certainly_how_late_is_asked_for(class_of, tmp_path, status):
    class_of.policy(percent_per_day=10, due=None)
    sheet = worksheet().replace("Submitted for grading", status, 1)
    late = tmp_path / "late-ones.csv"
    late.write_text("student,hours_late\n505,0\n", "utf-8")
    for late_file in (None, late):
        handed = class_of.export("moodle", sheet, late_file=late_file)
        assert handed.problems[0].startswith("1 student handed in late, but how late is not known")
        assert AWKWARD[0] in handed.problems[0]


def test_a_late_file_counts_more_than_the_worksheet(class_of, tmp_path):
    class_of.policy(percent_per_day=10, due=None)
    late = tmp_path / "late-ones.csv"
    late.write_text("student,hours_late\n505,0\n", "utf-8")
    class_of.export(
        "moodle",
        worksheet().replace("Submitted for grading", "Submitted for grading - 9 hours late"),
        late_file=late,
    )
    grades = [row["Grade"] for row in csv.DictReader(io.StringIO(class_of.file().decode("utf-8-sig")))]
    assert grades == ["8", "9", "10", "11", "12", "15", "14", "15"]


def test_a_group_s_grade_goes_to_every_member_even_where_its_number_is_a_participant_s(graded, origin):
    graded.add("Team Zeta_501", 12, origin("moodle", "Team Zeta_501_assignsubmission_file_", ("501", "Team Zeta")))
    sheet = (
        "Identifier,Full name,Group,Grade,Last modified (grade)\n"
        "Participant 500,Ada,Team Zeta,,-\nParticipant 501,Ben,Other,,-\nParticipant 502,Cem,Team Zeta,,-\n"
    )
    handed = graded.export("moodle", sheet, feedback=True)
    assert graded.file().decode() == sheet.replace("Zeta,,", "Zeta,12,")
    assert handed.problems == ()
    assert sorted(graded.zipped("moodle-feedback.zip")) == [
        "Ada_500_assignfeedback_file_feedback.html",
        "Cem_502_assignfeedback_file_feedback.html",
    ]


def test_a_student_who_is_called_as_a_group_gets_the_grade_alone(graded, origin):
    graded.add("Ada_500", 12, origin("moodle", "Ada_500_assignsubmission_file_", ("500", "Ada")))
    sheet = (
        "Identifier,Full name,Group,Grade\n"
        "Participant 500,Ada,Grace,\nParticipant 501,Ben,Ada,\nParticipant 502,Cem,Ada,\n"
    )
    handed = graded.export("moodle", sheet)
    assert graded.file().decode() == sheet.replace("Grace,", "Grace,12")
    assert handed.problems == ()


def test_a_group_and_a_member_of_it_who_both_handed_in_are_named(graded, origin):
    graded.add("team", 12, origin("moodle", "Team_9_assignsubmission_file_", ("9", "Team")))
    graded.add("ada", 3, origin("moodle", "Ada_500_assignsubmission_file_", ("500", "Ada")))
    sheet = "Identifier,Full name,Group,Grade\nParticipant 500,Ada,Team,\nParticipant 502,Cem,Team,\n"
    handed = graded.export("moodle", sheet)
    assert graded.file().decode() == sheet.replace("Cem,Team,", "Cem,Team,12")
    assert "all belong to row 2" in handed.problems[0]


LANGUAGES = {
    "de": "ID;Vollständiger Name;E-Mail;Status;Bewertung;Bestwertung;Ja;Z;Z2;Feedback als Kommentar",
    "es": "Id;Nombre completo;E;Estado;Calificación;Calificación máxima;S;U;V;Comentarios de retroalimentación",
    "ja": "ID;フルネーム;メール;ステータス;評点;最大評点;可;更新;更新2;フィードバックコメント",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_worksheet_in_another_language_is_filled(class_of, language):
    header = LANGUAGES[language].split(";")
    class_of.export("moodle", worksheet(header=header))
    expected = worksheet({n: (str(10 + n), said(10 + n)) for n in range(len(AWKWARD))}, header)
    assert class_of.file().decode() == expected


def test_in_a_language_that_is_not_known_the_grade_stands_before_the_points_possible(class_of):
    danish = [
        "Identifikator",
        "Fulde navn",
        "E-mail",
        "Tilstand",
        "Karakter",
        "Højeste",
        "Kan ændres",
        "A",
        "B",
        "Svar",
    ]
    class_of.export("moodle", worksheet(header=danish), feedback_column="Svar")
    expected = worksheet({n: (str(10 + n), said(10 + n)) for n in range(len(AWKWARD))}, danish)
    assert class_of.file().decode() == expected


def test_a_worksheet_without_points_possible_needs_its_column_named(class_of):
    with pytest.raises(GraderError, match="has no column 'Grade'"):
        class_of.export("moodle", "Identifikator,Karakter\nDeltager 500,\nDeltager 501,\n")


def test_feedback_files_are_named_as_moodle_s_importer_reads_them(class_of):
    class_of.export("moodle", worksheet(), feedback=True)
    names = list(class_of.zipped("moodle-feedback.zip"))
    assert len(names) == len(AWKWARD)
    for number, name in enumerate(names):
        # full name, participant, plugin's type, plugin, and the rest is the file's name
        parts = name.split("_", 4)
        assert parts[1:] == [str(500 + number), "assignfeedback", "file", "feedback.html"]
        assert "/" not in name and parts[0]


def test_what_is_no_worksheet_is_refused(class_of):
    with pytest.raises(GraderError, match="is not a grading worksheet: it has no column Identifier"):
        class_of.export("moodle", "Name,Grade\nAnna,\n")


def test_formulas_of_others_stay_and_ours_are_none(class_of):
    class_of.export("moodle", worksheet())
    rows = list(csv.DictReader(io.StringIO(class_of.file().decode("utf-8-sig"))))
    assert rows[7]["Full name"] == "=HYPERLINK(1)"
    ours = [row[column] for row in rows for column in ("Grade", "Feedback comments")]
    assert not [value for value in ours if value.startswith(("=", "+", "-", "@"))]
