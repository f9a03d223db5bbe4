"""The journal: what is saved comes back, nothing is overwritten, foreign files are left alone."""

from __future__ import annotations

import random
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace

import pytest

from autograder.errors import GraderError
from autograder.gradebook import (
    FILE_NAME,
    Draft,
    ItemMark,
    Mark,
    SheetRow,
    alone_in,
    open_gradebook,
    result_from_json,
    result_to_json,
    rows,
)
from autograder.result import MOST_SAID, Outcome, Result, Status, bounded
from autograder.submission import Member, Origin, Submission
from tests.hand_made import LOOKUP, NASTY_NAMES, case, code, result, typical


def test_a_result_comes_back_as_it_was():
    graded = typical("bad\udc80name")
    assert result_from_json(result_to_json(graded)) == graded


ODD = "\ud800 \udfff \0 \x1b[2J \u2028 \ufeff '; DROP TABLE results; -- \U0010ffff"


def test_a_result_of_odd_characters_and_numbers_is_saved_and_comes_back(tmp_path):
    odd = replace(case(), title=ODD, message=ODD, hint=ODD, untrusted=ODD, points=float("inf"))
    graded = replace(result(ODD, code(LOOKUP, odd)), notes=(ODD,), fault=ODD)
    with open_gradebook(tmp_path) as book:
        book.save(graded, book.start_run(ODD), Submission(ODD, b"", b"", (ODD,), ODD), {ODD: {ODD: ODD}})
        book.save(typical("ada"))
        assert set(book.results()) == {graded, typical("ada")}
        assert book.entry(ODD).set_aside == ODD


def test_a_result_that_is_too_large_becomes_one_that_says_so_and_keeps_its_points(tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "LARGEST_RESULT", 100_000)
    loud = replace(case(), message="m" * 60_000, untrusted="\ud800" * 60_000)
    graded = result("ada", code(LOOKUP, loud, replace(loud, outcome=Outcome.FAILED)))
    with open_gradebook(tmp_path) as book:
        book.save(graded)
        book.save_draft(Draft(None, replace(graded, student="ben"), {"lookup": {"tests": "1"}}))
        book.save(typical("cy"))
        kept, other = book.results()
        assert (kept.total, kept.status, other) == (graded.total, graded.status, typical("cy"))
        assert "at most 100,000 are kept" in kept.notes[0]
        assert [c.outcome for q in kept.questions for c in q.cases] == [loud.outcome, Outcome.FAILED]
        assert "at most 100,000 are kept" in book.draft("ben").result.notes[0]


def test_what_many_cases_say_is_cut_in_each_alike_and_little_is_left_as_it_is():
    loud = replace(case(), message="m" * 10_000, untrusted="u" * 100_000)
    cut = bounded(result("ada", code(LOOKUP, *[loud] * 127)))
    texts = [text for q in cut.questions for c in q.cases for text in (c.message, c.untrusted)]
    assert MOST_SAID // 2 < sum(map(len, texts)) <= MOST_SAID and min(map(len, texts)) > 5_000
    assert "was cut: 13,970,000 characters, where 2,000,000 are kept" in cut.notes[-1]
    assert bounded(typical("ada")) == typical("ada")


def test_results_outlive_the_program(tmp_path):
    with open_gradebook(tmp_path) as book:
        book.save(typical("ada"), book.start_run("a folder"))
    with open_gradebook(tmp_path, create=False) as book:
        assert list(book.results()) == [typical("ada")]


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_any_key_can_be_saved(tmp_path, name):
    with open_gradebook(tmp_path) as book:
        book.save(typical(name))
        assert [found.student for found in book.results()] == [name]
        assert book.students() == [name]


@pytest.mark.parametrize("code", [None, b"", b"x = 1\n", bytes(range(256)) * 100])
def test_the_files_behind_a_result_come_back_as_they_were(tmp_path, code):
    submission = Submission("bad\udc80", code, b"\xff", ("It was \udc80.",), None)
    aside = Submission("ada", set_aside="Is it \udc80 or b.py?")
    with open_gradebook(tmp_path) as book:
        for given in (submission, aside):
            book.save(replace(typical(given.student), digest=given.digest), None, given)
        assert book.received("bad\udc80").read() == submission
        assert book.received("ada").read() == aside
        assert book.received("ben") is None


def test_a_draft_counts_for_nothing_and_goes_when_a_result_is_saved(tmp_path):
    graded = replace(result("ada", code(LOOKUP, case())), seconds=1.5)
    draft = Draft(None, graded, {"lookup": {"tests": "1"}})
    with open_gradebook(tmp_path) as book:
        book.save(typical("ada"))
        book.save_draft(replace(draft, keys={"lookup": {"tests": "0"}}))
        book.save_draft(draft)
        assert (book.draft("ada"), list(book.results())) == (draft, [typical("ada")])
        assert book.draft("ada").result.seconds == 1.5
        book.save(draft.result)
        assert (book.draft("ada"), list(book.results())) == (None, [draft.result])


