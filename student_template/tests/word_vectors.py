"""Public cases of `word_vectors`: vectors that others have learned."""

from functools import cache

import numpy as np
import torch
from check.testing.api import (
    KeyedVectors,
    assert_answers,
    assert_close,
    assert_equal,
    glove,
    raises,
    require,
    test_case,
    unchanged,
)
from torch import nn

OK_FORMAT = False
name = "word_vectors"

WORDS = ["the", "Dog", "cat", "a", "dog"]  # in the order of the rows, not of the alphabet
ROWS = [[1.0, 2.0, 0.5], [0.0, 3.0, 4.0], [2.0, 0.0, 0.0], [0.5, 0.5, 0.5], [-1.0, 3.0, 2.0]]


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def word_vectors(dtype=np.float32):
    vectors = KeyedVectors(vector_size=3, dtype=dtype)
    vectors.add_vectors(WORDS, np.array(ROWS, dtype=dtype))
    return vectors


def animals():
    """A table (6, 2). The words stand in another order than the rows."""
    table = torch.tensor([[30.0, 32], [3, 1], [1, 3], [6, 2.4], [2.5, 1.5], [-3, 1]])
    return table, {"kitten": 3, "cat": 1, "whale": 0, "stone": 5, "dog": 4, "ant": 2}


def royals():
    """A table (10, 4) in which wrong formulas give other winners than queen."""
    rows = [
        [1.0, -2.0, -1.0, 1.0], [0.0, -0.5, -0.5, 0.0], [-1.0, 0.0, 0.0, -1.0], [0.0, -0.5, -0.5, 0.5],
        [-5.0, 8.0, 9.0, -1.0], [0.5, -1.0, 1.5, -2.0], [0.5, 0.5, 0.5, 0.0], [-1.0, -2.5, -4.0, -2.0],
        [0.5, 0.5, 6.0, 1.5], [0.0, 1.0, 0.5, -1.5],
    ]  # fmt: skip
    words = ["king", "man", "woman", "duke", "palace", "queen", "crown", "army", "horse", "girl"]
    return torch.tensor(rows), {word: words.index(word) for word in sorted(words)}


@cache
def some_glove():
    """Words of royals and the 200 most frequent ones, and their vectors (205, 50)."""
    words, table = glove(2100)
    chosen = ["king", "man", "woman", "queen", "prince", *words[:200]]
    return chosen, table[[words.index(word) for word in chosen]]


@test_case(
    name="`embedding_from_word_vectors` gives a float32 `nn.Embedding` whose row i is `word_vectors.vectors[i]`.",
    points=0.3,
    hidden=False,
)
def test_embedding_has_the_rows(embedding_from_word_vectors):
    embedding, _ = embedding_from_word_vectors(word_vectors(np.float64))
    require(isinstance(embedding, nn.Embedding), "the first thing returned should be an nn.Embedding")
    assert_close(embedding.weight.detach(), torch.tensor(ROWS), of="the embedding's weight")


@test_case(
    name="`embedding_from_word_vectors` gives a dictionary from every word to its row, words taken as they are.",
    points=0.35,
    hidden=False,
)
def test_embedding_comes_with_its_vocabulary(embedding_from_word_vectors):
    _, vocabulary = embedding_from_word_vectors(word_vectors())
    assert_equal(vocabulary, {"the": 0, "Dog": 1, "cat": 2, "a": 3, "dog": 4}, of="the vocabulary")


@test_case(
    name="`embedding_from_word_vectors` freezes the embedding, unless `trainable=True` asks for one that learns.",
    points=0.1,
    hidden=False,
)
def test_embedding_is_frozen_or_not(embedding_from_word_vectors):
    frozen, _ = embedding_from_word_vectors(word_vectors())
    trainable, _ = embedding_from_word_vectors(word_vectors(), trainable=True)
    assert_close(frozen.weight.detach(), torch.tensor(ROWS), of="the frozen embedding's weight")
    assert_close(trainable.weight.detach(), torch.tensor(ROWS), of="the trainable embedding's weight")
    require(not frozen.weight.requires_grad, "the embedding should be frozen unless asked otherwise")
    require(trainable.weight.requires_grad, "with trainable=True the embedding should be trainable")


