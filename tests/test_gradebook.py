"""The journal: what is saved comes back, nothing is overwritten, foreign files are left alone."""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.gradebook import records
from autograder.course.gradebook.database import open_gradebook
from autograder.course.gradebook.lock import exclusive_lock
from autograder.course.gradebook.ratings import read_ratings, read_rubrics, save_ratings
from autograder.course.gradebook.records import Draft, Rating, RatingKind, SheetRow, result_from_json, result_to_json
from autograder.course.gradebook.schema import FILE_NAME
from autograder.errors import GraderError
from autograder.mark import ItemMark, Mark
from autograder.result import MOST_SAID, Outcome, Result, Status, bounded
from autograder.submission import Member, Submission, UploadInfo
from tests.hand_made import LOOKUP, NASTY_NAMES, case, code, result, typical


def test_a_result_comes_back_as_it_was():
    graded = typical("bad\udc80name")
    assert result_from_json(result_to_json(graded)) == graded


ODD = "\ud800 \udfff \0 \x1b[2J \u2028 \ufeff '; DROP TABLE results; -- \U0010ffff"


def test_a_result_of_odd_characters_and_numbers_is_saved_and_comes_back(tmp_path):
    odd = replace(case(), title=ODD, message=ODD, hint=ODD, untrusted=ODD, points=float("inf"))
    graded = replace(result(ODD, code(LOOKUP, odd)), notes=(ODD,), fault=ODD)
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(graded, gradebook.start_run(ODD), Submission(ODD, b"", b"", (ODD,), ODD), {ODD: {ODD: ODD}})
        gradebook.save(typical("ada"))
        assert set(gradebook.results()) == {graded, typical("ada")}
        assert gradebook.entry(ODD).set_aside == ODD


def test_a_result_that_is_too_large_becomes_one_that_says_so_and_keeps_its_points(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "LARGEST_RESULT", 100_000)
    loud = replace(case(), message="m" * 60_000, untrusted="\ud800" * 60_000)
    graded = result("ada", code(LOOKUP, loud, replace(loud, outcome=Outcome.FAILED)))
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(graded)
        gradebook.save_draft(Draft(None, replace(graded, student="ben"), {"lookup": {"tests": "1"}}))
        gradebook.save(typical("cy"))
        kept, other = gradebook.results()
        assert (kept.total, kept.status, other) == (graded.total, graded.status, typical("cy"))
        assert "at most 100,000 are kept" in kept.notes[0]
        assert [c.outcome for q in kept.questions for c in q.cases] == [loud.outcome, Outcome.FAILED]
        assert "at most 100,000 are kept" in gradebook.draft("ben").result.notes[0]


def test_what_many_cases_say_is_cut_in_each_alike_and_little_is_left_as_it_is():
    loud = replace(case(), message="m" * 10_000, untrusted="u" * 100_000)
    cut = bounded(result("ada", code(LOOKUP, *[loud] * 127)))
    texts = [text for q in cut.questions for c in q.cases for text in (c.message, c.untrusted)]
    assert MOST_SAID // 2 < sum(map(len, texts)) <= MOST_SAID and min(map(len, texts)) > 5_000
    assert "was cut: 13,970,000 characters, where 2,000,000 are kept" in cut.notes[-1]
    assert bounded(typical("ada")) == typical("ada")


def test_results_outlive_the_program(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"), gradebook.start_run("a folder"))
    with open_gradebook(tmp_path, create=False) as gradebook:
        assert list(gradebook.results()) == [typical("ada")]


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_any_key_can_be_saved(tmp_path, name):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical(name))
        assert [found.student for found in gradebook.results()] == [name]
        assert gradebook.students() == [name]


