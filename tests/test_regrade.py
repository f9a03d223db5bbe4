"""What is graded again and what is not, what of it is shown before it is written, and what stays."""

from __future__ import annotations

import random
import re
import shutil
import sys
import types
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from click.testing import CliRunner

import autograder.assignment
from autograder.assignment import Assignment, import_file
from autograder.check.testing.cases import read_cases, run_case
from autograder.cli import main
from autograder.course import pipeline
from autograder.course.gradebook.database import open_gradebook
from autograder.grading.short_answers import read_answers
from autograder.mark import Mark, fingerprint
from autograder.result import CaseResult, Outcome, QuestionResult, Result, Status
from autograder.submission import Submission, UploadInfo
from tests.small_batch import ANSWERS, make_root

RIGHT = "def double(n): return 2 * n\ndef triple(n): return 3 * n\n"
CUBIC = "def double(n): return 2 * n\ndef triple(n): return n ** 3 + 2 * n\n"
HALF = "def double(n): return 2 * n\n"
SIDS = {"Ann": 7, "Bo": 8, "Cy": 9}


class Here:
    """Grades in this process what is code of our own, and notes which questions it ran for whom.

    Attributes:
        fails: the students over whom it breaks down, by our fault.
        stops: the students whose code hangs.
        interrupts: the students over whom the instructor presses Ctrl-C.
        seconds: how long it says that grading took.
    """

    def __init__(self) -> None:
        self.ran: list[tuple[str, ...]] = []
        self.fails: set[str] = set()
        self.stops: set[str] = set()
        self.interrupts: set[str] = set()
        self.seconds: float | None = None

    @contextmanager
    def open(self, assignment: Assignment, workers: int, *, unconfined: bool = False):
        wall = types.SimpleNamespace(value="none" if unconfined else "a moat")
        grade = partial(self.grade, assignment, unconfined)
        yield types.SimpleNamespace(wall=wall, workers=workers, refusals=(), grade=partial(map, grade))

    def grade(self, assignment: Assignment, unconfined: bool, submission: Submission) -> Result:
        student, digest = submission.student, submission.digest
        if student in self.interrupts:
            raise KeyboardInterrupt
        self.ran.append((student, *(question.id for question in assignment.code_questions)))
        if submission.set_aside:
            asked = (submission.set_aside,)
            return Result(student, Status.SET_ASIDE, digest, assignment.possible, notes=asked)
        if student in self.fails:
            return Result(student, Status.NOT_GRADED, digest, assignment.possible, fault="no memory\nat all")
        environment = {"reference": import_file(assignment.reference)}
        exec(submission.code or b"", environment)
        found = {}
        for question in assignment.code_questions:
            files = (assignment.public_tests(question.id), assignment.hidden_tests(question.id))
            cases = [case for file in files for case in read_cases(file)]
            results = []
            for case in cases:
                for seed in (random.seed, np.random.seed, torch.manual_seed):
                    seed(0)
                attempt = run_case(case, environment)
                outcome = Outcome.TIMED_OUT if student in self.stops else Outcome(attempt.outcome)
                points = question.points * case.share / sum(other.share for other in cases)
                results.append(CaseResult(case.title, case.hidden, points, outcome, attempt.message))
            points = round(sum(case.earned for case in results), 2)
            found[question.id] = QuestionResult(question.id, question.points, points, cases=tuple(results))
        template = assignment.root / "student_template" / assignment.answers_file
        answers = read_answers(submission.answers, template.read_text(), assignment)
        found |= {answer.id: answer for answer in answers.questions}
        questions = tuple(found[question.id] for question in assignment.questions)
        status = Status.NEEDS_MARKING if any(q.points is None for q in questions) else Status.GRADED
        notes = submission.notes + answers.notes
        graded = Result(student, status, digest, assignment.possible, questions, notes, unconfined=unconfined)
        return replace(graded, seconds=self.seconds)


@pytest.fixture
def here(monkeypatch, tmp_path):
    """A grader in this process, and the folder `in` with three submissions, graded into `graded`."""
    monkeypatch.chdir(tmp_path)
    make_root(tmp_path / "root")
    load = autograder.assignment.load_assignment
    monkeypatch.setattr(autograder.assignment, "load_assignment", lambda: load(tmp_path / "root"))
    monkeypatch.setattr(pipeline, "load_assignment", lambda: load(tmp_path / "root"))
    here = Here()
    monkeypatch.setitem(
        sys.modules, "autograder.course.batch.process_pool", types.SimpleNamespace(open_batch=here.open)
    )
    for student, source in (("ada", RIGHT), ("ben", CUBIC), ("cem", HALF)):
        hand_in(student, source)
    graded = run("grade", "in")
    assert graded.exit_code == 0, graded.output
    assert sorted(here.ran) == whole("ada", "ben", "cem")
    here.ran.clear()
    return here


