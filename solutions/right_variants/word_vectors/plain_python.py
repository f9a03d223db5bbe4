import math

import torch
from torch import nn


def embedding_from_word_vectors(word_vectors, *, trainable=False):
    V = len(word_vectors.index_to_key)
    embedding = nn.Embedding(V, word_vectors.vector_size)
    vocabulary = {}
    with torch.no_grad():
        for i in range(V):
            embedding.weight[i] = torch.tensor(word_vectors.vectors[i])
            vocabulary[word_vectors.index_to_key[i]] = i
    if not trainable:
        embedding.weight.requires_grad = False
    return embedding, vocabulary


def vector_length(vector):
    return math.sqrt(sum(x * x for x in vector))


def cosine_of(a, b):
    return sum(x * y for x, y in zip(a, b)) / (vector_length(a) * vector_length(b))


def nearest_words(table, vocabulary, word, count=5):
    rows = table.tolist()
    if word not in vocabulary:
        raise KeyError(word)
    target = rows[vocabulary[word]]
    answers = []
    for other, row in vocabulary.items():
        if other != word:
            answers.append((other, cosine_of(rows[row], target)))
    answers.sort(key=lambda answer: answer[1], reverse=True)
    return answers[:count]


def analogy(table, vocabulary, positive, negative, count=5):
    rows = table.tolist()
    target = [0.0] * table.shape[1]
    for sign, words in [(1, positive), (-1, negative)]:
        for word in words:
            row = rows[vocabulary[word]]
            length = vector_length(row)
            for j in range(len(target)):
                target[j] += sign * row[j] / length
    answers = []
    for word in vocabulary:
        if word not in positive and word not in negative:
            answers.append((word, cosine_of(rows[vocabulary[word]], target)))
    answers.sort(key=lambda answer: -answer[1])
    return answers[:count]