@pytest.mark.parametrize("code", [None, b"", b"x = 1\n", bytes(range(256)) * 100])
def test_the_files_behind_a_result_come_back_as_they_were(tmp_path, code):
    submission = Submission("bad\udc80", code, b"\xff", ("It was \udc80.",), None)
    aside = Submission("ada", set_aside="Is it \udc80 or b.py?")
    with open_gradebook(tmp_path) as gradebook:
        for given in (submission, aside):
            gradebook.save(replace(typical(given.student), digest=given.digest), None, given)
        assert gradebook.received("bad\udc80").read() == submission
        assert gradebook.received("ada").read() == aside
        assert gradebook.received("ben") is None


def test_a_draft_counts_for_nothing_and_goes_when_a_result_is_saved(tmp_path):
    graded = replace(result("ada", code(LOOKUP, case())), seconds=1.5)
    draft = Draft(None, graded, {"lookup": {"tests": "1"}})
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"))
        gradebook.save_draft(replace(draft, cache_keys={"lookup": {"tests": "0"}}))
        gradebook.save_draft(draft)
        assert (gradebook.draft("ada"), list(gradebook.results())) == (draft, [typical("ada")])
        assert gradebook.draft("ada").result.seconds == 1.5
        gradebook.save(draft.result)
        assert (gradebook.draft("ada"), list(gradebook.results())) == (None, [draft.result])