def run(*arguments: str):
    return CliRunner().invoke(main, arguments, env={"COLUMNS": "180"})


def hand_in(student: str, source: str, answer: str = "It is twice as much.") -> None:
    Path("in", student).mkdir(parents=True, exist_ok=True)
    Path("in", student, "embeddings.py").write_text(source)
    Path("in", student, "answers.md").write_text(f"{ANSWERS}{answer}\n")


def edit(path: str, old: str, new: str) -> None:
    file = Path("root", path)
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def hand_over(*submissions: tuple[str, int, str], on: str, folder: str = "class") -> None:
    """A Gradescope download of these names, numbers and sources; names joined by `+` are a group's."""
    told = ["---"]
    shutil.rmtree(folder, ignore_errors=True)
    for name, number, source in submissions:
        Path(folder, f"submission_{number}").mkdir(parents=True)
        Path(folder, f"submission_{number}", "embeddings.py").write_text(source)
        told += [f"submission_{number}:", "  :submitters:"]
        for member in name.split("+"):
            told += [f"  - :name: {member}", f"    :sid: '{SIDS[member]}'"]
        told += [f"  :created_at: {on} 10:00:00 Z"]
    Path(folder, "submission_metadata.yml").write_text("\n".join(told) + "\n")


def origin_of(student: str) -> UploadInfo:
    with open_gradebook(Path("out"), create=False) as gradebook:
        return gradebook.origins()[student]


def whole(*students: str) -> list[tuple[str, ...]]:
    return [(student, "doubling", "tripling") for student in students]


def totals(out: str = "graded") -> dict[str, float | None]:
    with open_gradebook(Path(out), create=False) as gradebook:
        return {result.student: result.total for result in gradebook.results()}


def numbers_of_rows() -> dict[str, int]:
    with open_gradebook(Path("graded"), create=False) as gradebook:
        return {student: len(gradebook.history(student)) for student in gradebook.students()}


def written() -> dict[str, bytes]:
    """Everything in OUT, but for the gradebook and what SQLite keeps beside it."""
    files = [file for file in Path("graded").rglob("*") if file.is_file()]
    return {str(file): file.read_bytes() for file in files if not file.name.startswith("gradebook.")}


def make_tripling_easy() -> None:
    """Let the public case that draws a number accept what is right for 1 alone."""
    edit("student_template/tests/tripling.py", "assert_equal(triple(n), 3 * n)", "assert_equal(triple(1), 1 + 2)")


# What a second run does ---------------------------------------------------------------------------


def test_what_has_not_changed_is_skipped(here):
    before = written()
    done = run("grade", "in")
    assert done.exit_code == 0
    assert "Skipped: 3 of 3 submissions, unchanged." in done.stdout
    assert "3 submissions: 3 need marking" in done.stdout
    assert here.ran == []
    assert written() == before
    assert numbers_of_rows() == {"ada": 1, "ben": 1, "cem": 1}


def test_what_was_handed_in_anew_is_graded_and_the_earlier_result_stays(here):
    hand_in("cem", RIGHT)
    hand_in("dov", RIGHT)
    done = run("grade", "in")
    assert "Skipped: 2 of 4 submissions, unchanged." in done.stdout
    assert sorted(here.ran) == whole("cem", "dov")
    assert totals() == {"ada": 12, "ben": 6, "cem": 12, "dov": 12}
    assert numbers_of_rows()["cem"] == 2


def test_the_same_code_under_another_name_is_graded_again_for_the_note_on_it(here):
    Path("in/cem/embeddings.py").rename("in/cem/mine.py")
    assert run("grade", "in").exit_code == 0
    assert here.ran == whole("cem")
    with open_gradebook(Path("graded")) as gradebook:
        assert "mine.py" in " ".join(gradebook.entry("cem").result.notes)
    here.ran.clear()
    run("grade", "in")
    assert here.ran == []


