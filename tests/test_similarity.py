"""Which submissions are shown as alike, and which are not."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from autograder.assignment import ROOT, load_assignment
from autograder.check.loading.answers import find_answers
from autograder.course.gradebook.database import open_gradebook
from autograder.course.known_works import KnownWork, known_works
from autograder.course.reports.similar_works import SimilarWorks
from autograder.course.similarity import ANSWERS, CODE, Group, Scale, groups, pieces_of_code, pieces_of_text
from autograder.feedback.source_tokens import names_in, read_source
from autograder.result import QuestionResult, Result, Status
from tests.near_copies import (
    REFERENCE,
    STARTER,
    invented_program,
    invented_text,
    near_copy,
    near_text,
    right_program,
)
from tests.representatives import representatives

ASSIGNMENT = load_assignment()
BATCH = sorted((ROOT / "tests" / "example_batch" / "submissions").glob("*/*.py"))
NAMES = names_in(STARTER)
COUNTS = representatives((1, 11, 5, 10, 30, 100), count=2)


def pieces(file: str | bytes, starter: bytes = STARTER):
    handed_out = pieces_of_code(read_source(starter, NAMES))
    return pieces_of_code(read_source(file.encode() if isinstance(file, str) else file, NAMES), handed_out)


def alike(*files: str | bytes, known: Iterable[str] = (), scale: Scale = CODE) -> list[Group]:
    """The groups of files whose students are called 0, 1, 2 and so on, and the known ones by their text's place."""
    works = {str(number): pieces(file) for number, file in enumerate(files)}
    return groups(works, {f"known {number}": pieces(file) for number, file in enumerate(known)}, scale)


def test_the_same_file_twice_is_one_group():
    (group,) = alike(REFERENCE, invented_program(1), REFERENCE)
    assert group.students == ("0", "2")
    assert group.pairs[0].share == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="line ends"),
        pytest.param(lambda text: "\ufeff" + text, id="byte-order mark"),
        pytest.param(lambda text: text.replace("    ", "\t"), id="tabs"),
        pytest.param(lambda text: text.replace("\n", "  # mine\n"), id="comments"),
        pytest.param(lambda text: text.replace("value", "mine"), id="other names"),
        pytest.param(lambda text: text.replace("(table, ids):", '(table, ids):\n    """Mine."""'), id="docstrings"),
        pytest.param(lambda text: text.replace(", ", ",\n        "), id="line breaks"),
    ],
)
def test_what_only_looks_different_is_the_same(change):
    text = invented_program(1)
    assert change(text) != text
    (group,) = alike(text, change(text))
    assert group.pairs[0].share == 1


def test_a_file_saved_in_utf_16_is_compared_too():
    (group,) = alike(REFERENCE, REFERENCE.encode("utf-16"))
    assert group.pairs[0].share == 1


def test_names_of_attributes_that_a_file_sets_on_itself_do_not_count_and_others_do():
    text = "class A:\n    def f(self, x):\n        self.rows = x.sum(0, 1)\n        return self.rows.mean(2, 3)\n"
    assert pieces(text) == pieces(text.replace("rows", "mine"))
    assert pieces(text) != pieces(text.replace("mean", "prod"))


def test_a_file_with_a_third_rewritten_is_nearly_the_same():
    (group,) = alike(invented_program(1), invented_program(1, 8) + invented_program(2, 4))
    assert CODE.nearly <= group.pairs[0].share < 0.8


def test_functions_in_another_order_are_nearly_the_same():
    parts = invented_program(1).split("\n\n\n")[:-1]
    (group,) = alike("\n\n\n".join(parts), "\n\n\n".join(reversed(parts)))
    assert group.pairs[0].share > 0.8


def test_files_that_do_not_parse_are_compared_too():
    broken = invented_program(1) + "def broken(:\n    return '"
    (group,) = alike(broken, broken.replace("value", "mine"))
    assert group.pairs[0].share == 1


def test_the_example_batch_holds_none():
    assert alike(*(path.read_bytes() for path in BATCH)) == []


def test_blank_templates_are_not_alike():
    assert alike(STARTER, STARTER, STARTER + b"# mine\n") == []


