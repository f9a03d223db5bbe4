"""Hidden cases of `word_vectors`. The expected answers are gensim's own or, without gensim, by its definition."""

import copy
from functools import cache
from random import Random

import numpy as np
import torch
from check.testing.api import (
    TABLE,
    Domain,
    KeyedVectors,
    assert_answers,
    assert_close,
    assert_equal,
    glove,
    raises,
    require,
    seeded,
    test_case,
    unchanged,
    untouched,
    with_gradient,
)
from torch import nn

from autograder.covering_array import cover, deal

OK_FORMAT = False
name = "word_vectors_hidden"

# The domain of each function ---------------------------------------------------------------------

VECTORS = Domain(
    "embedding_from_word_vectors",
    ("word_vectors",),
    {
        "there are": {
            "more than 64 words": lambda c: len(c.word_vectors) > 64,
            "as many words as columns": lambda c: len(c.word_vectors) == c.word_vectors.vector_size,
            "another number of words": lambda c: True,
        },
        "the vectors are": {
            "float32": lambda c: c.word_vectors.vectors.dtype == np.float32,
            "of another dtype": lambda c: True,
        },
        "`trainable` is": {
            "true": lambda c: c.trainable,
            "false": lambda c: c.trainable is False,
            "not given": lambda c: True,
        },
        "the words": {
            "are lower case": lambda c: all(map(str.islower, c.word_vectors.index_to_key)),
            "differ in case alone": lambda c: True,
        },
    },
)
QUERY = {
    "the table is": TABLE["the table is"],
    "the dtype is": {
        "float32": lambda c: c.table.dtype == torch.float32,
        "float64": lambda c: True,
    },
    "the table lies": TABLE["the table lies"],
    "the table": TABLE["the table"],
    "the rows are": {
        "of about one length": lambda c: float(c.table.norm(dim=1).max() / c.table.norm(dim=1).min()) < 1.5,
        "of very different lengths": lambda c: True,
    },
    "the vocabulary lists": {
        "its words by their rows": lambda c: [*c.vocabulary.values()] == sorted(c.vocabulary.values()),
        "its words in another order": lambda c: True,
    },
    "the words": {
        "are lower case": lambda c: all(map(str.islower, c.vocabulary)),
        "differ in case alone": lambda c: True,
    },
    "the row of the first word is": {
        "the first": lambda c: first_row(c) == 0,
        "the last": lambda c: first_row(c) == len(c.table) - 1,
        "another one": lambda c: True,
    },
    "`count` is": {
        "not given": lambda c: c.count is None,
        "larger than what is left": lambda c: c.count > len(c.table),
        "smaller than what is left": lambda c: True,
    },
}
PARALLEL = {
    "another row": {
        "points the same way": lambda c: alike(c) > 1,
        "points elsewhere": lambda c: True,
    },
}
LISTS = {
    f"`{name}` holds": {
        "no word": lambda c, name=name: not c.arguments[name],
        "one word": lambda c, name=name: len(c.arguments[name]) == 1,
        "several words": lambda c: True,
    }
    for name in ("positive", "negative")
}


def query_of(c):
    return [c.word] if c.word is not None else [*c.positive, *c.negative]


def first_row(c):
    return c.vocabulary[query_of(c)[0]]


def alike(c):
    """How many rows point where the row of the first word points, itself included."""
    table = c.table.detach().double()
    return int((torch.cosine_similarity(table, table[first_row(c)][None]) > 0.9999).sum())


def has_known_words(c):
    return all(word in c.vocabulary for word in query_of(c))


NEAREST = Domain("nearest_words", ("table", "vocabulary", "word", "count"), QUERY | PARALLEL, where=has_known_words)
ANALOGY = Domain(
    "analogy",
    ("table", "vocabulary", "positive", "negative", "count"),
    QUERY | LISTS,
    ({"`positive` holds": ("no word",), "`negative` holds": ("no word",)},),
    where=has_known_words,
)
NEAREST_TO_UNKNOWN = Domain(
    "nearest_words",
    ("table", "vocabulary", "word", "count"),
    {
        "the unknown word": {
            "differs in case alone": lambda c: c.word.lower() in c.vocabulary,
            "is none": lambda c: True,
        }
    },
    where=lambda c: not has_known_words(c),
    strength=1,
)
ANALOGY_OF_UNKNOWN = Domain(
    "analogy",
    ("table", "vocabulary", "positive", "negative", "count"),
    {
        "the unknown word": {
            "is added": lambda c: not {*c.positive} <= {*c.vocabulary},
            "is taken away": lambda c: True,
        },
        "the unknown word comes": {
            "first": lambda c: query_of(c)[0] not in c.vocabulary,
            "after others": lambda c: True,
        },
    },
    where=lambda c: not has_known_words(c),
    strength=1,
)
DOMAINS = (VECTORS, NEAREST, NEAREST_TO_UNKNOWN, ANALOGY, ANALOGY_OF_UNKNOWN)

