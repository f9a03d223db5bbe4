"""Word vectors: gensim's `KeyedVectors`, as words and rows."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from ...check.testing.stand_in import KeyedVectors
from ..wire import WireError
from .checks import checked_text, valid_text
from .message import Message
from .registry import Registry, growing
from .values import Values


class WordVectors:
    """Tells and hears of word vectors."""

    def __init__(self, registry: Registry, values: Values) -> None:
        self._registry = registry
        self._values = values
        self._known: dict[int, tuple[list, Any]] = {}  # words and rows as the other side knows them

    def collect(self, message: Message) -> None:
        told = []
        for number, vectors in growing(self._registry.vectors):
            now = list(vectors.index_to_key), self._values.encode_array(vectors.vectors)
            if self._known.get(number) != now:
                self._known[number] = now
                words, rows = now
                told.append([number, [[valid_text(word) for word in words], rows]])
        message.add("vectors", told)

    def apply(self, number: int, words: Any, rows: Any) -> None:
        array = self._values.decode(rows)
        if not isinstance(words, list) or not isinstance(array, np.ndarray):
            raise WireError("word vectors are none")
        if array.ndim != 2 or len(words) != len(array):
            raise WireError("words and vectors do not fit")
        if self._registry.is_new(self._registry.vectors, number):
            self._registry.enter("vectors", number, KeyedVectors(array.shape[1]))
        vectors = self._registry.vectors[number]
        if self._registry.keeps("vectors", number):
            self._registry.keep("vectors", number, partial(vars(vectors).update, dict(vars(vectors))))
        words = [checked_text(word) for word in words]
        vectors.index_to_key = list(words)
        vectors.key_to_index = {word: row for row, word in enumerate(words)}
        vectors.vectors = array
        vectors.norms = None
        self._known[number] = words, rows
