"""Works that a class's are compared with: where they are read from, and that OUT remembers them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.course.gradebook.database import open_gradebook
from autograder.course.known_works import known_works, read_known
from autograder.course.reports.write import write_reports
from autograder.errors import GraderError
from autograder.submission import Submission
from tests.hand_made import LOOKUP as QUESTION
from tests.hand_made import TRADEOFFS, answer, code, make_assignment, result, write_files
from tests.near_copies import invented_program, near_copy

PROGRAM = "def encode(tokens, vocabulary):\n    return [vocabulary[one] for one in tokens]\n\n\n" + invented_program(1)
ANSWERS = "# Answers\n\n## tradeoffs: Learned or given\n\nSmall tables are cheap to learn and words are not.\n"


@pytest.fixture
def assignment(tmp_path):
    made = make_assignment(tmp_path, QUESTION, TRADEOFFS)
    write_files(made)
    return made


def known(out, assignment):
    with open_gradebook(out) as gradebook:
        return {work.name: work for work in known_works(gradebook, assignment)}


def remember(out, folders, assignment) -> None:
    with open_gradebook(out) as gradebook:
        gradebook.save_known(read_known(folders, assignment, out).files)


def test_a_folder_of_solutions_is_known_by_its_name_and_theirs(assignment, tmp_path):
    folder = tmp_path / "public"
    (folder / "someone").mkdir(parents=True)
    (folder / "someone" / "embeddings.py").write_text(PROGRAM)
    (folder / "someone" / "answers.md").write_text(ANSWERS)
    (folder / "other.py").write_text(f"{PROGRAM}# another\n")
    (folder / "blank.py").write_text("")
    remember(tmp_path / "out", [folder], assignment)
    works = known(tmp_path / "out", assignment)
    assert set(works) == {"the reference solution", "public: someone", "public: other"}
    assert works["public: someone"].code == PROGRAM.encode()
    assert works["public: someone"].answers == {"tradeoffs": "Small tables are cheap to learn and words are not."}


def test_a_work_that_holds_nothing_to_compare_is_named(assignment, tmp_path):
    (tmp_path / "public" / "ada").mkdir(parents=True)
    for name in ("mine.py", "yours.py"):
        (tmp_path / "public" / "ada" / name).write_text(f"{PROGRAM}# {name}\n")
    (tmp_path / "public" / "ben.py").write_text(PROGRAM)
    found = read_known([tmp_path / "public"], assignment, tmp_path / "out")
    assert set(found.files) == {"public: ben"}
    (said,) = found.problems
    assert said.startswith("public: ada is not compared. ")


def test_an_earlier_terms_results_are_known(assignment, tmp_path):
    with open_gradebook(tmp_path / "2025") as earlier:
        submission = Submission("ada", PROGRAM.encode(), ANSWERS.encode())
        earlier.save(replace(result("ada", code(QUESTION)), digest=submission.digest), submission=submission)
        earlier.save(result("nobody", code(QUESTION)))
    remember(tmp_path / "out", [tmp_path / "2025"], assignment)
    assert known(tmp_path / "out", assignment)["2025: ada"].code == PROGRAM.encode()


def test_what_is_known_is_remembered_until_other_is(assignment, tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "ada.py").write_text(PROGRAM)
    remember(tmp_path / "out", [tmp_path / "one"], assignment)
    assert "one: ada" in known(tmp_path / "out", assignment)
    remember(tmp_path / "out", [tmp_path / "two"], assignment)
    assert set(known(tmp_path / "out", assignment)) == {"the reference solution", "two: ada"}


def test_the_classs_own_results_are_refused(assignment, tmp_path):
    with pytest.raises(GraderError, match="contains this class's own results"):
        read_known([tmp_path / "out"], assignment, tmp_path / "out")


def test_a_folder_without_any_work_is_named(assignment, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(GraderError, match="contains no submissions"):
        read_known([tmp_path / "empty"], assignment, tmp_path / "out")


def test_the_report_names_who_is_like_a_known_work_or_answer(assignment, tmp_path):
    text = " ".join(f"word{number}" for number in range(60))
    with open_gradebook(tmp_path / "out") as gradebook:
        gradebook.save_known({"public: <b>x</b>": (PROGRAM.encode(), f"## tradeoffs\n\n{text}".encode())})
        copy = near_copy(1, PROGRAM).encode()
        graded = result("ada", code(QUESTION), answer(TRADEOFFS, text))
        submission = Submission("ada", copy)
        gradebook.save(replace(graded, digest=submission.digest), submission=submission)
        write_reports(tmp_path / "out", gradebook, assignment)
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    alike = page.partition('id="alike"')[2]
    assert alike.count("<em>public: &lt;b&gt;x&lt;/b&gt;</em></span></summary>") == 2
    assert f"<mark>{text}</mark>" in alike
