"""`F.cosine_similarity` and `topk`, the query words masked out with minus infinity."""

import torch
import torch.nn.functional as F
from torch import nn


def embedding_from_word_vectors(word_vectors, *, trainable=False):
    rows = torch.from_numpy(word_vectors.vectors.copy()).float()
    return nn.Embedding.from_pretrained(rows, freeze=not trainable), dict(word_vectors.key_to_index)


def nearest_words(table, vocabulary, word, count=5):
    return _best(table, vocabulary, {vocabulary[word]: 1.0}, count)


def analogy(table, vocabulary, positive, negative, count=5):
    signs = {vocabulary[word]: 1.0 for word in positive}
    signs.update({vocabulary[word]: -1.0 for word in negative})
    return _best(table, vocabulary, signs, count)


@torch.no_grad()
def _best(table, vocabulary, signs, count):
    unit = F.normalize(table, dim=1)
    query = sum(sign * unit[row] for row, sign in signs.items())
    scores = F.cosine_similarity(unit, query.unsqueeze(0), dim=1)
    scores[list(signs)] = -torch.inf
    values, rows = scores.topk(min(count, len(vocabulary) - len(signs)))
    word_of = dict(zip(vocabulary.values(), vocabulary.keys(), strict=True))
    return [(word_of[row], value) for row, value in zip(rows.tolist(), values.tolist(), strict=True)]