@test_case(name="A trainable embedding learns in every row.", points=0.15, hidden=False)
def test_every_row_learns(embedding_from_word_vectors):
    embedding, _ = embedding_from_word_vectors(word_vectors(), trainable=True)
    rows = embedding(torch.tensor([0, 1, 2, 3, 4, 4]))
    assert_close(rows.detach(), torch.tensor([*ROWS, ROWS[4]]), of="the rows of the embedding")
    (gradient,) = torch.autograd.grad(rows.sum(), embedding.weight)
    expected = torch.tensor([[1.0], [1], [1], [1], [2]]).expand(5, 3)
    assert_close(gradient, expected, of="the gradient of the embedding's weight")


@test_case(
    name="`embedding_from_word_vectors` gives copies: nothing it gives shares anything with `word_vectors`.",
    points=0.3,
    hidden=False,
)
def test_embedding_is_a_copy(embedding_from_word_vectors):
    vectors = word_vectors()
    embedding, vocabulary = embedding_from_word_vectors(vectors, trainable=True)
    assert_close(embedding.weight.detach(), torch.tensor(ROWS), of="the embedding's weight")
    with torch.no_grad():
        embedding.weight += 1.0
    vocabulary["unicorn"] = 5
    again, its_vocabulary = embedding_from_word_vectors(vectors)
    of = "from the same vectors, after the first one was changed,"
    assert_close(again.weight.detach(), torch.tensor(ROWS), of=f"a new embedding {of}")
    assert_equal(sorted(its_vocabulary), sorted(WORDS), of=f"the list of words {of}")


@test_case(
    name="`nearest_words` lists the words whose rows have the highest cosine with the word's row, best first.",
    points=0.65,
    hidden=False,
)
def test_nearest_words(nearest_words):
    expected = [("kitten", 0.998274), ("dog", 0.976187), ("whale", 0.879543)]
    assert_answers(nearest_words(*animals(), "cat", count=3), expected)


@test_case(
    name="`analogy` adds the unit vectors of `positive`, subtracts those of `negative`, and lists the "
    "words with the highest cosine, best first.",
    points=0.65,
    hidden=False,
)
def test_analogy(analogy):
    expected = [("queen", 0.661306), ("palace", 0.607650), ("girl", 0.569353)]
    assert_answers(analogy(*royals(), ["king", "woman"], ["man"], count=3), expected)


@test_case(
    name="`analogy` gives what gensim's `most_similar` gives for the same vectors, written with torch.",
    points=0.2,
    hidden=False,
)
def test_analogy_as_by_gensim(analogy):
    expected = [("woman", 0.744237), ("girl", 0.607257), ("palace", 0.349115)]
    assert_answers(analogy(*royals(), ["queen", "duke"], ["king"], count=3), expected)


@test_case(name="`positive` and `negative` are lists of words. One of them may be empty.", points=0.15, hidden=False)
def test_lists_of_any_length(analogy):
    assert_answers(analogy(*royals(), [], ["man"], count=2), [("palace", 0.919255), ("crown", 0.816497)])


@test_case(name="`analogy` leaves out every word of the query, positive or negative.", points=0.15, hidden=False)
def test_query_words_are_left_out(analogy):
    expected = [("duke", 0.780196), ("queen", -0.012551)]  # and not man, whose cosine is 0.961
    assert_answers(analogy(*royals(), ["army", "king"], ["man"], count=2), expected)


@test_case(
    name="`vocabulary` maps words one-to-one onto the rows of `table`, and may list them in any order.",
    points=0.15,
    hidden=False,
)
def test_vocabulary_in_any_order(nearest_words):
    assert_answers(nearest_words(*animals(), "dog", count=2), [("kitten", 0.987241), ("cat", 0.976187)])


