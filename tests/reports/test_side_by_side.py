"""Two files beside each other."""

from __future__ import annotations

from autograder.course.reports.side_by_side import MOST_LINES, Block, blocks
from autograder.feedback.source_tokens import names_in, read_source

STARTER = b"import torch\n\n\ndef first(ids):\n    raise NotImplementedError\n"


def laid_out(left: str, right: str) -> list[Block]:
    sources = (read_source(code, names_in(STARTER)) for code in (left.encode(), right.encode(), STARTER))
    return blocks(*sources)


def rows(block: Block) -> list[tuple[str | None, str | None, bool]]:
    return [(row.left and row.left.text.strip(), row.right and row.right.text.strip(), row.alike) for row in block.rows]


def test_lines_that_differ_in_chosen_names_only_are_alike():
    (block,) = laid_out("def first(ids):\n    a = ids + 1\n", "def first(ids):\n    b = ids+1  # mine\n")
    assert rows(block) == [("a = ids + 1", "b = ids+1  # mine", True)]


def test_the_lines_of_the_starter_are_left_out():
    (block,) = laid_out(STARTER.decode() + "    return 2\n", STARTER.decode() + "    return 3\n")
    assert rows(block) == [("return 2", "return 3", False)]


def test_a_line_keeps_its_number():
    (block,) = laid_out("# a comment\n\ndef first(ids):\n    return 2\n", "")
    assert [row.left.number for row in block.rows] == [4]


def test_functions_in_another_order_stand_side_by_side():
    one, two = "def one(ids):\n    return 1\n", "def two(ids):\n    return 2\n"
    found = laid_out(one + two, two + one)
    assert [block.name for block in found] == ["one", "two"]
    assert all(row.alike for block in found for row in block.rows)


def test_what_only_one_has_stands_alone():
    found = laid_out("def one(ids):\n    return 1\n", "class Two:\n    x = 2\n    y = 3\n")
    assert [(block.name, len(block.rows)) for block in found] == [("one", 2), ("Two", 3)]
    assert rows(found[0])[1] == ("return 1", None, False)
    assert rows(found[1])[1] == (None, "x = 2", False)


def test_a_very_long_file_is_cut():
    long = "".join(f"x{n} = {n} + {n}\n" for n in range(3 * MOST_LINES))
    (block,) = laid_out(long, long)
    assert len(block.rows) == MOST_LINES