def test_a_full_disk_gives_a_sentence_and_what_was_saved_stays(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"))
        (pages,) = next(gradebook.rows("PRAGMA page_count"))
        next(gradebook.rows(f"PRAGMA max_page_count = {pages}"))  # SQLite then says what it says of a full disk
        with pytest.raises(GraderError, match=r"full. What was saved before stays: fix that"):
            for number in range(1000):
                gradebook.save(typical(f"student {number}"), None, Submission("", random.randbytes(5000)))
        saved = gradebook.students()
    with open_gradebook(tmp_path) as gradebook:
        assert gradebook.students() == saved
        assert [found.student for found in gradebook.results()] == saved  # each whole
        gradebook.save(typical("ben"))


def test_a_second_grader_in_the_same_folder_is_refused_and_named(tmp_path):
    program = (
        "import sys; from pathlib import Path; from autograder.course.gradebook.lock import exclusive_lock\n"
        "with exclusive_lock(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    arguments = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout.readline() == "in\n"
        said = rf"Another grader \(process {other.pid} on .+\) is using the folder {re.escape(str(tmp_path))}\."
        with pytest.raises(GraderError, match=said), exclusive_lock(tmp_path):
            pass
        other.kill()
    with exclusive_lock(tmp_path):  # a killed one keeps nobody out
        pass


def test_the_latest_result_counts_and_the_earlier_ones_stay(tmp_path):
    first = result("ada", code(LOOKUP, case(Outcome.FAILED)))
    second = result("ada", code(LOOKUP, case()))
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(first)
        gradebook.save(typical("ben"))
        gradebook.save(second)
        assert list(gradebook.results()) == [second, typical("ben")]
        assert [entry.result for entry in gradebook.history("ada")] == [first, second]


def test_each_save_is_seen_by_others_at_once(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"))
        with open_gradebook(tmp_path) as other:
            assert other.students() == ["ada"]


def test_the_walls_behind_the_latest_results_are_known(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"), gradebook.start_run("a folder", 2, "tier 1"))
        gradebook.save(typical("ben"), gradebook.start_run("a folder", 2, "tier 2"))
        assert gradebook.walls() == ["tier 1", "tier 2"]
        gradebook.save(typical("ada"), gradebook.start_run("a folder", 2, "tier 3"))
        assert gradebook.walls() == ["tier 2", "tier 3"]


def test_our_fault_comes_back_with_its_text(tmp_path):
    failed = Result("ada", Status.NOT_GRADED, "d", 40, fault="no memory")
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(failed)
        assert list(gradebook.results()) == [failed]
        assert failed.total is None


def test_how_long_grading_took_and_the_code_file_come_back(tmp_path):
    submission = Submission("ada", b"x = 1\n", None)
    graded = replace(typical("ada"), digest=submission.digest, seconds=1.25)
    assert "1.25" not in result_to_json(graded)
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(graded, submission=submission)
        gradebook.save(typical("ben"))
        assert [found.seconds for found in gradebook.results()] == [1.25, None]
        assert gradebook.history("ada")[0].result.seconds == 1.25
        assert gradebook.code(submission.digest) == b"x = 1\n"
        assert gradebook.code(typical("ben").digest) is None


def test_origins_come_back_and_the_latest_counts(tmp_path):
    group = UploadInfo(
        "canvas",
        "bad\udc80_12_34_embeddings.py",
        (Member("12", "O'Neill, Zoë", "zoe@example.org"), Member("13", "عمر")),
        late=True,
        others=("an earlier one",),
    )
    later = replace(group, submitted="2026-11-22T23:59:00+01:00")
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save_origins({"bad\udc80": group, "ada": None})
        assert gradebook.origins() == {"bad\udc80": group}
        gradebook.save_origins({"bad\udc80": later})
        gradebook.save_origins({"bad\udc80": later})
    with open_gradebook(tmp_path, create=False) as gradebook:
        assert gradebook.origins() == {"bad\udc80": later}
        assert list(gradebook.rows("SELECT count(*) FROM origins")) == [(2,)]


def test_who_is_forgotten_counts_no_more_and_keeps_the_history(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("bad\udc80"), gradebook.start_run("a folder", 2, "tier 1"))
        gradebook.save(typical("ben"), gradebook.start_run("a folder", 2, "tier 2"))
        gradebook.forget(["bad\udc80"], instead="\udc81")
    with open_gradebook(tmp_path) as gradebook:
        assert (gradebook.students(), list(gradebook.results())) == (["ben"], [typical("ben")])
        assert (gradebook.statuses(), gradebook.walls()) == ({"ben": Status.NEEDS_MARKING}, ["tier 2"])
        assert [entry.result for entry in gradebook.history("bad\udc80")] == [typical("bad\udc80")]
        assert gradebook.forgotten()["bad\udc80"].instead == "\udc81"


def test_who_is_forgotten_counts_again_when_that_is_said_or_something_new_is_saved(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        for student in ("ada", "ben", "cem"):
            gradebook.save(typical(student))
        gradebook.forget(["ada", "ben", "cem"], instead="dov")
        gradebook.remember(["ada"])
        assert (gradebook.students(), list(gradebook.forgotten())) == (["ada"], ["ben", "cem"])
        before = gradebook.active_statuses()
        gradebook.remember(["ada"])
        gradebook.forget(["ben", "cem"])
        assert gradebook.active_statuses() == before
        assert gradebook.active_statuses()["ada"].instead == "dov"
        gradebook.save(typical("ben"))
        gradebook.save_origins({"cem": UploadInfo("plain", "cem", ())})
        assert (gradebook.students(), gradebook.forgotten()) == (["ada", "ben", "cem"], {})
        assert gradebook.active_statuses()["ben"].instead == gradebook.active_statuses()["cem"].instead == ""


def test_an_origin_as_older_versions_wrote_it_comes_back(tmp_path):
    group = UploadInfo("canvas", "adal_12_34_embeddings.py", (Member("12", "adal"),), late=True)
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save_origins({"ada": group})
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("UPDATE origins SET origin = json_set(origin, '$.seconds_late', NULL)")
    connection.execute("UPDATE origins SET origin = json_remove(origin, '$.members[0].is_rosters')")
    connection.commit()
    connection.close()
    with open_gradebook(tmp_path, create=False) as gradebook:
        assert gradebook.origins() == {"ada": group}


def test_marks_come_back_and_the_latest_counts(tmp_path):
    first = Mark("bad\udc80", "tradeoffs", "print", 3, 10, (ItemMark("sizes", "Sizes", 3, 4),), "good")
    second = Mark("bad\udc80", "tradeoffs", "print", 5, 10)
    other = Mark("bad\udc80", "tradeoffs", "another text", 1, 10)
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save_marks([first, other], "sheet.csv")
        assert gradebook.marks() == {first.key: first, other.key: other}
        gradebook.save_marks([second])
        assert gradebook.marks() == {first.key: second, other.key: other}


def test_pseudonyms_stay_the_same_and_say_nothing(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        first = gradebook.pseudonyms(["ada", "bad\udc80"])
    with open_gradebook(tmp_path) as gradebook:
        again = gradebook.pseudonyms(["ben", "bad\udc80", "ada"])
    assert {student: again[student] for student in first} == first
    assert len(set(again.values())) == 3
    assert all(name.startswith("anon-") for name in again.values())


def test_rows_of_sheets_come_back(tmp_path):
    row = SheetRow("tradeoffs-1", "tradeoffs", "print", (("ada", "anon-x"), ("bad\udc80", "anon-y")))
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save_sheet_rows([row])
        assert gradebook.sheet_rows() == {"tradeoffs-1": row}


def test_a_missing_gradebook_says_what_to_type_and_makes_no_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where no other gradebook lies that could be meant
    with (
        pytest.raises(GraderError, match="autograder grade SUBMISSIONS --output"),
        open_gradebook(tmp_path / "none", create=False),
    ):
        pass
    assert not (tmp_path / "none").exists()


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path):
    (tmp_path / FILE_NAME).write_text("my diary, and more than a header's worth of it " * 9)
    with pytest.raises(GraderError, match="cannot be opened as a gradebook"), open_gradebook(tmp_path):
        pass
    assert (tmp_path / FILE_NAME).read_text().startswith("my diary")


def test_a_disk_that_fails_costs_no_gradebook_its_name(tmp_path):
    (tmp_path / FILE_NAME).mkdir()  # the system refuses to open it, as it does on a full disk
    with pytest.raises(GraderError, match="What was saved before stays") as raised, open_gradebook(tmp_path):
        pass
    assert "Move it away" not in str(raised.value)


def test_another_programs_database_is_refused_and_left_alone(tmp_path):
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    before = (tmp_path / FILE_NAME).read_bytes()
    with pytest.raises(GraderError, match="not a gradebook of this program"), open_gradebook(tmp_path):
        pass
    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_an_older_gradebook_gets_what_it_lacks_and_loses_nothing(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"), gradebook.start_run("a folder", 2, "tier 1"))
        gradebook.save_marks([Mark("ada", "tradeoffs", "print", 3, 10)])
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for change in (  # as the first version left it
        *(f"ALTER TABLE results DROP COLUMN {name}" for name in ("cache_keys", "notes", "set_aside")),
        *(f"DROP TABLE {name}" for name in ("drafts", "files", "cache_keys", "origins", "active_statuses")),
        "PRAGMA user_version = 1",
    ):
        connection.execute(change)
    connection.close()
    with open_gradebook(tmp_path, create=False) as gradebook:
        entry = gradebook.entry("ada")
        assert (entry.result, entry.cache_keys, gradebook.received("ada")) == (typical("ada"), {}, None)
        assert len(gradebook.marks()) == 1 and gradebook.walls() == ["tier 1"]
        gradebook.save(typical("ada"), None, Submission("ada", b"x = 1"), {"lookup": {"tests": "1"}})
        assert [entry.cache_keys for entry in gradebook.history("ada")] == [{}, {"lookup": {"tests": "1"}}]
        assert (gradebook.students(), gradebook.forgotten()) == (["ada"], {})
        gradebook.forget(["ada"])
        assert gradebook.students() == []


def test_a_gradebook_that_the_version_before_the_renaming_wrote_is_read_and_nothing_is_lost(tmp_path):
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.executescript((Path(__file__).parent / "gradebook_v6.sql").read_text(encoding="utf-8"))
    connection.close()
    keys = {"doubling": {"tests": "1" * 16, "points": "4"}, "why": {"prompts": "2" * 16, "points": "5"}}
    with open_gradebook(tmp_path, create=False) as gradebook:
        assert gradebook.students() == ["bool", "lovelaceada_101"]
        assert gradebook.forgotten()["gone"].instead == "bool"
        entry = gradebook.entry("lovelaceada_101")
        assert (entry.cache_keys, entry.notes) == (keys, ("The file was called x.py.",))
        assert [question.points for question in entry.result.questions] == [2.0, None]
        assert gradebook.origins()["lovelaceada_101"].members[0].email == "ada@example.org"
        ((key, mark),) = gradebook.marks().items()
        assert (key[0], mark.points, mark.items[0].text) == ("bool", 4.0, "Says why.")
        assert gradebook.draft("bool").cache_keys == keys
        assert gradebook.pseudonyms(["bool"])["bool"].startswith("anon-")
        assert gradebook.sheet_rows()["r1"].shown == (("bool", "anon-x"),)
        assert gradebook.received("bool").read().code == b"def double(n):\n    return 2 * n\n"
        gradebook.remember(["gone"])
        assert gradebook.walls() == ["tier 1: a wall"] and "gone" in gradebook.students()


def test_a_dry_run_of_an_older_version_is_let_go_and_a_new_one_kept(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"))
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for change in (  # as the fourth version left it
        "DROP TABLE active_statuses",
        "DROP TABLE drafts",
        "ALTER TABLE cache_keys RENAME TO keys",
        "ALTER TABLE keys RENAME COLUMN cache_keys TO keys",
        "ALTER TABLE results RENAME COLUMN cache_keys TO keys",
        "CREATE TABLE drafts (student TEXT PRIMARY KEY, base INTEGER NOT NULL REFERENCES results, "
        "run INTEGER REFERENCES runs, keys TEXT NOT NULL REFERENCES keys, result TEXT NOT NULL)",
        "INSERT INTO keys VALUES ('k', '{}')",
        "INSERT INTO drafts VALUES ('ada', 1, NULL, 'k', '{}')",
        "ALTER TABLE runs ADD COLUMN ended TEXT",
        "PRAGMA user_version = 4",
    ):
        connection.execute(change)
    connection.commit()
    connection.close()
    draft = Draft(None, typical("ada"), {"lookup": {"tests": "1"}})
    with open_gradebook(tmp_path) as gradebook:
        assert (gradebook.draft("ada"), list(gradebook.results())) == (None, [typical("ada")])
        gradebook.save_draft(draft)
        assert gradebook.draft("ada") == draft
        assert gradebook.start_run("a folder") == 1


def test_a_gradebook_of_before_the_marking_page_gets_its_journal_and_keeps_its_marks(tmp_path):
    mark = Mark("ada", "tradeoffs", "print", 7, 10)
    with open_gradebook(tmp_path) as gradebook:
        gradebook.save(typical("ada"))
        gradebook.save_marks([mark], "sheet.csv")
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for change in (  # as the seventh version left it
        "DROP TABLE ratings",
        "DROP TABLE rubrics",
        "UPDATE marks SET mark = json_remove(mark, '$.replies', '$.withdrawn')",
        "PRAGMA user_version = 7",
    ):
        connection.execute(change)
    connection.commit()
    connection.close()
    with open_gradebook(tmp_path, create=False) as gradebook:
        assert (list(read_ratings(gradebook)), list(gradebook.marks().values())) == ([], [mark])
        rating = Rating("anna", "tradeoffs", "print", RatingKind.MARKED, request="r")
        (saved,) = save_ratings(gradebook, [rating], [replace(mark, points=8)])
        assert (list(read_ratings(gradebook)), gradebook.marks()[mark.key].points) == ([saved], 8)
        save_ratings(gradebook, [replace(rating, request="s")], [replace(mark, withdrawn=True)])
        assert gradebook.marks() == {}
        assert read_rubrics(gradebook) == {}


def test_a_newer_gradebook_is_refused(tmp_path):
    with open_gradebook(tmp_path):
        pass
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(GraderError, match=r"newer version.*format is 99"), open_gradebook(tmp_path):
        pass


def test_a_folder_that_cannot_be_made_gives_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(GraderError, match="cannot be made"), open_gradebook(tmp_path / "file" / "out"):
        pass
