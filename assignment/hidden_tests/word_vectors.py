"""Hidden cases of `word_vectors`. The expected answers are gensim's own or, without gensim, by its definition."""

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
name = "word_vectors_hidden"

WORDS = ["zebra", "apple", "<pad>", "Apple", "mango", "the"]  # neither sorted nor lower case
ROWS = np.random.default_rng(1).normal(size=(6, 4)) * [[9.0], [0.1], [1.0], [2.0], [0.5], [3.0]]  # float64

# In this table (12, 3) each of sixteen wrong formulas for a - b + c has another winner than f: query
# words left in, no unit vectors, dot products, Euclidean distance, swapped signs, means removed ...
PLANTED = torch.tensor([
    [0.5, 3.0, 0.0], [0.5, -0.5, -0.5], [0.5, -1.5, -1.5], [2.0, -1.5, 4.5],
    [0.5, 0.0, -1.0], [-2.0, 1.5, -1.0], [2.0, 3.0, 0.5], [2.0, 2.5, 1.5],
    [-1.0, 3.0, 3.5], [-1.0, 0.0, -1.0], [-3.5, 1.5, 1.5], [2.0, 1.5, -1.0],
])  # fmt: skip


# Every call gets inputs of its own, so that one that changes them spoils no other case.


def word_vectors(dtype=np.float32):
    vectors = KeyedVectors(vector_size=4, dtype=dtype)
    vectors.add_vectors(WORDS, ROWS.astype(dtype))
    return vectors


def rows():
    return torch.tensor(ROWS).float()


def planted():
    """The table, and a vocabulary that lists its words backwards."""
    return PLANTED.clone(), {word: row for row, word in reversed(list(enumerate("abcdefghijkl")))}


def shuffled():
    """The same table under other words, listed in another order."""
    rows = {"w": 4, "q": 0, "e": 11, "r": 2, "t": 7, "y": 1, "u": 9, "i": 3, "o": 10, "p": 5, "a": 8, "s": 6}
    return PLANTED.clone(), rows


def real_words():
    """The words of some analogies and the 150 most frequent GloVe words."""
    words, table = _glove()
    return table.clone(), {word: row for row, word in enumerate(words)}


@cache
def _glove():
    words, table = glove(3000)
    picked = ["king", "man", "woman", "queen", "prince", "paris", "france", "italy", "rome", "dog"]
    picked += ["london", "england", "japan", "tokyo"]
    chosen = picked + [word for word in words[:150] if word not in picked]
    return tuple(chosen), table[[words.index(word) for word in chosen]]


@cache
def by_gensim(make, positive, negative, count):
    """gensim's answers for a table and its vocabulary; a string stands for its letters."""
    table, vocabulary = make()
    vectors = KeyedVectors(vector_size=table.shape[1])
    vectors.add_vectors(sorted(vocabulary, key=vocabulary.get), table.numpy())
    if hasattr(vectors, "most_similar"):
        return vectors.most_similar(positive=list(positive), negative=list(negative), topn=count)
    return by_definition(vectors, positive, negative, count)


def by_definition(vectors, positive, negative, count):
    """What `most_similar` computes: unit vectors summed, cosines, query words left out."""
    unit = vectors.vectors / np.linalg.norm(vectors.vectors, axis=1, keepdims=True)  # (V, D)
    query = sum(unit[vectors.key_to_index[word]] for word in positive)
    query = query - sum(unit[vectors.key_to_index[word]] for word in negative)
    cosines = unit @ query / np.linalg.norm(query)
    best = [vectors.index_to_key[row] for row in np.argsort(-cosines)]
    left = [word for word in best if word not in {*positive, *negative}]
    return [(word, float(cosines[vectors.key_to_index[word]])) for word in left[:count]]


@test_case(
    name="`embedding_from_word_vectors` gives a float32 `nn.Embedding` whose row i is `word_vectors.vectors[i]`.",
    points=0.8,
    hidden=True,
)
def test_embedding_has_the_rows(embedding_from_word_vectors):
    embedding, _ = embedding_from_word_vectors(word_vectors(np.float64))
    assert_close(embedding.weight.detach(), rows())
    ids = torch.tensor([[4, 0], [2, 4]])
    assert_close(embedding(ids).detach(), rows()[ids])