def test_another_question_on_what_is_set_aside_is_shown_in_the_place_of_the_earlier_one(here):
    Path("in/cem/embeddings.py").rename("in/cem/mine.py")
    hand_in("cem", RIGHT)
    Path("in/cem/embeddings.py").rename("in/cem/yours.py")
    assert run("grade", "in").exit_code == 1
    Path("in/cem/yours.py").rename("in/cem/theirs.py")
    assert run("grade", "in").exit_code == 1
    with open_gradebook(Path("graded")) as gradebook:
        asked = [entry.result.notes for entry in gradebook.history("cem")[1:]]
    assert ["yours.py" in str(notes) for notes in asked] == [True, False]
    assert ["theirs.py" in str(notes) for notes in asked] == [False, True]
    here.ran.clear()
    assert run("grade", "in").exit_code == 1
    assert here.ran == []


def test_only_the_question_whose_tests_changed_is_run_with_what_it_builds_on(here):
    make_tripling_easy()
    edit("assignment/assignment.yml", "builds_on: [doubling]", "builds_on: []")
    done = run("grade", "in")
    assert "tests (tripling)" in done.stdout
    assert here.ran == [(student, "tripling") for student in ("ada", "ben", "cem")]
    assert totals() == {"ada": 12, "ben": 8, "cem": 4}


def test_what_builds_on_a_changed_question_is_run_too(here):
    edit("assignment/hidden_tests/doubling.py", "points=2", "points=3")
    run("grade", "in")
    assert here.ran == whole("ada", "ben", "cem")


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("assignment/assignment.yml", "memory_mb: 1000", "memory_mb: 900"),
        ("solutions/embeddings.py", "return 3 * n", "return n + 2 * n"),
    ],
)
def test_a_changed_limit_or_reference_is_a_reason_to_grade_again(here, path, old, new):
    edit(path, old, new)
    assert run("grade", "in").exit_code == 0
    assert len(here.ran) == 3


def test_a_comment_in_the_reference_is_no_reason_to_grade_again(here):
    edit("solutions/embeddings.py", "return 3 * n", "return 3 * n  # three times")
    run("grade", "in")
    assert here.ran == []


def test_a_partial_run_leaves_what_a_first_run_would(here):
    make_tripling_easy()
    run("grade", "in")
    run("grade", "in", "--output", "afresh")
    with open_gradebook(Path("graded")) as gradebook, open_gradebook(Path("afresh")) as afresh:
        for ours, theirs in zip(gradebook.results(), afresh.results(), strict=True):
            assert ours == theirs
            assert gradebook.entry(ours.student).cache_keys == afresh.entry(ours.student).cache_keys


def test_changed_points_are_scaled_without_a_run_as_a_first_run_would_give_them(here):
    edit("assignment/assignment.yml", "points: 8", "points: 7")
    assert run("regrade", "graded").exit_code == 0
    assert here.ran == []
    assert totals() == {"ada": 11, "ben": 5.75, "cem": 4}
    run("grade", "in", "--output", "afresh")
    with open_gradebook(Path("graded")) as gradebook, open_gradebook(Path("afresh")) as afresh:
        assert list(gradebook.results()) == list(afresh.results())
        assert gradebook.walls() == afresh.walls()


def test_points_that_change_in_the_prompts_alone_run_nothing(here):
    answers = Path("root", "student_template", "answers.md")
    answers.write_text(answers.read_text().replace("Why twice", "Why twice (10 points)"))
    run("grade", "in")
    here.ran.clear()
    answers.write_text(answers.read_text().replace("(10 points)", "(8 points)"))
    edit("assignment/assignment.yml", "points: 10", "points: 8")
    assert run("regrade", "graded").exit_code == 0
    assert here.ran == []


def test_how_long_grading_takes_is_that_of_the_last_full_grading(here):
    def seconds() -> dict[str, float | None]:
        with open_gradebook(Path("graded")) as gradebook:
            return {result.student: result.seconds for result in gradebook.results()}

    here.seconds = 7.0
    run("grade", "in", "--force")
    here.seconds = 0.5
    edit("assignment/assignment.yml", "builds_on: [doubling]", "builds_on: []")
    run("regrade", "graded")
    assert here.ran[-1][1:] == ("tripling",) and set(seconds().values()) == {7.0}
    run("regrade", "graded", "--force")
    assert set(seconds().values()) == {0.5}


def test_where_something_was_stopped_all_questions_are_run_again(here):
    here.stops.add("ben")
    hand_in("ben", CUBIC + "# again\n")
    run("grade", "in")
    here.ran.clear()
    edit("assignment/assignment.yml", "builds_on: [doubling]", "builds_on: []")
    run("grade", "in")
    assert sorted(here.ran) == [("ada", "tripling"), *whole("ben"), ("cem", "tripling")]


