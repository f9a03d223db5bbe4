"""Probes of `word_vectors`: small calls that tell one known mistake from another."""

from typing import Any

import torch
from check.hints.probing import WORDS, Probe, fruit, gradients, ids, kind_of, left, refusal
from torch import nn


def word_vectors(kind_of_number: str = "float32") -> Any:
    from check.testing.api import KeyedVectors

    vectors = KeyedVectors(vector_size=3, dtype=kind_of_number)
    vectors.add_vectors(sorted(WORDS, key=WORDS.__getitem__), fruit().numpy().astype(kind_of_number))
    return vectors


def _aliases_of_embedding(embedding_from_word_vectors: Probe) -> Any:
    vectors = word_vectors()
    embedding, vocabulary = embedding_from_word_vectors(vectors, trainable=True)
    with torch.no_grad():
        embedding.weight[1] += 5.0
    vocabulary["fig"] = 100
    return [vectors.vectors.tolist(), embedding_from_word_vectors(vectors)[1]]


def _rows_that_learn(embedding_from_word_vectors: Probe) -> Any:
    embedding, _ = embedding_from_word_vectors(word_vectors(), trainable=True)
    return gradients(embedding(ids(0, 3, 6, 0)), embedding.weight)


PROBES: dict[str, dict[str, Probe]] = {
    "embedding_from_word_vectors": {
        "an embedding": lambda f: [isinstance((made := f(word_vectors()))[0], nn.Embedding), made[0].weight],
        "two things": lambda f: [isinstance(thing, dict) for thing in f(word_vectors())],
        "a vocabulary": lambda f: f(word_vectors())[1],
        "dtypes": lambda f: [kind_of(f(word_vectors(kind))[0].weight) for kind in ("float32", "float64")],
        "what learns": lambda f: [
            f(word_vectors(), **chosen)[0].weight.requires_grad
            for chosen in ({}, {"trainable": False}, {"trainable": True})
        ],
        "gradient": _rows_that_learn,
        "aliases": _aliases_of_embedding,
    },
    "nearest_words": {
        "three": lambda f: f(fruit(), dict(WORDS), "kiwi", 3),
        "all": lambda f: f(fruit(), dict(WORDS), "plum", 100),
        "five": lambda f: len(f(fruit(), dict(WORDS), "date")),
        "none": lambda f: f(fruit(), dict(WORDS), "date", 0),
        "capitals": lambda f: f(fruit(), dict(WORDS), "Apple", 1),
        "unknown": lambda f: refusal(KeyError, lambda: f(fruit(), dict(WORDS), "Nut", 2), "Nut"),
    },
    "analogy": {
        "three": lambda f: f(fruit(), dict(WORDS), ["pear", "fig", "date"], ["kiwi"], 3),
        "all": lambda f: f(fruit(), dict(WORDS), ["plum", "apple"], ["Apple"], 100),
        "one word": lambda f: f(fruit(), dict(WORDS), ["kiwi"], [], 6),
        "more to take away": lambda f: f(fruit(), dict(WORDS), ["kiwi"], ["date", "plum"], 2),
        "none": lambda f: f(fruit(), dict(WORDS), ["kiwi"], [], 0),
        "unknown": lambda f: refusal(KeyError, lambda: f(fruit(), dict(WORDS), ["kiwi", "nut"], [], 2), "nut"),
        "unknown to take away": lambda f: refusal(
            KeyError, lambda: f(fruit(), dict(WORDS), ["kiwi"], ["nut"], 2), "nut"
        ),
        "a table that learns": lambda f: len(f(fruit().requires_grad_(), dict(WORDS), ["kiwi"], ["fig"], 2)),
        "its inputs": lambda f: left(f, fruit(), dict(WORDS), ["kiwi"], ["fig"], 2),
    },
}
"""For each function its probes by name; each takes the function first, others by their names."""