@test_case(
    name="`embedding_from_word_vectors` gives a dictionary from every word to its row, words taken as they are.",
    points=0.5,
    hidden=True,
)
def test_embedding_comes_with_its_vocabulary(embedding_from_word_vectors):
    embedding, vocabulary = embedding_from_word_vectors(word_vectors())
    assert_equal(vocabulary, {"zebra": 0, "apple": 1, "<pad>": 2, "Apple": 3, "mango": 4, "the": 5})
    assert_close(embedding.weight[vocabulary["mango"]].detach(), rows()[4])


@test_case(
    name="`embedding_from_word_vectors` freezes the embedding, unless `trainable=True` asks for one that learns.",
    points=0.1,
    hidden=True,
)
def test_embedding_is_frozen_or_not(embedding_from_word_vectors):
    for chosen, wanted in [({}, False), ({"trainable": True}, True)]:
        embedding, _ = embedding_from_word_vectors(word_vectors(), **chosen)
        assert_close(embedding.weight.detach(), rows())
        require(embedding.weight.requires_grad == wanted, "only a trainable embedding requires gradients")


@test_case(name="A trainable embedding learns in every row.", points=0.3, hidden=True)
def test_every_row_learns(embedding_from_word_vectors):
    embedding, _ = embedding_from_word_vectors(word_vectors(), trainable=True)
    ids = torch.tensor([5, 0, 1, 2, 3, 4, 5])
    looked_up = embedding(ids)
    assert_close(looked_up.detach(), rows()[ids])
    looked_up.sum().backward()
    assert_close(embedding.weight.grad, torch.tensor([[1.0], [1], [1], [1], [1], [2]]).expand(6, 4))


@test_case(
    name="`embedding_from_word_vectors` gives copies: nothing it gives shares anything with `word_vectors`.",
    points=0.5,
    hidden=True,
)
def test_embedding_is_a_copy(embedding_from_word_vectors):
    vectors = word_vectors()
    embedding, vocabulary = embedding_from_word_vectors(vectors, trainable=True)
    with torch.no_grad():
        embedding.weight[1] += 5.0
    vocabulary["yeti"] = 6
    another, its_vocabulary = embedding_from_word_vectors(vectors)
    assert_close(another(torch.arange(6)).detach(), rows())
    assert_equal(sorted(its_vocabulary), sorted(WORDS))
    vectors.vectors[2] = 0.0
    assert_close(another(torch.arange(6)).detach(), rows(), of="the embedding, after word_vectors was changed,")


@test_case(
    name="`nearest_words` lists the words whose rows have the highest cosine with the word's row, best first.",
    points=0.55,
    hidden=True,
)
def test_nearest_words(nearest_words):
    assert_answers(nearest_words(*planted(), "b", 11), by_gensim(planted, "b", "", 11))
    assert_answers(nearest_words(*real_words(), "dog", 4), by_gensim(real_words, ("dog",), (), 4))


@test_case(
    name="`analogy` adds the unit vectors of `positive`, subtracts those of `negative`, and lists the "
    "words with the highest cosine, best first.",
    points=0.75,
    hidden=True,
)
def test_analogy(analogy):
    assert_answers(analogy(*planted(), ["a", "c"], ["b"], 9), by_gensim(planted, "ac", "b", 9))


@test_case(
    name="`analogy` gives what gensim's `most_similar` gives for the same vectors, written with torch.",
    points=0.5,
    hidden=True,
)
def test_analogy_on_real_words(analogy):
    for a, b, c in [("paris", "france", "italy"), ("london", "england", "japan")]:
        expected = by_gensim(real_words, (a, c), (b,), 6)
        assert_answers(analogy(*real_words(), [a, c], [b], count=6), expected)