SIZES = {
    "of more than 64 rows": (66, 4),
    "square": (6, 6),
    "of another shape": (9, 3),
}
"""At least as many rows as a query of four words leaves some of."""


def make_words(row, count):
    # Every other word is a part of the one after it.
    cases = ("W{}", "w{}") if row["the words"] == "differ in case alone" else ("w{}", "w{}s")
    return [cases[at % 2].format("abcdefghij"[at // 20] + "abcdefghij"[at // 2 % 10]) for at in range(count)]


def make_query(row, seed):
    """A table, a vocabulary, the lists of words to add and to take away, and the arguments that remain."""
    rows, columns = SIZES[row["the table is"]]
    if rows == 9 and seed % 2:
        rows, columns = 7, 8
    table = torch.randn(rows, columns, generator=seeded(seed), dtype=torch.float64)
    table /= table.norm(dim=1, keepdim=True)
    if row["the rows are"] == "of very different lengths":
        table *= (
            10 ** torch.linspace(-4, 2, rows, dtype=torch.float64)[torch.randperm(rows, generator=seeded(seed)), None]
        )
    first = {"the first": 0, "the last": rows - 1, "another one": 2}[row["the row of the first word is"]]
    if row.get("another row") == "points the same way":
        table[3] = table[first] * 0.8
    table = table.to(getattr(torch, row["the dtype is"]))
    if row["the table lies"] == "in memory in another way":
        table = table.T.contiguous().T
    if row["the table"] == "needs a gradient":
        table = with_gradient(table, seed)
    words = make_words(row, rows)
    others = [word for word in words if word != words[first]]
    order = Random(seed).sample(range(rows), rows) if "another" in row["the vocabulary lists"] else range(rows)
    sizes = [
        {"no word": 0, "one word": 1, "several words": 2}[row.get(f"`{name}` holds", "no word")]
        for name in ("positive", "negative")
    ]
    query = [words[first], *others[1:4]][: sum(sizes) or 1]
    count = {"not given": {}, "larger than what is left": {"count": rows + 7}}
    given = count.get(row["`count` is"], {"count": 2})
    return table, {words[at]: at for at in order}, query[: sizes[0]], query[sizes[0] :], given


def right_answers(table, vocabulary, positive, negative, count=5):
    """What the conventions say, word by word and in float64."""
    unit = torch.nn.functional.normalize(table.detach().double(), dim=1)
    query = sum(unit[vocabulary[word]] for word in positive) - sum(unit[vocabulary[word]] for word in negative)
    cosines = torch.cosine_similarity(unit, torch.as_tensor(query)[None]).tolist()
    left = [(word, cosines[at]) for word, at in vocabulary.items() if word not in (*positive, *negative)]
    return sorted(left, key=lambda answer: -answer[1])[:count]


def sentence_of(row):
    """Which sentence a row of `NEAREST` or `ANALOGY` is tried under."""
    if row["`count` is"] == "larger than what is left":
        return "count"
    if row["the table"] == "needs a gradient":
        return "gradient"
    if "another" in row["the vocabulary lists"]:
        return "order"
    return "default" if row["`count` is"] == "not given" else "values"


@cache
def query(domain, seed):
    """What `make_query` gives for a row of a domain, and the right answers."""
    made = make_query(cover(domain)[seed], seed)
    table, vocabulary, positive, negative, given = made
    if domain is NEAREST:
        positive, negative = negative, []
    return *made, right_answers(table, vocabulary, positive, negative, **given)


def queries(domain, sentence):
    """Fresh copies of the queries of the rows tried under a sentence."""
    for seed, _ in deal(domain, sentence_of, unchanged=lambda row: True)[sentence]:
        table, vocabulary, positive, negative, given, right = query(domain, seed)
        fresh = copy.deepcopy(table) if table.is_leaf else table.clone()
        yield fresh, dict(vocabulary), [*positive], [*negative], given, right


def same_nearest(nearest_words, sentence, around=untouched):
    for table, vocabulary, _, (word,), given, right in queries(NEAREST, sentence):
        with around(table=table, vocabulary=vocabulary):
            answers = nearest_words(table, vocabulary, word, **given)
        assert_answers(answers, right)


def same_analogies(analogy, sentence, around=untouched):
    for table, vocabulary, positive, negative, given, right in queries(ANALOGY, sentence):
        with around(table=table, vocabulary=vocabulary, positive=positive, negative=negative):
            answers = analogy(table, vocabulary, positive, negative, **given)
        assert_answers(answers, right)


def same_after_training(answers_of, positive, negative):
    """Demand right answers of one table before and after its numbers changed in place, as a step of training does."""
    table, vocabulary = planted()
    for _ in range(2):
        assert_answers(answers_of(table, vocabulary), right_answers(table, vocabulary, positive, negative, 11))
        table.copy_(table.roll(1, dims=0))


WORDS = ["<pad>", "apple ", "New_York", "Apple", "cafe\u0301", ""]  # as no cleaning of texts would leave them
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


def made_vectors(sentence):
    """Word vectors of the rows of `VECTORS` tried under a sentence, each with the arguments that go with them."""
    sizes = {
        "more than 64 words": (66, 3),
        "as many words as columns": (4, 4),
        "another number of words": (7, 3),
    }
    dealt = deal(
        VECTORS,
        lambda row: "rows" if row["the words"] == "are lower case" else "words",
        trainable=lambda row: row["`trainable` is"] == "true",
        frozen=lambda row: row["`trainable` is"] != "true",
        copy=lambda row: row["the vectors are"] == "float32",
        unchanged=lambda row: row["the vectors are"] == "float32",
    )
    for seed, row in dealt[sentence]:
        count, columns = sizes[row["there are"]]
        if count == 7 and seed % 2:
            count, columns = 3, 5
        dtype = np.float32 if row["the vectors are"] == "float32" else (np.float64, np.float16)[seed % 2]
        vectors = KeyedVectors(vector_size=columns, dtype=dtype)
        numbers = torch.randn(count, columns, generator=seeded(seed), dtype=torch.float64).numpy()
        vectors.add_vectors(make_words(row, count), numbers.astype(dtype))
        given = {"true": {"trainable": True}, "false": {"trainable": False}}
        yield vectors, given.get(row["`trainable` is"], {})


def rows():
    return torch.tensor(ROWS).float()


def planted():
    """The table, and a vocabulary that lists its words backwards."""
    return PLANTED.clone(), {word: row for row, word in reversed(list(enumerate("abcdefghijkl")))}


def planted_below(far):
    """The table below 4,500 rows `far` (3,), and a vocabulary that lists these last."""
    table, vocabulary = planted()
    vocabulary = {word: row + 4500 for word, row in vocabulary.items()} | {f"far{row}": row for row in range(4500)}
    return torch.cat([far.expand(4500, 3), table]), vocabulary


def shuffled():
    """The same table under other words, listed in another order."""
    rows = {"w": 4, "q": 0, "e": 11, "r": 2, "t": 7, "y": 1, "u": 9, "i": 3, "o": 10, "p": 5, "a": 8, "s": 6}
    return PLANTED.clone(), rows


def real_words():
    """The words of some queries and the 1,100 most frequent GloVe words."""
    words, table = _glove()
    return table.clone(), {word: row for row, word in enumerate(words)}


@cache
def _glove():
    words, table = glove(3000)
    chosen = [*dict.fromkeys(["london", "england", "japan", "tokyo", *words[:1100]])]
    return chosen, table[[words.index(word) for word in chosen]]


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
    points=0.6,
    hidden=True,
)
def test_embedding_has_the_rows(embedding_from_word_vectors):
    ids = torch.tensor([[1, 0], [2, 1]])
    embedding, _ = embedding_from_word_vectors(word_vectors(np.float64))
    assert_close(embedding(ids).detach(), rows()[ids])
    for vectors, given in made_vectors("rows"):
        embedding, _ = embedding_from_word_vectors(vectors, **given)
        require(isinstance(embedding, nn.Embedding), "not an nn.Embedding")
        assert_close(embedding.weight.detach(), torch.tensor(vectors.vectors).float())


@test_case(
    name="`embedding_from_word_vectors` gives a dictionary from every word to its row, words taken as they are.",
    points=0.5,
    hidden=True,
)
def test_embedding_comes_with_its_vocabulary(embedding_from_word_vectors):
    _, vocabulary = embedding_from_word_vectors(word_vectors())
    assert_equal(vocabulary, {word: row for row, word in enumerate(WORDS)})
    backwards = KeyedVectors(vector_size=4)
    backwards.add_vectors(WORDS[::-1], rows().numpy())
    _, vocabulary = embedding_from_word_vectors(backwards)
    assert_equal(vocabulary, {word: 5 - row for row, word in enumerate(WORDS)})
    for vectors, given in made_vectors("words"):
        embedding, vocabulary = embedding_from_word_vectors(vectors, **given)
        assert_equal(vocabulary, {word: at for at, word in enumerate(vectors.index_to_key)})
        assert_close(embedding.weight.detach(), torch.tensor(vectors.vectors).float())


@test_case(
    name="`embedding_from_word_vectors` freezes the embedding, unless `trainable=True` asks for one that learns.",
    points=0.1,
    hidden=True,
)
def test_embedding_is_frozen_or_not(embedding_from_word_vectors):
    for vectors, given in (*made_vectors("trainable"), *made_vectors("frozen")):
        embedding, _ = embedding_from_word_vectors(vectors, **given)
        assert_close(embedding.weight.detach(), torch.tensor(vectors.vectors).float())
        wanted = given.get("trainable", False)
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
    assert_close(embedding.weight.detach(), rows())
    with torch.no_grad():
        embedding.weight[1] += 5.0
    vocabulary["yeti"] = 6
    for given in ({}, {"trainable": True}):
        another, its_vocabulary = embedding_from_word_vectors(vectors, **given)
        assert_close(another.weight.detach(), rows())
        assert_equal(sorted(its_vocabulary), sorted(WORDS))
    for vectors, given in made_vectors("copy"):
        before = torch.tensor(vectors.vectors).float()
        embedding, _ = embedding_from_word_vectors(vectors, **given)
        vectors.vectors[:] += 1.0
        assert_close(embedding.weight.detach(), before, of="the embedding, after word_vectors was changed,")
        after, _ = embedding_from_word_vectors(vectors)
        assert_close(after.weight.detach(), torch.tensor(vectors.vectors).float())


@test_case(
    name="`nearest_words` lists the words whose rows have the highest cosine with the word's row, best first.",
    points=0.65,
    hidden=True,
)
def test_nearest_words(nearest_words):
    assert_answers(nearest_words(*planted(), "b", 11), by_gensim(planted, "b", "", 11))
    assert_answers(nearest_words(*real_words(), "london", 7), by_gensim(real_words, ("london",), (), 7))
    same_nearest(nearest_words, "values")
    assert_answers(nearest_words(*planted_below(-PLANTED[6]), "g", 6), by_gensim(planted, "g", "", 6))
    same_after_training(lambda table, vocabulary: nearest_words(table, vocabulary, "b", 11), ["b"], [])


@test_case(
    name="`analogy` adds the unit vectors of `positive`, subtracts those of `negative`, and lists the "
    "words with the highest cosine, best first.",
    points=0.85,
    hidden=True,
)
def test_analogy(analogy):
    assert_answers(analogy(*planted(), ["a", "c"], ["b"], 9), by_gensim(planted, "ac", "b", 9))
    same_analogies(analogy, "values")
    same_after_training(lambda table, vocabulary: analogy(table, vocabulary, ["a", "c"], ["b"], 11), ["a", "c"], ["b"])


@test_case(
    name="`analogy` gives what gensim's `most_similar` gives for the same vectors, written with torch.",
    points=0.5,
    hidden=True,
)
def test_analogy_on_real_words(analogy):
    expected = by_gensim(real_words, ("london", "japan"), ("england",), 6)
    assert_answers(analogy(*real_words(), ["london", "japan"], ["england"], count=6), expected)


@test_case(name="`positive` and `negative` are lists of words. One of them may be empty.", points=0.3, hidden=True)
def test_lists_of_any_length(analogy):
    for plus, minus in [("", "d"), ("gild", ""), ("k", "bdh")]:
        expected = by_gensim(planted, plus, minus, 4)
        assert_answers(analogy(*planted(), list(plus), list(minus), count=4), expected)


@test_case(name="`analogy` leaves out every word of the query, positive or negative.", points=0.3, hidden=True)
def test_query_words_are_left_out(analogy):
    assert_answers(analogy(*planted(), ["g", "h"], ["l"], count=12), by_gensim(planted, "gh", "l", 12))
    far = -torch.nn.functional.normalize(PLANTED)[[6, 7, 11]].T @ torch.tensor([1.0, 1.0, -1.0])
    answers = analogy(*planted_below(far), ["g", "h"], ["l"], count=9)
    assert_answers(answers, by_gensim(planted, "gh", "l", 9))


@test_case(
    name="`vocabulary` maps words one-to-one onto the rows of `table`, and may list them in any order.",
    points=0.3,
    hidden=True,
)
def test_vocabulary_in_any_order(nearest_words, analogy):
    assert_answers(nearest_words(*shuffled(), "i"), by_gensim(shuffled, "i", "", 5))
    table, vocabulary = shuffled()
    turned = {word: 11 - row for word, row in vocabulary.items()}  # the same words, of other rows
    assert_answers(nearest_words(table, turned, "i"), right_answers(table, turned, ["i"], []))
    assert_answers(analogy(table, turned, ["i"], ["q"]), right_answers(table, turned, ["i"], ["q"]))
    same_nearest(nearest_words, "order")
    same_analogies(analogy, "order")


@test_case(
    name="`table` may require gradients, as the weight of a trainable embedding does.",
    points=0.25,
    hidden=True,
)
def test_table_may_require_gradients(nearest_words, analogy):
    table, vocabulary = planted()
    assert_answers(nearest_words(nn.Parameter(table), vocabulary, "c"), by_gensim(planted, "c", "", 5))
    same_nearest(nearest_words, "gradient")
    same_analogies(analogy, "gradient")


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
    table, vocabulary = planted()
    vocabulary["<unk>"] = vocabulary.pop("l")
    with raises(KeyError, quoting=["quokka"]):
        nearest_words(table, vocabulary, "quokka")
    with raises(KeyError, quoting=["quokka"]):
        nearest_words(*real_words(), "quokka")
    with raises(KeyError, quoting=["quokka"]):
        analogy(*real_words(), ["king"], ["quokka"])
    with raises(KeyError, quoting=["quokka"]):
        analogy(table, vocabulary, ["quokka", "a", "b"], ["c"])
    with raises(KeyError, quoting=["quokka"]):
        analogy(*planted(), ["a", "b"], ["quokka"])
    for unknown, plus, minus in (("A", ["A"], ["b"]), ("B", ["a"], ["B"])):
        with raises(KeyError, quoting=[unknown]):
            analogy(*planted(), plus, minus)


@test_case(
    name="`nearest_words` and `analogy` give 5 words, unless `count` asks for another number.",
    points=0.25,
    hidden=True,
)
def test_five_words_by_default(nearest_words, analogy):
    assert_answers(nearest_words(*planted(), "g"), by_gensim(planted, "g", "", 5))
    same_nearest(nearest_words, "default")
    same_analogies(analogy, "default")


@test_case(
    name="A `count` larger than the words left gives all of them, and a `count` of 0 gives an empty list.",
    points=0.25,
    hidden=True,
)
def test_counts(nearest_words, analogy):
    assert_answers(nearest_words(*planted(), "h", 500), by_gensim(planted, "h", "", 11))
    opposite = torch.tensor([[0.0, 1.0], [2.0, 0.0], [-1.0, 0.0]])
    for take in (lambda *given: nearest_words(*given, "b", 8), lambda *given: analogy(*given, ["b"], [], 8)):
        assert_answers(take(opposite.clone(), {"a": 0, "b": 1, "c": 2}), [("a", 0.0), ("c", -1.0)])
    assert_equal(nearest_words(*planted(), "h", count=0), [])
    assert_equal(analogy(*planted(), ["h"], ["b"], count=0), [])
    same_nearest(nearest_words, "count")
    same_analogies(analogy, "count")


@test_case(name="The functions of `word_vectors` leave their arguments as they were.", points=0.1, hidden=True)
def test_arguments_stay(nearest_words, analogy, embedding_from_word_vectors):
    same_nearest(nearest_words, "unchanged", around=unchanged)
    same_analogies(analogy, "unchanged", around=unchanged)
    for vectors, given in made_vectors("unchanged"):
        before, words = torch.tensor(vectors.vectors), [*vectors.index_to_key]
        embedding, _ = embedding_from_word_vectors(vectors, **given)
        assert_close(embedding.weight.detach(), before)
        require(np.array_equal(vectors.vectors, before) and vectors.index_to_key == words, "the vectors changed")