def test_what_is_stopped_in_one_question_alone_is_run_as_a_whole(here):
    edit("assignment/assignment.yml", "builds_on: [doubling]", "builds_on: []")
    here.stops.add("ben")
    run("grade", "in")
    assert sorted(here.ran) == sorted([(student, "tripling") for student in ("ada", "ben", "cem")] + whole("ben"))
    assert totals() == {"ada": 12, "ben": 0, "cem": 4}


def test_what_was_graded_without_the_wall_is_graded_again_behind_it(here):
    run("grade", "in", "--force", "--unconfined")
    here.ran.clear()
    run("grade", "in", "--unconfined")
    assert here.ran == []
    run("grade", "in")
    assert sorted(here.ran) == whole("ada", "ben", "cem")


def test_a_student_a_question_and_force_choose_what_is_graded(here):
    run("grade", "in", "--force", "--student", "ben", "--student", "cem")
    assert sorted(here.ran) == whole("ben", "cem")
    here.ran.clear()
    run("grade", "in", "--force", "--only", "doubling", "--student", "ada")
    assert here.ran == [("ada", "doubling")]
    assert totals() == {"ada": 12, "ben": 6, "cem": 4}


def test_one_question_is_graded_only_for_those_who_have_a_result_of_what_they_handed_in(here):
    hand_in("cem", RIGHT)
    hand_in("dov", RIGHT)
    make_tripling_easy()
    done = run("grade", "in", "--only", "tripling")
    assert done.exit_code == 1
    assert "Left out: cem, dov. --only grades questions of submissions that have a result" in done.stdout
    assert sorted({student for student, *_ in here.ran}) == ["ada", "ben"]
    assert totals() == {"ada": 12, "ben": 8, "cem": 4}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--student", "bem"], "There is no student `bem` among 3. Similar: cem, ben."),
        (["--only", "dubling"], "`dubling` is not a question. These are: doubling, tripling, why"),
    ],
)
@pytest.mark.parametrize("command", [["grade", "in"], ["regrade", "graded"]])
def test_a_student_or_question_that_is_not_there_is_named_with_those_that_are(here, command, arguments, said):
    done = run(*command, *arguments)
    assert done.exit_code == 2
    assert said in done.stderr


def test_our_fault_takes_no_result_away(here):
    make_tripling_easy()
    here.fails.add("ben")
    done = run("grade", "in")
    assert done.exit_code == 1
    assert "The grader failed, so the earlier result stays: ben: no memory\n" in done.stdout
    assert totals() == {"ada": 12, "ben": 6, "cem": 4}
    here.ran.clear()
    here.fails.clear()
    assert run("grade", "in").exit_code == 0
    assert totals()["ben"] == 8
    assert {student for student, *_ in here.ran} == {"ben"}


# What a regrade shows and writes --------------------------------------------------------------------


def test_a_dry_run_shows_who_gains_and_why_and_writes_nothing(here):
    make_tripling_easy()
    before, rows = written(), numbers_of_rows()
    done = run("regrade", "graded", "--dry-run")
    assert done.exit_code == 0
    assert re.search(r"tripling +`triple` works on whatever is drawn\. +1 +Before:\s+the result is not", done.stdout)
    assert re.search(r"ben +6 +8 +\+2 +tripling \+2", done.stdout)
    assert "1 student gains, 0 lose, 2 keep their points. Mean: 7.33 before, 8 after." in done.stdout
    assert "Nothing is written." in done.stdout
    assert (written(), numbers_of_rows()) == (before, rows)


def test_the_regrade_writes_what_the_dry_run_found_without_grading_again(here):
    Path("in").rename("the download is gone")
    make_tripling_easy()
    run("regrade", "graded", "--dry-run")
    here.ran.clear()
    done = run("regrade", "graded")
    assert done.exit_code == 0
    assert "1 student gains" in done.stdout
    assert here.ran == []
    assert totals() == {"ada": 12, "ben": 8, "cem": 4}
    assert "ben,needs marking,8," in Path("graded/grades.csv").read_text()
    assert run("regrade", "graded").stdout.startswith("Skipped: 3 of 3 submissions, unchanged.\n")


def test_a_dry_run_of_other_tests_is_not_taken(here):
    make_tripling_easy()
    run("regrade", "graded", "--dry-run")
    edit("student_template/tests/tripling.py", "assert_equal(triple(1), 1 + 2)", "assert_equal(triple(n), 3 * n)")
    edit("assignment/hidden_tests/tripling.py", "assert_equal(triple(number), reference.triple(number))", "pass")
    run("regrade", "graded")
    assert totals()["ben"] == 10


