"""Which file is graded, whatever was handed in beside it."""

from __future__ import annotations

import shlex

import pytest

from autograder.course.intake.uploads import take_in
from autograder.upload import inspection, selection

from .conftest import ANSWERS, HANDED_OUT, OTHER_WORK, PROMPTS, STUB, WORK, is_this, write


def test_a_folder_with_both_files_is_taken_without_a_note(submissions, one):
    write(submissions / "ada", {"embeddings.py": WORK, "answers.md": ANSWERS})
    found = one()
    assert (found.student, found.code, found.answers) == ("ada", WORK.encode(), ANSWERS.encode())
    assert found.notes == () and found.set_aside is None


@pytest.mark.parametrize(
    "name",
    [
        "my_embeddings.py",
        "Embeddings.py",
        "embeddings.PY",
        "embeddings.py.txt",
        "embeddings-1.py",
        "embeddings (2).py",
        "embeddings - Copy.py",
        "Copy of embeddings.py",
        "final version ÄÖ.py",
        "src/hw.py",
    ],
)
def test_the_only_python_file_is_taken_whatever_its_name_and_the_student_is_told(submissions, one, name):
    write(submissions / "ada", {name: WORK, "answers.md": ANSWERS})
    found = one()
    assert found.code == WORK.encode()
    assert found.notes == (f"The file was called {name}; it was graded as embeddings.py.",)


@pytest.mark.parametrize("name", ["Answers.md", "answers.txt", "answers.md.txt", "answers (1).md", "my_text.md"])
def test_a_misnamed_answers_file_is_taken_and_the_student_is_told(submissions, one, name):
    write(submissions / "ada", {"embeddings.py": WORK, name: ANSWERS, "README.md": "Run it with Python 3."})
    found = one()
    assert found.answers == ANSWERS.encode()
    assert found.notes == (f"The file was called {name}; it was graded as answers.md.",)


def test_the_file_with_the_right_name_is_taken_among_others(submissions, one):
    write(submissions / "ada", {"embeddings.py": WORK, "plot.py": "import math\n", "answers.md": ANSWERS})
    found = one()
    assert found.code == WORK.encode()
    assert found.notes == ("Also handed in, but not graded: plot.py.",)


def test_among_misnamed_files_the_one_that_defines_what_was_asked_is_taken(submissions, one):
    write(submissions / "ada", {"main.py": WORK, "plot.py": "import matplotlib\n", "answers.md": ANSWERS})
    assert one().code == WORK.encode()


def test_the_whole_handed_out_folder_counts_as_its_two_files(submissions, one):
    write(submissions / "ada" / "student_template", {**HANDED_OUT, "embeddings.py": WORK, "answers.md": ANSWERS})
    found = one()
    assert (found.code, found.answers, found.notes) == (WORK.encode(), ANSWERS.encode(), ())


def test_a_helper_file_is_no_candidate_and_is_asked_about_where_it_alone_was_edited(submissions, one):
    helper = "def encode(tokens):\n    print('checking more')\n"
    write(submissions / "ada", {**HANDED_OUT, "check/__main__.py": helper, "answers.md": ANSWERS})
    (submissions / "ada" / "embeddings.py").unlink()
    (submissions / "ada" / "notebooks" / "embeddings.ipynb").unlink()
    found = one()
    assert found.code is None
    assert "There is: answers.md, check/__main__.py." in found.set_aside


def test_a_copy_of_a_helper_file_is_no_candidate(submissions, one):
    write(submissions / "ada", {"main.py": WORK, "main2.py": HANDED_OUT["check/__main__.py"]})
    assert one().code == WORK.encode()


def test_the_blank_template_is_taken_when_nothing_else_is_there(submissions, one):
    write(submissions / "ada", {"embeddings.py": STUB.replace("\n", "\r\n"), "answers.md": PROMPTS})
    found = one()
    assert found.code == STUB.replace("\n", "\r\n").encode()
    assert found.notes == (
        "embeddings.py is the file that was handed out, unchanged.",
        "answers.md is the file that was handed out, unchanged.",
    )


def test_work_under_another_name_is_preferred_to_the_blank_template(submissions, one):
    write(submissions / "ada", {"embeddings.py": STUB, "mine.py": WORK, "answers.md": ANSWERS})
    found = one()
    assert found.code == WORK.encode()
    assert found.notes == ("The file was called mine.py; it was graded as embeddings.py.",)


def test_a_script_that_defines_nothing_asked_for_does_not_replace_the_blank_template(submissions, one):
    write(submissions / "ada", {"embeddings.py": STUB, "plot.py": "import math\n"})
    assert one().code == STUB.encode()


def test_identical_copies_are_one_file_whatever_their_line_ends(submissions, one):
    files = {
        "embeddings (1).py": WORK.replace("\n", "\r\n"),
        "embeddings.py": WORK,
        "old/embeddings.py": WORK,
    }
    write(submissions / "ada", {**files, "answers.md": ANSWERS, "old/answers.md": ANSWERS + "\n"})
    found = one()
    assert found.code == WORK.encode() and found.notes == () and found.set_aside is None


@pytest.mark.parametrize("second", ["old/embeddings.py", "embeddings (1).py", "EMBEDDINGS.py"])
def test_two_differing_files_of_the_right_name_are_set_aside_with_the_question(submissions, one, second):
    write(submissions / "ada", {"embeddings.py": WORK, second: OTHER_WORK})
    found = one()
    assert found.code is None
    assert found.set_aside == (
        f"Which file is meant as embeddings.py? These differ: embeddings.py, {second}. "
        f"To choose, type one of: --choose ada=embeddings.py, --choose {shlex.quote(f'ada={second}')}"
    )


def test_two_misnamed_files_are_set_aside(submissions, assignment):
    write(submissions / "ada", {"a.py": WORK, "b.py": OTHER_WORK})
    (found,) = take_in(submissions, assignment, platform="plain").submissions
    assert found.set_aside == (
        "Which file is meant as embeddings.py? These differ: a.py, b.py. "
        "To choose, type one of: --choose ada=a.py, --choose ada=b.py"
    )


def test_two_differing_answers_files_are_set_aside(submissions, one):
    write(
        submissions / "ada",
        {"embeddings.py": WORK, "answers.md": ANSWERS, "new/answers.md": ANSWERS + "More."},
    )
    assert one().set_aside == (
        "Which file is meant as answers.md? These differ: answers.md, new/answers.md. "
        "To choose, type one of: --choose ada=answers.md, --choose ada=new/answers.md"
    )


def test_a_question_lists_only_a_few_of_many_files(submissions, assignment):
    write(submissions / "ada", {f"{i}/embeddings.py": f"{WORK}# {i}" for i in range(9)})
    (found,) = take_in(submissions, assignment, platform="plain").submissions
    question = found.set_aside
    assert "0/embeddings.py, 1/embeddings.py, 2/embeddings.py, 3/embeddings.py and 5 more." in question
    assert "--choose ada=7/embeddings.py and 1 more" in question


def test_too_many_candidates_are_set_aside_unread(submissions, one):
    count = selection.MAX_CANDIDATES + 1
    write(submissions / "ada", {f"{i:03}/embeddings.py": WORK for i in range(count)})
    assert one().set_aside.startswith(f"{count} files could be meant, such as 000/embeddings.py.")


def test_a_file_too_large_is_set_aside(submissions, one):
    write(submissions / "ada", {"embeddings.py": "#" * (inspection.MAX_FILE_BYTES + 1)})
    assert one().set_aside == f"embeddings.py is larger than 1,000,000 bytes. {is_this('ada')}"