@test_case(
    name="`table` may require gradients, as the weight of a trainable embedding does.",
    points=0.1,
    hidden=False,
)
def test_table_may_require_gradients(nearest_words, analogy):
    table, vocabulary = animals()
    assert_answers(nearest_words(nn.Parameter(table), vocabulary, "cat", count=1), [("kitten", 0.998274)])
    assert_answers(analogy(nn.Parameter(table), vocabulary, ["cat"], [], count=1), [("kitten", 0.998274)])


@test_case(
    name="`nearest_words` and `analogy` give 5 words, unless `count` asks for another number.",
    points=0.1,
    hidden=False,
)
def test_five_words_by_default(nearest_words):
    five = [("duke", 0.872871), ("man", 0.801784), ("army", 0.434429), ("queen", -0.138013), ("horse", -0.303588)]
    assert_answers(nearest_words(*royals(), "king"), five)


@test_case(
    name="On real GloVe vectors from `data/`, `analogy` answers king - man + woman with queen.",
    points=0.1,
    hidden=False,
)
def test_analogy_on_real_words(analogy):
    words, table = some_glove()
    vocabulary = {word: row for row, word in enumerate(words)}
    expected = [("queen", 0.852351), ("prince", 0.759270)]
    assert_answers(analogy(table.clone(), vocabulary, ["king", "woman"], ["man"], count=2), expected)


@test_case(
    name="`nearest_words` and `analogy` raise a `KeyError` that names an unknown word.",
    points=0.2,
    hidden=False,
)
def test_unknown_words_are_refused(nearest_words, analogy):
    assert_answers(nearest_words(*animals(), "cat", count=1), [("kitten", 0.998274)])
    assert_answers(analogy(*animals(), ["cat"], [], count=1), [("kitten", 0.998274)])
    with raises(KeyError, quoting=["Cat"]):
        nearest_words(*animals(), "Cat")
    with raises(KeyError, quoting=["dragon"]):
        analogy(*animals(), ["cat", "dragon"], ["dog"])


@test_case(
    name="A `count` larger than the words left gives all of them, and a `count` of 0 gives an empty list.",
    points=0.25,
    hidden=False,
)
def test_counts(nearest_words, analogy):
    rest = [("kitten", 0.998274), ("dog", 0.976187), ("whale", 0.879543), ("ant", 0.6), ("stone", -0.8)]
    assert_answers(nearest_words(*animals(), "cat", count=100), rest)
    assert_equal(nearest_words(*animals(), "cat", count=0), [], of="the list of no words")
    assert_answers(analogy(*animals(), ["cat"], [], count=100), rest)
    assert_equal(analogy(*animals(), ["cat"], [], count=0), [], of="the list of no words")


@test_case(name="The functions of `word_vectors` leave their arguments as they were.", points=0.1, hidden=False)
def test_arguments_stay(embedding_from_word_vectors, nearest_words, analogy):
    vectors, (table, vocabulary) = word_vectors(), animals()
    positive, negative = ["cat"], ["stone"]
    with unchanged(table=table, vocabulary=vocabulary, positive=positive, negative=negative):
        embedding, _ = embedding_from_word_vectors(vectors)
        nearest = nearest_words(table, vocabulary, "cat", 1)
        answers = analogy(table, vocabulary, positive, negative, 1)
    assert_answers(nearest, [("kitten", 0.998274)])
    assert_answers(answers, [("kitten", 0.928477)])
    assert_close(embedding.weight.detach(), torch.tensor(ROWS), of="the embedding's weight")
    assert_close(torch.tensor(vectors.vectors), torch.tensor(ROWS), of="word_vectors.vectors")
    assert_equal(vectors.index_to_key, WORDS, of="word_vectors.index_to_key")