def test_of_little_code_nothing_is_said():
    few = STARTER.decode() + "\n\ndef helper(ids):\n    return ids + 1\n"
    assert alike(few, few) == []


def test_who_is_alike_is_found_among_many():
    others = [invented_program(seed, 4) for seed in range(300)]
    copy = invented_program(17, 3) + invented_program(400, 1)
    (group,) = alike(*others, copy)
    assert group.students == ("17", "300")


def test_those_that_pairs_connect_stand_in_one_group_the_closest_first():
    text = invented_program(1)
    (group,) = alike(text, text.replace("value", "mine"), invented_program(1, 9) + invented_program(2, 3))
    assert set(group.students) == {"0", "1", "2"}
    assert [pair.share == 1 for pair in group.pairs] == [True, False]


@pytest.mark.parametrize(
    "hostile",
    [
        b"",
        b"\x00" * 5000,
        b"\xff\xfe" + "ada".encode("utf-16-le"),
        b"(" * 100_000,
        b'"""' * 50_001,
        b"'\\" * 100_000,
        b"a." * 100_000,
        b"x = " + b"-" * 100_000 + b"1",
        ("\udc80".encode("utf-8", "surrogatepass") + b" = 1\n") * 1000,
    ],
)
def test_a_hostile_file_does_no_harm(hostile):
    found = alike(hostile, invented_program(1), hostile, invented_program(1))
    assert ("1", "3") in [group.students for group in found]


def test_the_order_in_which_files_come_shows_in_names_only():
    texts = [invented_program(1), invented_program(1, 9) + invented_program(2, 3), invented_program(3)]
    (one,), (two,) = alike(*texts), alike(*reversed(texts))
    assert one.pairs[0].share == two.pairs[0].share
    assert {int(name) for name in one.students} == {2 - int(name) for name in two.students}


def test_a_bracket_that_was_never_closed_costs_its_own_function_alone():
    text = invented_program(1)
    (group,) = alike(text, text.replace("ids.view(", "ids.view((", 1))
    assert group.pairs[0].share > 0.9


def test_a_program_without_functions_annotations_or_handed_out_lines_is_compared_by_its_statements():
    assert pieces("import torch\nimport torch.nn.functional as F\n\n\ndef mine(a, b=1, *c, d=2):\n    ...\n") == {}
    assert pieces(STARTER) == {}


def test_of_equally_close_known_works_the_first_stands_for_all():
    (group,) = alike(invented_program(1), known=[invented_program(1), invented_program(1), invented_program(2)])
    assert (group.students, group.known) == (("0",), ("known 0",))


def test_known_works_alone_make_no_group():
    assert alike(known=[invented_program(1)] * 2) == []
    assert alike(invented_program(2), known=[invented_program(1)] * 2) == []


def test_a_group_names_each_once_with_no_more_pairs_than_connect_them():
    copies = [invented_program(1, 11) + invented_program(seed, 1) for seed in range(2, 42)]
    (group,) = alike(*copies)
    assert len(group.students) == 40
    assert len(group.pairs) == 39


# A whole class, as the report reads it ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(tmp_path_factory) -> list[KnownWork]:
    with open_gradebook(tmp_path_factory.mktemp("out")) as gradebook:
        return list(known_works(gradebook, ASSIGNMENT))


def result(student: str, **answers: str) -> Result:
    questions = tuple(QuestionResult(id, 10, None, answer=text) for id, text in answers.items())
    return Result(student, Status.NEEDS_MARKING, "", 100, questions)


@pytest.fixture(scope="module")
def others() -> dict[str, str]:
    """Two hundred whole programs of which nobody copied one."""
    batch = {f"batch {path.parent.name}": path.read_text("utf-8", "replace") for path in BATCH}
    right = {f"right {number}": right_program(number) for number in range(7)}
    return batch | right | {f"other {seed}": invented_program(seed) for seed in range(200 - len(batch) - len(right))}


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("inserted", [0.3, 1.0], ids=["some inserted", "one before every statement"])
def test_near_copies_of_the_reference_are_found_however_many_and_nobody_else(known, others, count, inserted):
    copies = {f"copy {seed}": near_copy(seed, inserted=inserted) for seed in range(count)}
    rest = {f"more {seed}": invented_program(1000 + seed) for seed in range(100 - count)}
    found = SimilarWorks(ASSIGNMENT, known)
    for student, code in {**others, **copies, **rest}.items():
        found.add(result(student), code.encode())
    (one,) = found.code({}.get)
    assert set(one.group.students) == set(copies)
    assert one.group.known == ("the reference solution",)
    assert all(pair.share > 0.75 for pair in one.group.pairs)


