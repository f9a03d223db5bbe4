import torch
import torch.nn.functional as F
from torch import nn


def embedding_from_word_vectors(word_vectors, *, trainable=False):
    weights = torch.tensor(word_vectors.vectors, dtype=torch.float32)
    embedding = nn.Embedding.from_pretrained(weights, freeze=not trainable)
    return embedding, dict(word_vectors.key_to_index)


def nearest_words(table, vocabulary, word, count=5):
    return analogy(table, vocabulary, [word], [], count)


@torch.no_grad()
def analogy(table, vocabulary, positive, negative, count=5):
    added = [vocabulary[word] for word in positive]
    taken = [vocabulary[word] for word in negative]
    unit = F.normalize(table.float(), dim=1)
    target = F.normalize(unit[added].sum(0) - unit[taken].sum(0), dim=0)
    cosines = unit @ target
    cosines[added + taken] = -torch.inf
    values, rows = cosines.topk(min(count, len(vocabulary) - len(added + taken)))
    word_of = {row: word for word, row in vocabulary.items()}
    return [(word_of[row], value) for row, value in zip(rows.tolist(), values.tolist())]