def test_a_dry_run_is_not_taken_for_files_handed_in_since(here):
    make_tripling_easy()
    run("regrade", "graded", "--dry-run")
    here.ran.clear()
    hand_in("ben", HALF)
    Path("in/cem/embeddings.py").rename("in/cem/mine.py")
    run("grade", "in")
    assert sorted(here.ran) == whole("ben", "cem")
    assert totals() == {"ada": 12, "ben": 4, "cem": 4}
    with open_gradebook(Path("graded")) as gradebook:
        assert "mine.py" in " ".join(gradebook.entry("cem").result.notes)


def test_a_dry_run_without_the_wall_is_not_taken_by_a_regrade_behind_it(here):
    make_tripling_easy()
    run("regrade", "graded", "--dry-run", "--unconfined")
    here.ran.clear()
    run("regrade", "graded")
    assert {student for student, *_ in here.ran} == {"ada", "ben", "cem"}
    with open_gradebook(Path("graded")) as gradebook:
        assert [result.unconfined for result in gradebook.results()] == [False, False, False]


def test_who_loses_is_shown_with_what_their_code_did(here):
    edit("student_template/tests/tripling.py", "assert_equal(triple(1), 3)", "assert_equal(triple(2), 6)")
    done = run("regrade", "graded", "--dry-run")
    assert re.search(r"ben +6 +4 +-2", done.stdout)
    assert re.search(r"works on 1\. +1 +Now:\s+the result is not as expected\s+expected 6\s+got +12", done.stdout)
    assert "0 students gain, 1 loses, 2 keep their points." in done.stdout


def test_marks_given_by_hand_stay_and_count_on_both_sides(here):
    mark = Mark("ben", "why", fingerprint("It is twice as much."), 9, 10)
    with open_gradebook(Path("graded")) as gradebook:
        gradebook.save_marks([mark])
    make_tripling_easy()
    done = run("regrade", "graded")
    assert re.search(r"ben +15 +17 +\+2", done.stdout)
    assert "ben,graded,17," in Path("graded/grades.csv").read_text()
    with open_gradebook(Path("graded")) as gradebook:
        assert gradebook.marks()[mark.key] == mark


def test_the_same_answer_as_a_marked_one_has_its_mark_at_once_and_grade_says_so(here):
    with open_gradebook(Path("graded")) as gradebook:
        gradebook.save_marks([Mark("ben", "why", fingerprint("It is twice as much."), 9, 10)])
    done = run("grade", "in")
    assert re.search(
        r"2 answers are the same as one that was marked, and have its mark at once: ada, \w+\.", done.stdout
    )
    assert "to mark" not in done.stdout
    assert "have its mark at once" not in run("grade", "in").stdout


def test_works_to_compare_with_can_be_named_later_and_are_remembered(here):
    Path("public").mkdir()
    Path("public", "someone.py").write_text(RIGHT)
    for options in (["--dry-run"], []):
        with open_gradebook(Path("graded")) as gradebook:
            assert list(gradebook.known()) == []
        done = run("regrade", "graded", "--known", "public", *options)
        assert done.exit_code == 0, done.output
    run("grade", "in")
    with open_gradebook(Path("graded")) as gradebook:
        assert [name for name, _ in gradebook.known()] == ["public: someone"]


def test_a_new_case_and_one_that_is_gone_are_shown_as_such(here):
    edit("assignment/hidden_tests/doubling.py", "works on any number", "works on 4711")
    done = run("regrade", "graded", "--dry-run")
    assert "New case." in done.stdout
    assert "This case no longer exists." in done.stdout
    assert "0 students gain, 0 lose, 3 keep their points." in done.stdout


def test_where_nothing_changed_a_regrade_says_so(here):
    done = run("regrade", "graded")
    assert done.exit_code == 0
    nothing = "There is nothing to grade again. --force grades what has not changed."
    assert done.stdout == f"Skipped: 3 of 3 submissions, unchanged.\n{nothing}\n"


def test_the_history_shows_every_result_and_what_changed(here):
    make_tripling_easy()
    run("regrade", "graded")
    hand_in("ben", RIGHT)
    run("grade", "in")
    done = run("history", "graded", "ben")
    assert done.exit_code == 0
    said = " ".join(done.stdout.split())
    assert re.search(r"first result.* changed: tests \(tripling\).* 2 → 4 .*other files were handed in", said)
    assert "failed → passed" in said


