"""A helper class that keeps unit rows; signs as a vector; an error class of its own."""

import torch
from torch import nn


class UnknownWord(KeyError):
    pass


class _Compass:
    def __init__(self, table, vocabulary):
        lengths = torch.linalg.vector_norm(table.detach(), dim=1, keepdim=True)
        self.unit = table.detach() / lengths  # (V, D)
        self.row_of = vocabulary
        self.word_of = {row: word for word, row in vocabulary.items()}

    def rows(self, words):
        for word in words:
            if word not in self.row_of:
                raise UnknownWord(f"there is no vector for {word}")
        return [self.row_of[word] for word in words]

    def point(self, positive, negative, count):
        rows = self.rows([*positive, *negative])
        signs = torch.tensor([1.0] * len(positive) + [-1.0] * len(negative)).to(self.unit)
        query = signs @ self.unit[rows]
        scores = torch.einsum("vd,d->v", self.unit, query) / query.norm()
        found = []
        for row in torch.argsort(-scores).tolist():
            if len(found) == count:
                break
            if row not in rows:
                found.append((self.word_of[row], scores[row].item()))
        return found


def embedding_from_word_vectors(word_vectors, *, trainable=False):
    rows = torch.tensor(word_vectors.vectors).to(torch.float32)
    embedding = nn.Embedding(*rows.shape, _weight=rows)
    if not trainable:
        embedding.weight.requires_grad = False
    return embedding, {word: i for i, word in enumerate(word_vectors.index_to_key)}


def nearest_words(table, vocabulary, word, count=5):
    return _Compass(table, vocabulary).point([word], [], count)


def analogy(table, vocabulary, positive, negative, count=5):
    return _Compass(table, vocabulary).point(positive, negative, count)
