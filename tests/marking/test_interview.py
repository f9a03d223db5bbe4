"""The oral check asks about a student's own line, mistake and number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.cli import main
from autograder.course.gradebook.database import open_gradebook
from autograder.course.interview import load_prompts, questions
from autograder.course.marking.numbers import known_numbers
from autograder.errors import AssignmentError
from autograder.result import CaseResult, Outcome, QuestionResult, Result, Status
from autograder.submission import Submission
from tests.hand_made import make_assignment

ASSIGNMENT = load_assignment()
REFERENCE = (ROOT / "solutions" / "embeddings.py").read_bytes()
LOST = CaseResult("Rows are sines and cosines, alternating.", True, 1, Outcome.FAILED, hint="Halves, not alternating.")
ANSWER = "Neighbours have 0.85 at offset 1, but 0.79 at offset 6 speaks against me."


def handed_in(student: str = "ada", *cases: CaseResult, answer: str = "") -> Result:
    found = (
        QuestionResult("sinusoidal", 14, 3.0, cases=cases),
        QuestionResult("bert_positions", 10, None if answer else 0.0, answer=answer),
    )
    return Result(student, Status.GRADED, "0" * 64, 100, found)


def asked(result: Result, code: bytes = REFERENCE) -> list:
    return list(questions(result, code, load_prompts(ASSIGNMENT), known_numbers(ASSIGNMENT)))


def test_a_line_a_mistake_and_the_number_that_is_not_right_are_asked_about():
    line, mistake, number = asked(handed_in("ada", LOST, answer=ANSWER))
    assert line.quote in REFERENCE.decode() and line.reply
    assert "alternating" in mistake.ask and mistake.reply == "Halves, not alternating."
    assert (number.quote, "0.69" in number.reply) == ("0.79", True)


def test_whoever_made_no_mistake_is_asked_about_something_else_of_theirs():
    assert len({one.about for one in asked(handed_in())}) == 3
    without_code = asked(handed_in(answer="I believe that tables are small."), b"")
    assert [one.quote for one in without_code] == ["I believe that tables are small."]
    assert asked(handed_in(), b"") == []


def test_neighbours_are_asked_about_different_lines_and_each_always_about_the_same():
    lines = [asked(handed_in(f"s{number}"))[0].about for number in range(20)]
    assert len(set(lines)) > 5
    assert lines == [asked(handed_in(f"s{number}"))[0].about for number in range(20)]


def test_every_prompt_finds_its_line_in_the_reference():
    text = REFERENCE.decode()
    for prompt in load_prompts(ASSIGNMENT):
        assert f"def {prompt.where}(" in text or f"class {prompt.where}(" in text
        (one, *_) = questions(handed_in(), REFERENCE, [prompt], {})
        assert any(piece in one.quote for piece in prompt.find)


@pytest.mark.parametrize(
    "code", [b"\xff\xfe\x00def (", b"def build_vocabulary(" * 10_000, b"\n" * 100_000, b"(" * 500_000]
)
def test_a_file_of_any_bytes_is_read(code):
    assert isinstance(asked(handed_in(), code), list)


def test_a_prompt_that_is_none_is_named(tmp_path):
    assignment = make_assignment(tmp_path)
    assert load_prompts(assignment) == []
    (tmp_path / "solutions" / "interview.yml").write_text("- {in: f, ask: Why}")
    with pytest.raises(AssignmentError, match="entry 0 should have"):
        load_prompts(assignment)


def test_the_command_writes_a_page_for_each_or_for_who_is_named(tmp_path, capsys):
    with open_gradebook(tmp_path) as gradebook:
        for name in ("ada", "<b>ben</b>"):
            submission = Submission(name, REFERENCE, None)
            result = replace(handed_in(name, LOST, answer=ANSWER), digest=submission.digest)
            gradebook.save(result, submission=submission)
    for called, file, pages in (((), "interview.html", 2), (("ada",), "interview-ada.html", 1)):
        with pytest.raises(SystemExit) as ended:
            main(["interview", str(tmp_path), *called])
        assert (ended.value.code, f"{pages} page" in capsys.readouterr().out) == (0, True)
        text = (tmp_path / file).read_text("utf-8")
        assert text.count("<article") == pages and "<b>" not in text
        assert text.count(", line ") == pages


def test_the_page_of_one_student_leaves_those_of_others_as_they_are(tmp_path):
    with open_gradebook(tmp_path) as gradebook:
        for name in ("ada", "ben", "cyd"):
            gradebook.save(handed_in(name, LOST, answer=ANSWER))
    pages: dict[str, bytes] = {}
    for called in ((), ("ada",), ("ben", "cyd")):
        with pytest.raises(SystemExit):
            main(["interview", str(tmp_path), *called])
        now = {path.name: path.read_bytes() for path in tmp_path.glob("interview*")}
        assert now | pages == now
        pages = now
    assert sorted(pages) == ["interview-ada.html", "interview-ben.html", "interview-cyd.html", "interview.html"]


WRITTEN = b'''\
def new_embedding_table(
    rows, columns, std=0.02
):
    """Rows of std 0.02,
    std and no other.
    """
    # std
    note = "std"
    return torch.randn(rows, columns) * std  # small
'''


def test_neither_comments_nor_texts_nor_arguments_nor_stubs_are_asked_about():
    prompts = [prompt for prompt in load_prompts(ASSIGNMENT) if prompt.where == "new_embedding_table"]
    (one,) = questions(handed_in(), WRITTEN, prompts, {})
    assert one.quote == "return torch.randn(rows, columns) * std  # small"
    assert one.about == "`new_embedding_table`, line 9"
    for line in (b"    raise NotImplementedError('std')", b"    raise NotImplementedError\n    x = std"):
        stub = WRITTEN.replace(b"    return torch.randn(rows, columns) * std  # small", line)
        assert list(questions(handed_in(), stub, prompts, {})) == []
    assert asked(handed_in(), (ROOT / "student_template" / "embeddings.py").read_bytes()) == []