def test_a_full_disk_gives_a_sentence_and_what_was_saved_stays(tmp_path):
    with open_gradebook(tmp_path) as book:
        book.save(typical("ada"))
        (pages,) = next(book._rows("PRAGMA page_count"))
        next(book._rows(f"PRAGMA max_page_count = {pages}"))  # SQLite then says what it says of a full disk
        with pytest.raises(GraderError, match=r"full. What was saved before stays: mend that"):
            for number in range(1000):
                book.save(typical(f"student {number}"), None, Submission("", random.randbytes(5000)))
        saved = book.students()
    with open_gradebook(tmp_path) as book:
        assert book.students() == saved
        assert [found.student for found in book.results()] == saved  # each whole
        book.save(typical("ben"))


def test_a_second_grader_in_the_same_folder_is_refused_and_named(tmp_path):
    program = (
        "import sys; from pathlib import Path; from autograder.gradebook import alone_in\n"
        "with alone_in(Path(sys.argv[1])): print('in', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    arguments = [sys.executable, "-c", program, str(tmp_path)]
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, text=True) as other:
        assert other.stdout.readline() == "in\n"
        said = f"Another grader is at work in {re.escape(str(tmp_path))}: process {other.pid} on "
        with pytest.raises(GraderError, match=said), alone_in(tmp_path):
            pass
        other.kill()
    with alone_in(tmp_path):  # a killed one keeps nobody out
        pass


def test_the_latest_result_counts_and_the_earlier_ones_stay(tmp_path):
    first = result("ada", code(LOOKUP, case(Outcome.FAILED)))
    second = result("ada", code(LOOKUP, case()))
    with open_gradebook(tmp_path) as book:
        book.save(first)
        book.save(typical("ben"))
        book.save(second)
        assert list(book.results()) == [second, typical("ben")]
        assert [entry.result for entry in book.history("ada")] == [first, second]


def test_each_save_is_seen_by_others_at_once(tmp_path):
    with open_gradebook(tmp_path) as book:
        book.save(typical("ada"))
        with open_gradebook(tmp_path) as other:
            assert other.students() == ["ada"]


def test_the_walls_behind_the_latest_results_are_known(tmp_path):
    with open_gradebook(tmp_path) as book:
        book.save(typical("ada"), book.start_run("a folder", 2, "tier 1"))
        book.save(typical("ben"), book.start_run("a folder", 2, "tier 2"))
        assert book.walls() == ["tier 1", "tier 2"]
        book.save(typical("ada"), book.start_run("a folder", 2, "tier 3"))
        assert book.walls() == ["tier 2", "tier 3"]


def test_our_fault_comes_back_with_its_text(tmp_path):
    failed = Result("ada", Status.NOT_GRADED, "d", 40, fault="no memory")
    with open_gradebook(tmp_path) as book:
        book.save(failed)
        assert list(book.results()) == [failed]
        assert failed.total is None


def test_how_long_grading_took_and_the_code_file_come_back(tmp_path):
    submission = Submission("ada", b"x = 1\n", None)
    graded = replace(typical("ada"), digest=submission.digest, seconds=1.25)
    assert "1.25" not in result_to_json(graded)
    with open_gradebook(tmp_path) as book:
        book.save(graded, submission=submission)
        book.save(typical("ben"))
        assert [found.seconds for found in book.results()] == [1.25, None]
        assert book.history("ada")[0].result.seconds == 1.25
        assert book.code(submission.digest) == b"x = 1\n"
        assert book.code(typical("ben").digest) is None


def test_origins_come_back_and_the_latest_counts(tmp_path):
    group = Origin(
        "canvas",
        "bad\udc80_12_34_embeddings.py",
        (Member("12", "O'Neill, Zoë", "zoe@example.org"), Member("13", "عمر")),
        late=True,
        others=("an earlier one",),
    )
    later = replace(group, submitted="2026-11-22T23:59:00+01:00")
    with open_gradebook(tmp_path) as book:
        book.save_origins({"bad\udc80": group, "ada": None})
        assert book.origins() == {"bad\udc80": group}
        book.save_origins({"bad\udc80": later})
        book.save_origins({"bad\udc80": later})
    with open_gradebook(tmp_path, create=False) as book:
        assert book.origins() == {"bad\udc80": later}
        assert list(book._rows("SELECT count(*) FROM origins")) == [(2,)]


def test_who_is_forgotten_counts_no_more_and_keeps_the_history(tmp_path):
    with open_gradebook(tmp_path) as book:
        book.save(typical("bad\udc80"), book.start_run("a folder", 2, "tier 1"))
        book.save(typical("ben"), book.start_run("a folder", 2, "tier 2"))
        book.forget(["bad\udc80"], instead="\udc81")
    with open_gradebook(tmp_path) as book:
        assert (book.students(), list(book.results())) == (["ben"], [typical("ben")])
        assert (book.statuses(), book.walls()) == ({"ben": Status.NEEDS_MARKING}, ["tier 2"])
        assert [entry.result for entry in book.history("bad\udc80")] == [typical("bad\udc80")]
        assert book.forgotten()["bad\udc80"].instead == "\udc81"


