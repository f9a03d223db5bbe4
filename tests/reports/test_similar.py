"""Which submissions are shown as alike, and which are not."""

from __future__ import annotations

import random

import pytest

from autograder.assignment import ROOT
from autograder.course.reports.similarity import LEAST, NEARLY, Group, Similar

STARTER = (ROOT / "student_template" / "embeddings.py").read_bytes()
REFERENCE = (ROOT / "solutions" / "embeddings.py").read_text("utf-8")
BATCH = sorted((ROOT / "tests" / "example_batch" / "submissions").glob("*/*.py"))


def groups(*files: str | bytes, starter: bytes = STARTER) -> list[Group]:
    """The groups of files whose students are called 0, 1, 2 and so on."""
    similar = Similar(starter)
    for number, file in enumerate(files):
        similar.add(str(number), file.encode() if isinstance(file, str) else file)
    return similar.groups()


def invented(seed: int, functions: int = 12) -> str:
    """A file such as nobody else writes."""
    draw = random.Random(seed)
    text = ""
    for number in range(functions):
        text += f"def task_{number}(table, ids):\n"
        for _ in range(6):
            call = draw.choice(["table.sum", "ids.view", "torch.arange", "table.expand", "ids.flip"])
            text += f"    value = {call}({draw.randrange(99)}, {draw.randrange(99)}) * {draw.randrange(99)}\n"
        text += "    return value\n\n\n"
    return text


def test_the_same_file_twice_is_one_group():
    (group,) = groups(REFERENCE, invented(1), REFERENCE)
    assert group.students == ("0", "2")
    assert group.pairs[0].is_same and group.pairs[0].share == 1


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
    text = invented(1)
    assert change(text) != text
    (group,) = groups(text, change(text))
    assert group.pairs[0].is_same


def test_a_file_with_a_third_rewritten_is_nearly_the_same():
    (group,) = groups(invented(1), invented(1, 8) + invented(2, 4))
    assert not group.pairs[0].is_same
    assert NEARLY <= group.pairs[0].share < 0.8


def test_functions_in_another_order_are_nearly_the_same():
    parts = invented(1).split("\n\n\n")[:-1]
    (group,) = groups("\n\n\n".join(parts), "\n\n\n".join(reversed(parts)))
    assert group.pairs[0].share > 0.8


def test_files_that_do_not_parse_are_compared_too():
    broken = invented(1) + "def broken(:\n    return '"
    (group,) = groups(broken, broken.replace("value", "mine"))
    assert group.pairs[0].is_same


def test_the_example_batch_holds_none():
    assert groups(*(path.read_bytes() for path in BATCH)) == []


def test_blank_templates_are_not_alike():
    assert groups(STARTER, STARTER, STARTER + b"# mine\n") == []


def test_of_little_code_nothing_is_said():
    few = STARTER.decode() + "\n\ndef helper(ids):\n    return ids + 1\n"
    assert groups(few, few) == []


def test_what_many_write_makes_nobody_alike():
    common = invented(1)
    assert groups(*(common + invented(seed, 1) for seed in range(2, 30))) == []


def test_who_is_alike_is_found_among_many():
    others = [invented(seed, 4) for seed in range(300)]
    copy = invented(17, 3) + invented(400, 1)
    (group,) = groups(*others, copy)
    assert group.students == ("17", "300")


def test_those_that_pairs_connect_stand_in_one_group_the_closest_first():
    text = invented(1)
    (group,) = groups(text, text.replace("value", "mine"), invented(1, 9) + invented(2, 3))
    assert set(group.students) == {"0", "1", "2"}
    assert [pair.is_same for pair in group.pairs] == [True, False]


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
    found = groups(hostile, invented(1), hostile, invented(1))
    assert ("1", "3") in [group.students for group in found]


def test_the_order_in_which_files_come_shows_in_names_only():
    texts = [invented(1), invented(1, 9) + invented(2, 3), invented(3)]
    (one,), (two,) = groups(*texts), groups(*reversed(texts))
    assert one.pairs[0].share == two.pairs[0].share
    assert {int(name) for name in one.students} == {2 - int(name) for name in two.students}


def test_there_is_enough_in_the_reference_to_compare():
    similar = Similar(STARTER)
    similar.add("ada", REFERENCE.encode())
    assert len(similar._samples[0]) > 5 * LEAST
