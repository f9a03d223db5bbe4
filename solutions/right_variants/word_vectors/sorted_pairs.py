"""Scores every word that is no query word and sorts the pairs in Python."""

import torch
from torch import nn


def embedding_from_word_vectors(word_vectors, *, trainable=False):
    size, dim = word_vectors.vectors.shape
    embedding = nn.Embedding(size, dim)
    with torch.no_grad():
        embedding.weight.copy_(torch.as_tensor(word_vectors.vectors))
    embedding.requires_grad_(trainable)
    return embedding, {word: word_vectors.get_index(word) for word in word_vectors.index_to_key}


def _unit(vectors):
    return vectors / vectors.norm(dim=-1, keepdim=True)


def nearest_words(table, vocabulary, word, count=5):
    unit = _unit(table.detach())
    cosines = (unit @ unit[vocabulary[word]]).tolist()
    scored = [(other, cosines[row]) for other, row in vocabulary.items() if other != word]
    return sorted(scored, key=lambda pair: -pair[1])[:count]


def analogy(table, vocabulary, positive, negative, count=5):
    unit = _unit(table.detach())
    query = torch.zeros_like(unit[0])
    for word in positive:
        query = query + unit[vocabulary[word]]
    for word in negative:
        query = query - unit[vocabulary[word]]
    cosines = (unit @ _unit(query)).tolist()
    asked = set(positive) | set(negative)
    scored = [(word, cosines[row]) for word, row in vocabulary.items() if word not in asked]
    scored.sort(key=lambda pair: pair[1], reverse=True)
    return scored[:count]