@pytest.mark.thorough
def test_near_copies_of_what_nobody_knows_are_found_however_many(known, others):
    source = right_program(3)
    copies = {f"copy {seed}": near_copy(seed, source) for seed in range(100)}
    found = SimilarWorks(ASSIGNMENT, known)
    for student, code in {**others, **copies}.items():
        found.add(result(student), code.encode())
    (one,) = found.code({}.get)
    assert set(one.group.students) == {*copies, "right 3"}
    assert one.group.known == ()


def test_a_right_variant_is_like_no_other_solution(known):
    found = SimilarWorks(ASSIGNMENT, [])
    for path in ASSIGNMENT.right_variants:
        found.add(result(str(path)), path.read_bytes())
    for number in range(7):
        found.add(result(f"whole {number}"), right_program(number).encode())
    assert found.code({}.get) == []


def test_who_hands_in_the_reference_with_a_right_variant_in_it_is_named_beside_that_variant(known):
    path = ASSIGNMENT.right_variants[-1]
    found = SimilarWorks(ASSIGNMENT, known)
    found.add(result("ada"), f"{REFERENCE}\n\n{path.read_text('utf-8')}".encode())
    (one,) = found.code({}.get)
    assert one.group.pairs[0].share == 1
    assert one.group.known == (f"the right variant {path.parent.name}/{path.name}",)


# Short answers ---------------------------------------------------------------------------------------------------


def in_batch(question: str) -> dict[str, str]:
    """The example batch's answers, each once: two students there gave the same."""
    prompts = (ASSIGNMENT.template / "answers.md").read_text("utf-8")
    texts = {}
    for path in sorted(BATCH[0].parents[1].glob("*/answers.md")):
        for answer in find_answers(path.read_bytes(), prompts, ASSIGNMENT.answer_questions).answers:
            if answer.question_id == question and answer.state.is_answer:
                texts[answer.text] = path.parent.name
    return {student: text for text, student in texts.items()}


@pytest.mark.parametrize("question", [question.id for question in ASSIGNMENT.answer_questions])
@pytest.mark.parametrize("count", COUNTS)
def test_near_copies_of_a_model_answer_are_found_however_many_and_nobody_else(known, count, question):
    model = known[0].answers[question]
    copies = {f"copy {seed}": near_text(seed, model) for seed in range(count)}
    vocabulary = model.split()
    others = in_batch(question) | {
        f"other {seed}": invented_text(seed, vocabulary=vocabulary) for seed in range(290 - count)
    }
    found = SimilarWorks(ASSIGNMENT, known)
    for student, text in {**others, **copies}.items():
        found.add(result(student, **{question: text}), None)
    (one,) = found.answers()
    assert set(one.group.students) == set(copies)
    assert one.group.known == ("the reference solution",)


def test_what_was_handed_out_makes_no_answers_alike(known):
    handout = (ASSIGNMENT.template / "handout.md").read_text("utf-8")
    passage = " ".join(re.findall(r"\S+", handout)[500:700])
    found = SimilarWorks(ASSIGNMENT, known)
    for student in ("ada", "ben"):
        found.add(result(student, tradeoffs=f"{passage} {invented_text(ord(student[0]), 40)}"), None)
    assert list(found.answers()) == []


def test_answers_without_spaces_between_words_are_compared_too():
    text = "学习位置向量的代价很小。而词向量的代价很大。因为词表比位置表大得多。正弦编码没有参数。"
    pieces = {
        name: pieces_of_text(one) for name, one in {"ada": text, "ben": f"我认为 {text}", "cem": text[:9]}.items()
    }
    (group,) = groups(pieces, {}, ANSWERS)
    assert set(group.students) == {"ada", "ben"}