def test_the_history_of_nobody_names_who_is_meant(here):
    done = run("history", "graded", "cen")
    assert done.exit_code == 2
    assert "There is no student `cen` among 3. Similar: cem, ben." in done.stderr


# One OUT, several downloads --------------------------------------------------------------------------


def test_who_is_left_out_keeps_the_time_of_the_work_that_was_graded(here):
    hand_over(("Ann", 1, RIGHT), on="2026-03-01")
    run("grade", "class", "--output", "out")
    hand_over(("Ann", 1, HALF), on="2026-03-04")
    assert "Left out: Ann_7" in run("grade", "class", "--output", "out", "--only", "tripling").stdout
    assert origin_of("Ann_7").submitted == "2026-03-01T10:00:00+00:00"
    run("grade", "class", "--output", "out")
    assert origin_of("Ann_7").submitted == "2026-03-04T10:00:00+00:00"


def test_who_is_not_reached_before_ctrl_c_keeps_the_time_of_the_work_that_was_graded(here):
    hand_over(("Ann", 1, RIGHT), ("Bo", 2, RIGHT), on="2026-03-01")
    run("grade", "class", "--output", "out")
    hand_over(("Ann", 1, HALF), ("Bo", 2, HALF), on="2026-03-04")
    here.interrupts.add("Bo_8")
    assert run("grade", "class", "--output", "out").exit_code == 130
    assert origin_of("Ann_7").submitted == "2026-03-04T10:00:00+00:00"
    assert origin_of("Bo_8").submitted == "2026-03-01T10:00:00+00:00"


def test_the_same_files_handed_in_again_are_as_late_as_the_last_time(here):
    hand_over(("Ann", 1, RIGHT), on="2026-03-01")
    run("grade", "class", "--output", "out")
    hand_over(("Ann", 1, RIGHT), on="2026-03-04")
    here.ran.clear()
    run("grade", "class", "--output", "out")
    assert here.ran == []
    assert origin_of("Ann_7").submitted == "2026-03-04T10:00:00+00:00"


def test_our_fault_keeps_the_result_and_takes_the_time_of_the_same_files(here):
    hand_over(("Ann", 1, RIGHT), on="2026-03-01")
    run("grade", "class", "--output", "out")
    hand_over(("Ann", 1, RIGHT), on="2026-03-04")
    make_tripling_easy()
    here.fails.add("Ann_7")
    assert run("grade", "class", "--output", "out").exit_code == 1
    assert origin_of("Ann_7").submitted == "2026-03-04T10:00:00+00:00"


def test_what_a_roster_told_once_stays_known(here):
    Path("roster.csv").write_text("sid,name,email\n7,Ann Li,ann@example.org\n")
    hand_over(("Ann", 1, RIGHT), on="2026-03-01")
    run("grade", "class", "--output", "out", "--roster", "roster.csv")
    run("grade", "class", "--output", "out")
    hand_over(("Ann", 1, HALF), on="2026-03-04")
    run("grade", "class", "--output", "out")
    assert [member.email for member in origin_of("Ann_7").members] == ["ann@example.org"]


def test_a_team_keeps_the_members_of_the_roster_without_it(here):
    Path("roster.csv").write_text("id,name,email,group\n7,Ann,ann@x.org,Red\n8,Bo,bo@x.org,Red\n")
    team = Path("class", "Red_12_assignsubmission_file")
    team.mkdir(parents=True)
    (team / "embeddings.py").write_text(RIGHT)
    run("grade", "class", "--output", "out", "--roster", "roster.csv")
    run("grade", "class", "--output", "out")
    assert [member.name for member in origin_of("Red_12").members] == ["Ann", "Bo"]


def test_who_is_in_an_earlier_download_alone_still_counts_and_is_named(here):
    hand_in("cem", HALF)
    Path("in", "cem").rename("in/cem_smith")
    done = run("grade", "in")
    assert done.exit_code == 0
    assert (
        "1 result in graded is not in this download and still counts: cem. "
        "Where one should not, type: autograder forget graded STUDENT\n"
    ) in done.stdout
    assert totals() == {"ada": 12, "ben": 6, "cem": 4, "cem_smith": 4}
    assert "not in this download" not in run("grade", "in", "--output", "new").stdout


