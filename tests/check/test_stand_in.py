"""Where gensim cannot be installed, a small class stands in for the one thing of it that is used."""

from __future__ import annotations

import importlib
import sys

import numpy as np
import pytest

from autograder.assignment import ROOT, import_file
from autograder.check.import_name import importable_as_check
from autograder.check.loading import libraries
from autograder.check.testing import stand_in

gensim_models = pytest.importorskip("gensim.models", reason="gensim, with which it is compared, is not installed")
WORDS, ROWS = ["b", "a", "c"], np.array([[1, 2], [3, 4], [-5, 6]], dtype="float32")


@pytest.fixture
def without_gensim(monkeypatch):
    """The module as it is where gensim is missing; it is as before afterwards."""
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "gensim", None)
        patch.setitem(sys.modules, "gensim.models", None)
        yield importlib.reload(stand_in)
    importlib.reload(stand_in)


def filled(kind, dtype="float32"):
    vectors = kind(2, dtype=np.dtype(dtype).type)
    vectors.add_vectors(WORDS[:2], ROWS[:2].astype(dtype))
    vectors.add_vectors(WORDS[2:], ROWS[2:].astype(dtype))
    return vectors


def test_where_gensim_is_there_it_is_gensim_s_own_class():
    assert stand_in.KeyedVectors is gensim_models.KeyedVectors


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_holds_what_gensim_s_class_holds(without_gensim, dtype: str):
    own, other = filled(without_gensim.KeyedVectors, dtype), filled(gensim_models.KeyedVectors, dtype)
    assert type(own) is not type(other)
    assert np.array_equal(own.vectors, other.vectors) and own.vectors.dtype == other.vectors.dtype
    assert (own.index_to_key, own.key_to_index, len(own)) == (other.index_to_key, other.key_to_index, len(other))
    for word in WORDS:
        assert np.array_equal(own.get_vector(word), other.get_vector(word))
        assert np.array_equal(own[word], other[word]) and word in own
    assert np.array_equal(own[["a", "b"]], other[["a", "b"]])
    assert "z" not in own
    with pytest.raises(KeyError, match="Key 'z' not present"):
        own.get_vector("z")


def test_what_stands_in_the_hidden_cases_for_gensim_s_answers_gives_them():
    importable_as_check()
    hidden = import_file(ROOT / "assignment" / "hidden_tests" / "word_vectors.py")
    for make, positive, negative in (
        (hidden.planted, "ac", "b"),
        (hidden.shuffled, "qr", "y"),
        (hidden.planted, "l", "ab"),
        (hidden.real_words, ("king", "woman"), ("man",)),
        (hidden.real_words, ("london",), ()),
    ):
        table, vocabulary = make()
        vectors = gensim_models.KeyedVectors(table.shape[1])
        vectors.add_vectors(sorted(vocabulary, key=vocabulary.get), table.numpy())
        expected = hidden.by_gensim(make, positive, negative, 9)
        found = hidden.by_definition(vectors, positive, negative, 9)
        assert [word for word, _ in found] == [word for word, _ in expected]
        assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in expected], abs=1e-6)


def test_that_it_stands_in_is_said_and_otherwise_nothing_is(monkeypatch):
    assert libraries.without_gensim() == ""
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    assert "a small class stands in for its KeyedVectors" in libraries.without_gensim()