@test_case(name="`positive` and `negative` are lists of words. One of them may be empty.", points=0.3, hidden=True)
def test_lists_of_any_length(analogy):
    for plus, minus in [("", "d"), ("gild", ""), ("k", "bdh")]:
        expected = by_gensim(planted, plus, minus, 4)
        assert_answers(analogy(*planted(), list(plus), list(minus), count=4), expected)


@test_case(name="`analogy` leaves out every word of the query, positive or negative.", points=0.3, hidden=True)
def test_query_words_are_left_out(analogy):
    assert_answers(analogy(*planted(), ["g", "h"], ["l"], count=12), by_gensim(planted, "gh", "l", 12))


@test_case(
    name="`vocabulary` maps words one-to-one onto the rows of `table`, and may list them in any order.",
    points=0.3,
    hidden=True,
)
def test_vocabulary_in_any_order(nearest_words, analogy):
    assert_answers(analogy(*shuffled(), ["q", "r"], ["y"], 9), by_gensim(shuffled, "qr", "y", 9))
    assert_answers(nearest_words(*shuffled(), "i"), by_gensim(shuffled, "i", "", 5))


@test_case(
    name="`table` may require gradients, as the weight of a trainable embedding does.",
    points=0.25,
    hidden=True,
)
def test_table_may_require_gradients(nearest_words, analogy):
    table, vocabulary = planted()
    trainable = nn.Parameter(table.double())
    assert_answers(analogy(trainable, vocabulary, ["a", "c"], ["b"], 3), by_gensim(planted, "ac", "b", 3))
    assert_answers(nearest_words(trainable, vocabulary, "c"), by_gensim(planted, "c", "", 5))


@test_case(
    name="`nearest_words` and `analogy` raise a `KeyError` that names an unknown word.",
    points=0.25,
    hidden=True,
)
def test_unknown_words_are_refused(nearest_words, analogy):
    assert_answers(nearest_words(*planted(), "a", 2), by_gensim(planted, "a", "", 2))
    assert_answers(analogy(*planted(), ["a"], ["b"], 2), by_gensim(planted, "a", "b", 2))
    with raises(KeyError, quoting=["A"]):
        nearest_words(*planted(), "A", 0)
    with raises(KeyError, quoting=["quokka"]):
        analogy(*planted(), ["a", "b", "quokka"], ["c"])
    with raises(KeyError, quoting=["quokka"]):
        analogy(*planted(), ["a", "b"], ["quokka"])


@test_case(
    name="`nearest_words` and `analogy` give 5 words, unless `count` asks for another number.",
    points=0.25,
    hidden=True,
)
def test_five_words_by_default(nearest_words, analogy):
    assert_answers(nearest_words(*planted(), "g"), by_gensim(planted, "g", "", 5))
    assert_answers(analogy(*planted(), ["g"], ["a"]), by_gensim(planted, "g", "a", 5))


@test_case(
    name="A `count` beyond the rest gives all the rest, and a `count` of 0 gives an empty list.",
    points=0.25,
    hidden=True,
)
def test_counts(nearest_words, analogy):
    assert_answers(nearest_words(*planted(), "h", 12), by_gensim(planted, "h", "", 11))
    assert_answers(analogy(*planted(), ["h"], ["b"], 500), by_gensim(planted, "h", "b", 10))
    assert_equal(nearest_words(*planted(), "h", count=0), [])
    assert_equal(analogy(*planted(), ["h"], ["b"], count=0), [])


@test_case(name="The functions of `word_vectors` leave their arguments as they were.", points=0.1, hidden=True)
def test_arguments_stay(nearest_words, analogy):
    table, vocabulary = planted()
    positive, negative = ["l", "h"], ["a"]
    with unchanged(table=table, vocabulary=vocabulary, positive=positive, negative=negative):
        near = nearest_words(table, vocabulary, "k", 3)
        answers = analogy(table, vocabulary, positive, negative, 3)
    assert_answers(near, by_gensim(planted, "k", "", 3))
    assert_answers(answers, by_gensim(planted, "lh", "a", 3))
