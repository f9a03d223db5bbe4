"""What a student's file defines: misspelt names, and stubs beside what was written."""

from __future__ import annotations

import pytest

from autograder.check.loading.source import load
from tests.check.loaded import lines_of, load_text


@pytest.mark.parametrize(
    "name",
    [
        "lookup_embeding",
        "LookupEmbedding",
        "Lookup_embedding",
        "lookup_embeddings",
        "lookup_embedding_of_the_first_batch",
        "my_own_new_lookup_embedding",
    ],
)
def test_what_may_be_a_misspelt_name_is_pointed_at(name):
    program = f"import torch\ndef {name}(table, ids):\n    return table[ids]\n".encode()
    loaded = load(program, "embeddings.py", asked=("lookup_embedding", "lookup_rows"))
    text = f"`{name}` is not asked for. Should it be called `lookup_embedding`?"
    assert [(problem.line, problem.text) for problem in loaded.problems] == [(2, text)]


@pytest.mark.parametrize(
    "program",
    [
        b"def lookup_embedding(): pass\ndef lookup_embeddings(): pass\n",
        b"lookup_embedding = lambda: 1\ndef lookup_embeddings(): pass\n",
        b"def one_hot(): pass\n",
        b"def test_lookup_embedding(): pass\n",
    ],
)
def test_a_helper_beside_what_is_asked_for_is_no_misspelling(program):
    assert load(program, "embeddings.py", asked=("lookup_embedding",)).problems == ()


@pytest.mark.parametrize(
    "definition",
    ["def lookup_embedding(table, ids:\n    return table[ids]\n", "@missing\ndef lookup_embedding(): pass\n"],
    ids=["does not parse", "raises"],
)
def test_what_is_written_but_lost_is_not_sought_under_another_name(definition):
    program = "def lookup_embeddings(): pass\n\n" + definition
    loaded = load(program.encode(), "embeddings.py", asked=("lookup_embedding",))
    assert lines_of(loaded) == [3]


def test_a_longer_name_is_taken_for_the_longest_that_it_holds():
    loaded = load(b"def my_one_hot_lookup(): pass\n", "e.py", asked=("one_hot", "one_hot_lookup"))
    text = "`my_one_hot_lookup` is not asked for. Should it be called `one_hot_lookup`?"
    assert [problem.text for problem in loaded.problems] == [text]


def test_a_name_that_is_asked_for_itself_is_no_misspelling_of_another():
    assert load(b"def first_table(): pass\n", "e.py", asked=("first_tables", "first_table")).problems == ()


def test_a_stub_below_what_a_student_wrote_does_not_undo_it_and_is_told():
    text = "def encode(a):\n    return 1\n\n\ndef encode(a):\n    raise NotImplementedError('x')\n"
    loaded = load_text(text)
    assert loaded.module.encode(0) == 1
    assert [(problem.line, problem.text) for problem in loaded.problems] == [
        (5, "here `encode` is handed out once more, below yours. Yours counts; delete this one.")
    ]


@pytest.mark.parametrize("above", ["", "    '''What it does.'''\n", "    ...\n"])
def test_code_below_the_line_by_which_a_stub_raises_is_told_to_be_never_reached(above):
    text = f"def encode(a):\n{above}    raise NotImplementedError('x')\n    return 1\n"
    loaded = load_text(text)
    (problem,) = loaded.problems
    assert problem.line == text.count("\n") and problem.text.endswith("is never reached. Delete that line.")


def test_so_is_that_in_a_method_and_a_stub_alone_is_not():
    text = (
        "class Table:\n    def __init__(self):\n        super().__init__()\n"
        "        raise NotImplementedError\n        self.rows = []\n\n"
        "    def forward(self):\n        raise NotImplementedError\n"
    )
    assert lines_of(load_text(text)) == [5]