def test_a_student_who_is_forgotten_counts_nowhere_until_that_is_undone(here):
    done = run("forget", "graded", "cem", "ben")
    assert done.exit_code == 0
    assert re.search(
        r"cem has not counted since \S+ \S+ \(UTC\)\. To undo that: autograder forget graded cem --undo\n",
        done.stdout,
    )
    assert totals() == {"ada": 12}
    assert {name for name in written() if "cem" in name or "ben" in name} == set()
    assert "cem" not in Path("graded/grades.csv").read_text()
    handed_back = run("export", "graded", "--to", "csv", "--provisional")
    assert (
        handed_back.exit_code,
        "No grade is exported for whom `forget` has left out: ben, cem." in handed_back.stdout,
    ) == (0, True)
    assert "cem" not in Path("graded/export/handed-back.csv").read_text()
    assert "first result" in run("history", "graded", "cem").stdout
    assert run("regrade", "graded", "--force").exit_code == 0
    assert here.ran == whole("ada")
    assert "cem counts." in run("forget", "graded", "cem", "--undo").stdout
    assert totals() == {"ada": 12, "cem": 4}
    assert Path("graded/feedback/cem.html").is_file()


def test_a_student_who_is_graded_again_is_not_forgotten_any_more(here):
    run("forget", "graded", "cem", "ben")
    hand_in("ben", RIGHT)
    run("grade", "in", "--student", "ben")
    assert totals() == {"ada": 12, "ben": 12}
    run("grade", "in")
    assert totals() == {"ada": 12, "ben": 12, "cem": 4}
    assert here.ran == whole("ben")


def test_a_forgotten_student_is_told_so_and_nobody_else_can_be_forgotten(here):
    run("forget", "graded", "cem")
    said = "cem has not counted since "
    assert said in run("history", "graded", "cem").stdout
    assert said in run("forget", "graded", "cem").stdout
    assert "ada counts." in run("forget", "graded", "ada", "--undo").stdout
    done = run("forget", "graded", "ada", "cen")
    assert done.exit_code == 2
    assert "There is no student `cen` among 3. Similar: cem, ben." in done.stderr
    assert totals() == {"ada": 12, "ben": 6}
    done = run("regrade", "graded", "--student", "cem")
    assert (done.exit_code, said in done.stderr) == (2, True)


def test_who_is_now_in_a_group_counts_there_alone(here):
    hand_over(("Ann", 1, HALF), ("Cy", 3, RIGHT), on="2026-03-01")
    run("grade", "class", "--output", "out")
    hand_over(("Ann+Bo", 4, RIGHT), ("Cy", 3, RIGHT), on="2026-03-04")
    done = run("grade", "class", "--output", "out")
    assert "Ann_7 no longer counts: the same student is now in Ann_7 + Bo_8." in done.stdout
    assert totals("out") == {"Ann_7 + Bo_8": 12, "Cy_9": 12}
    assert re.search(
        r"Ann_7 has not counted since .*, for the same student is now in Ann_7 \+ Bo_8\. To undo that: ",
        run("history", "out", "Ann_7").stdout,
    )
    again = run("grade", "class", "--output", "out").stdout
    assert "no longer counts" not in again and "has not counted" not in again and "not in this download" not in again
    hand_over(("Ann", 1, HALF), on="2026-03-05")
    done = run("grade", "class", "--output", "out")
    assert "Of Ann_7 + Bo_8, Ann is now in Ann_7 alone." in done.stdout
    assert totals("out") == {"Ann_7": 4, "Ann_7 + Bo_8": 12, "Cy_9": 12}
    assert [member.name for member in origin_of("Ann_7 + Bo_8").members] == ["Bo"]


def test_a_group_is_forgotten_by_its_key_and_not_with_one_of_its_members(here):
    hand_over(("Ann+Bo", 4, RIGHT), ("Cy", 3, RIGHT), on="2026-03-04")
    run("grade", "class", "--output", "out")
    done = run("forget", "out", "Cy", "Bo")
    assert done.exit_code == 2
    assert "`Bo` is one of Ann, Bo in Ann_7 + Bo_8: type that for all of them." in done.stderr
    assert totals("out") == {"Ann_7 + Bo_8": 12, "Cy_9": 12}
    assert run("forget", "out", "Cy", "Ann_7 + Bo_8").exit_code == 0
    assert totals("out") == {}
    assert "counts." in run("forget", "out", "cy", "--undo").stdout
    assert "Ann_7 + Bo_8" in run("history", "out", "Bo").stdout


