import numpy as np
import torch


class NoSuchWord(KeyError):
    pass


class UnitRows:
    """The rows of a table, each of length 1, as a float64 NumPy array."""

    def __init__(self, table, vocabulary):
        rows = table.detach().to(torch.float64).numpy()
        self.unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        self.vocabulary = vocabulary
        self.words = np.empty(len(rows), dtype=object)
        for word, row in vocabulary.items():
            self.words[row] = word

    def __getitem__(self, word):
        if word not in self.vocabulary:
            raise NoSuchWord(f"{word} has no row")
        return self.unit[self.vocabulary[word]]

    def ranked(self, direction, without, count):
        cosines = self.unit @ (direction / np.linalg.norm(direction))
        order = [row for row in np.argsort(-cosines) if self.words[row] not in without]
        return [(self.words[row], cosines[row]) for row in order[:count]]


def embedding_from_word_vectors(word_vectors, *, trainable=False):
    matrix = np.array(word_vectors.vectors, dtype=np.float32, copy=True)
    embedding = torch.nn.Embedding(*matrix.shape)
    embedding.weight.data = torch.from_numpy(matrix)
    embedding.weight.requires_grad_(trainable)
    return embedding, {word: row for row, word in enumerate(word_vectors.index_to_key)}


def nearest_words(table, vocabulary, word, count=5):
    rows = UnitRows(table, vocabulary)
    return rows.ranked(rows[word], {word}, count)


def analogy(table, vocabulary, positive, negative, count=5):
    rows = UnitRows(table, vocabulary)
    direction = np.zeros(table.shape[1])
    for word in positive:
        direction = direction + rows[word]
    for word in negative:
        direction = direction - rows[word]
    return rows.ranked(direction, {*positive, *negative}, count)
