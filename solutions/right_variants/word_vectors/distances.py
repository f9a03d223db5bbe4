"""In float64, by the distance of unit vectors: cosine = 1 - distance ** 2 / 2."""

import numpy as np
import torch
from torch import nn


def embedding_from_word_vectors(word_vectors, *, trainable=False):
    matrix = np.array(word_vectors.vectors, dtype=np.float32, copy=True)
    embedding = nn.Embedding(*matrix.shape)
    embedding.weight = nn.Parameter(torch.from_numpy(matrix), requires_grad=trainable)
    vocabulary = {}
    for word in word_vectors.index_to_key:
        vocabulary[word] = word_vectors.key_to_index[word]
    return embedding, vocabulary


def nearest_words(table, vocabulary, word, count=5):
    return analogy(table, vocabulary, positive=[word], negative=[], count=count)


def analogy(table, vocabulary, positive, negative, count=5):
    vectors = table.detach().clone().double()
    vectors /= vectors.pow(2).sum(dim=1, keepdim=True).sqrt()
    asked = [vocabulary[word] for word in list(positive) + list(negative)]
    query = sum(vectors[vocabulary[word]] for word in positive)
    query = query - sum(vectors[vocabulary[word]] for word in negative)
    query = query / query.pow(2).sum().sqrt()
    cosines = (
        1 - torch.cdist(vectors, query[None], compute_mode="donot_use_mm_for_euclid_dist")[:, 0] ** 2 / 2
    )
    words = sorted(vocabulary, key=vocabulary.get)
    order = torch.sort(cosines, descending=True).indices.tolist()
    return [(words[row], float(cosines[row])) for row in order if row not in asked][:count]