def test_a_forgotten_student_is_told_so_by_whatever_they_are_called(here):
    hand_over(("Ann", 1, RIGHT), ("Cy", 3, RIGHT), on="2026-03-01")
    run("grade", "class", "--output", "out")
    run("forget", "out", "Cy")
    for called in ("Cy_9", "Cy", "9"):
        done = run("regrade", "out", "--student", called)
        assert (done.exit_code, "Cy_9 has not counted since " in done.stderr) == (2, True), called
    assert run("regrade", "out", "--student", "Ann").exit_code == 0


def test_two_forgotten_students_of_one_name_are_both_named(here):
    Path("canvas").mkdir()
    for number in (11, 12):
        Path("canvas", f"liwei_{number}_{number}0_embeddings.py").write_text(RIGHT)
    run("grade", "canvas", "--output", "out")
    run("forget", "out", "liwei_11", "liwei_12")
    done = run("regrade", "out", "--student", "liwei")
    assert done.exit_code == 2
    assert "`liwei` may be `liwei_11` or `liwei_12`. Write the one that you mean." in done.stderr


def test_a_student_is_named_by_what_an_earlier_roster_told(here):
    Path("roster.csv").write_text("id,name,email\nada,Ada Lovelace,ada@u.edu\nben,Ben Li,ben@u.edu\n")
    run("grade", "in", "--roster", "roster.csv")
    hand_in("ada", CUBIC)
    hand_in("ben", RIGHT)
    done = run("grade", "in", "--student", "ADA@u.edu")
    assert done.exit_code == 0, done.output
    assert totals() == {"ada": 6, "ben": 6, "cem": 4}
    assert run("grade", "in", "--student", "Li, Ben").exit_code == 0
    assert totals() == {"ada": 6, "ben": 12, "cem": 4}
    done = run("regrade", "graded", "--student", "nobody@u.edu")
    assert (done.exit_code, "There is no student `nobody@u.edu` among 3." in done.stderr) == (2, True)


def test_an_instructor_may_keep_what_was_replaced(here):
    hand_over(("Ann", 1, HALF), on="2026-03-01")
    run("grade", "class", "--output", "out")
    hand_over(("Ann+Bo", 4, RIGHT), on="2026-03-04")
    run("grade", "class", "--output", "out")
    run("forget", "out", "Ann_7", "--undo")
    run("grade", "class", "--output", "out")
    assert totals("out") == {"Ann_7": 4, "Ann_7 + Bo_8": 12}


def test_our_fault_with_a_new_group_leaves_the_older_result(here):
    hand_over(("Ann", 1, HALF), on="2026-03-01")
    run("grade", "class", "--output", "out")
    hand_over(("Ann+Bo", 4, RIGHT), on="2026-03-04")
    here.fails.add("Ann_7 + Bo_8")
    run("grade", "class", "--output", "out")
    assert totals("out") == {"Ann_7": 4, "Ann_7 + Bo_8": None}
    here.fails.clear()
    run("grade", "class", "--output", "out")
    assert totals("out") == {"Ann_7 + Bo_8": 12}


# Other gradebooks -----------------------------------------------------------------------------------


def test_a_gradebook_of_another_assignment_is_refused_and_left_alone(here):
    for path in ("student_template/tests", "assignment/hidden_tests"):
        for old, new in (("doubling", "adding"), ("tripling", "taking")):
            Path("root", path, f"{old}.py").rename(Path("root", path, f"{new}.py"))
    for old, new in (("doubling", "adding"), ("tripling", "taking"), ("id: why", "id: what")):
        edit("assignment/assignment.yml", old, new)
    before = written(), numbers_of_rows()
    for command in (["grade", "in"], ["regrade", "graded"]):
        done = run(*command)
        assert done.exit_code == 2
        assert "is of another assignment: its questions are doubling, tripling, why" in done.stderr
    assert (written(), numbers_of_rows()) == before


def test_results_of_an_older_version_are_graded_again_and_kept(here):
    old = Path("old")
    with open_gradebook(Path("graded")) as gradebook, open_gradebook(old) as older:
        for result in gradebook.results():
            older.save(replace(result, notes=("from long ago",)))
    done = run("regrade", "old")
    assert done.exit_code == 1
    assert "Not graded again: ada, ben, cem. An older version wrote this gradebook" in done.stdout
    assert run("grade", "in", "--output", "old").exit_code == 0
    assert sorted(here.ran) == whole("ada", "ben", "cem")
    with open_gradebook(old) as gradebook:
        assert [entry.result.notes for entry in gradebook.history("ada")] == [("from long ago",), ()]