def test_who_is_forgotten_counts_again_when_that_is_said_or_something_new_is_saved(tmp_path):
    with open_gradebook(tmp_path) as book:
        for student in ("ada", "ben", "cem"):
            book.save(typical(student))
        book.forget(["ada", "ben", "cem"], instead="dov")
        book.remember(["ada"])
        assert (book.students(), list(book.forgotten())) == (["ada"], ["ben", "cem"])
        before = book.standings()
        book.remember(["ada"])
        book.forget(["ben", "cem"])
        assert book.standings() == before
        assert book.standings()["ada"].instead == "dov"
        book.save(typical("ben"))
        book.save_origins({"cem": Origin("plain", "cem", ())})
        assert (book.students(), book.forgotten()) == (["ada", "ben", "cem"], {})
        assert book.standings()["ben"].instead == book.standings()["cem"].instead == ""


def test_an_origin_as_older_versions_wrote_it_comes_back(tmp_path):
    group = Origin("canvas", "adal_12_34_embeddings.py", (Member("12", "adal"),), late=True)
    with open_gradebook(tmp_path) as book:
        book.save_origins({"ada": group})
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    connection.execute("UPDATE origins SET origin = json_set(origin, '$.seconds_late', NULL)")
    connection.execute("UPDATE origins SET origin = json_remove(origin, '$.members[0].is_rosters')")
    connection.commit()
    connection.close()
    with open_gradebook(tmp_path, create=False) as book:
        assert book.origins() == {"ada": group}


def test_marks_come_back_and_the_latest_counts(tmp_path):
    first = Mark("bad\udc80", "tradeoffs", "print", 3, 10, (ItemMark("sizes", "Sizes", 3, 4),), "good")
    second = Mark("bad\udc80", "tradeoffs", "print", 5, 10)
    other = Mark("bad\udc80", "tradeoffs", "another text", 1, 10)
    with open_gradebook(tmp_path) as book:
        book.save_marks([first, other], "sheet.csv")
        assert book.marks() == {first.key: first, other.key: other}
        book.save_marks([second])
        assert book.marks() == {first.key: second, other.key: other}


def test_pseudonyms_stay_the_same_and_say_nothing(tmp_path):
    with open_gradebook(tmp_path) as book:
        first = book.pseudonyms(["ada", "bad\udc80"])
    with open_gradebook(tmp_path) as book:
        again = book.pseudonyms(["ben", "bad\udc80", "ada"])
    assert {student: again[student] for student in first} == first
    assert len(set(again.values())) == 3
    assert all(name.startswith("anon-") for name in again.values())


def test_rows_of_sheets_come_back(tmp_path):
    row = SheetRow("tradeoffs-1", "tradeoffs", "print", (("ada", "anon-x"), ("bad\udc80", "anon-y")))
    with open_gradebook(tmp_path) as book:
        book.save_sheet_rows([row])
        assert book.sheet_rows() == {"tradeoffs-1": row}


def test_a_missing_gradebook_says_what_to_type_and_makes_no_folder(tmp_path):
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
    with open_gradebook(tmp_path) as book:
        book.save(typical("ada"), book.start_run("a folder", 2, "tier 1"))
        book.save_marks([Mark("ada", "tradeoffs", "print", 3, 10)])
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for change in (  # as the first version left it
        *(f"ALTER TABLE results DROP COLUMN {name}" for name in ("keys", "notes", "set_aside")),
        *(f"DROP TABLE {name}" for name in ("drafts", "files", "keys", "origins", "standings")),
        "PRAGMA user_version = 1",
    ):
        connection.execute(change)
    connection.close()
    with open_gradebook(tmp_path, create=False) as book:
        entry = book.entry("ada")
        assert (entry.result, entry.keys, book.received("ada")) == (typical("ada"), {}, None)
        assert len(book.marks()) == 1 and book.walls() == ["tier 1"]
        book.save(typical("ada"), None, Submission("ada", b"x = 1"), {"lookup": {"tests": "1"}})
        assert [entry.keys for entry in book.history("ada")] == [{}, {"lookup": {"tests": "1"}}]
        assert (book.students(), book.forgotten()) == (["ada"], {})
        book.forget(["ada"])
        assert book.students() == []


def test_a_dry_run_of_an_older_version_is_let_go_and_a_new_one_kept(tmp_path):
    with open_gradebook(tmp_path) as book:
        book.save(typical("ada"))
    connection = sqlite3.connect(tmp_path / FILE_NAME)
    for change in (  # as the fourth version left it
        "DROP TABLE standings",
        "DROP TABLE drafts",
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
    with open_gradebook(tmp_path) as book:
        assert (book.draft("ada"), list(book.results())) == (None, [typical("ada")])
        book.save_draft(draft)
        assert book.draft("ada") == draft
        assert book.start_run("a folder") == 1


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
