"""gensim's `KeyedVectors` or, where gensim cannot be installed, a small class with what is promised of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

try:
    from gensim.models import KeyedVectors as KeyedVectors
except ImportError:

    class KeyedVectors:  # type: ignore[no-redef]
        """Words and their vectors, as gensim 4 keeps them.

        Attributes:
            vectors: a row for each word, (V, D).
            index_to_key: the words in the order of the rows.
            key_to_index: each word's row.
        """

        def __init__(self, vector_size: int, count: int = 0, dtype: Any = np.float32) -> None:
            self.vector_size = vector_size
            self.vectors = np.zeros((count, vector_size), dtype)
            self.index_to_key: list[str] = [None] * count  # type: ignore[list-item]
            self.key_to_index: dict[str, int] = {}

        def add_vectors(self, keys: Sequence[str], weights: Any) -> None:
            """Append words and their rows."""
            for row, word in enumerate(keys, len(self.index_to_key)):
                self.index_to_key.append(word)
                self.key_to_index[word] = row
            self.vectors = np.vstack([self.vectors, np.asarray(weights)]).astype(self.vectors.dtype)

        def get_vector(self, key: str) -> np.ndarray:
            """The row of a word; KeyError if it is unknown."""
            if key not in self.key_to_index:
                raise KeyError(f"Key '{key}' not present")
            return self.vectors[self.key_to_index[key]]

        def __getitem__(self, keys: str | Sequence[str]) -> np.ndarray:
            return self.get_vector(keys) if isinstance(keys, str) else np.vstack([self.get_vector(key) for key in keys])

        def __contains__(self, key: str) -> bool:
            return key in self.key_to_index

        def __len__(self) -> int:
            return len(self.index_to_key)
