"""Finds submissions whose own code is the same, or nearly, without comparing each with each.

A file's shingles are the runs of `RUN` tokens in it, as `formatted` gives them. A sample of them, chosen
by their hashes alone, stands for the file (winnowing: Schleimer, Wilkerson and Aiken, SIGMOD 2003, as in
MOSS). Those of the starter are taken away, and those that many files share: what many write alike tells
nothing of two. So the work grows with the class and not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]  # gensim brings it

from ...feedback.tokens import Source, names_in, read_source

RUN = 10
"""Tokens in a shingle, about a line of code: shorter ones are shared by chance."""

WINDOW = 4
"""One of so many shingles in a row is kept: what is RUN + WINDOW - 1 tokens long is never missed."""

LEAST = 20
"""Shingles of its own that a file must have; of less, nothing can be said."""

MANY = 10
"""What more files than this have, and more than one in `MANY_IN`, is what many write."""

MANY_IN = 50

NEARLY = 0.6
"""The share of own shingles from which on two files are nearly the same."""

AT_ONCE = 500
"""Files compared with all others in one product of matrices; memory stays bounded."""


@dataclass(frozen=True)
class Pair:
    """Two students' files.

    Attributes:
        share: of the file with fewer shingles of its own, how many the other has, too.
        is_same: whether the two are equal once formatted alike.
    """

    one: str
    two: str
    share: float
    is_same: bool = False


@dataclass(frozen=True)
class Group:
    """Students whose files pairs hold together.

    Attributes:
        pairs: the closest first; of equal files each with the first of them.
    """

    students: tuple[str, ...]
    pairs: tuple[Pair, ...]


class Similar:
    """Takes in one file after the other; of each it keeps its sample alone.

    Args:
        starter: the file that students were given.
    """

    def __init__(self, starter: bytes) -> None:
        self._given = names_in(starter)
        self._ids: dict[str, int] = {}
        self._starter = _shingles(self._numbers(self.read(starter)))
        self._equal: dict[bytes, list[str]] = {}
        self._samples: list[np.ndarray] = []

    def read(self, code: bytes) -> Source:
        return read_source(code, self._given)

    def add(self, student: str, code: bytes) -> None:
        numbers = self._numbers(self.read(code))
        key = blake2b(numbers.tobytes(), digest_size=16).digest()
        if key in self._equal:
            self._equal[key].append(student)
        else:
            self._equal[key] = [student]
            self._samples.append(np.setdiff1d(_winnowed(_shingles(numbers)), self._starter))

    def groups(self) -> list[Group]:
        """Who stands together: the closest first, of these the larger group."""
        equal = list(self._equal.values())
        pairs = [
            Pair(students[0], other, 1.0, is_same=True)
            for students, sample in zip(equal, self._samples, strict=True)
            if len(sample) >= LEAST
            for other in students[1:]
        ]
        pairs += [Pair(equal[one][0], equal[two][0], share) for one, two, share in _near(self._samples)]
        return _grouped(pairs)

    def _numbers(self, source: Source) -> np.ndarray:
        """The tokens as random numbers (N,), the same for equal tokens, in every run."""
        for token in set(source.tokens) - self._ids.keys():
            digest = blake2b(token.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            self._ids[token] = int.from_bytes(digest, "little")
        return np.fromiter(map(self._ids.__getitem__, source.tokens), np.uint64, len(source.tokens))


def _shingles(numbers: np.ndarray) -> np.ndarray:
    """The hash of each run of `RUN` tokens: (N,) uint64 to (N - RUN + 1,)."""
    count = max(0, len(numbers) - RUN + 1)
    hashes = np.zeros(count, np.uint64)
    for start in range(RUN if count else 0):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + numbers[start : start + count]
    return hashes ^ (hashes >> np.uint64(29))


def _winnowed(shingles: np.ndarray) -> np.ndarray:
    """The smallest hash of every `WINDOW` in a row, each once, sorted."""
    if len(shingles) <= WINDOW:
        return np.unique(shingles[:1])
    return np.unique(np.lib.stride_tricks.sliding_window_view(shingles, WINDOW).min(axis=1))


def _near(samples: list[np.ndarray]) -> Iterator[tuple[int, int, float]]:
    """Every two samples that share enough of what not many have, by their numbers."""
    if len(samples) < 2:
        return
    hashes, columns, counts = np.unique(np.concatenate(samples), return_inverse=True, return_counts=True)
    rows = np.repeat(np.arange(len(samples)), [len(sample) for sample in samples])
    kept = (counts <= max(MANY, len(samples) // MANY_IN))[columns]
    shape = (len(samples), len(hashes))
    table = csr_array((np.ones(kept.sum(), np.int32), (rows[kept], columns[kept])), shape)  # (files, shingles)
    own = np.bincount(rows[kept], minlength=len(samples))
    for start in range(0, len(samples), AT_ONCE):
        shared = (table[start : start + AT_ONCE] @ table.T).tocoo()
        one, two = shared.coords[0] + start, shared.coords[1]
        fewer = np.minimum(own[one], own[two])
        found = (one < two) & (fewer >= LEAST) & (shared.data >= NEARLY * fewer)
        for i in np.flatnonzero(found):
            yield int(one[i]), int(two[i]), float(shared.data[i] / fewer[i])


def _grouped(pairs: list[Pair]) -> list[Group]:
    """Put together what pairs connect."""
    leader: dict[str, str] = {}

    def lead(student: str) -> str:
        while (above := leader.setdefault(student, student)) != student:
            leader[student] = student = leader.get(above, above)
        return student

    for pair in pairs:
        leader[lead(pair.two)] = lead(pair.one)
    together: dict[str, list[Pair]] = defaultdict(list)
    for pair in sorted(pairs, key=lambda pair: (-pair.share, not pair.is_same, pair.one, pair.two)):
        together[lead(pair.one)].append(pair)
    groups = [
        Group(tuple(dict.fromkeys(name for pair in found for name in (pair.one, pair.two))), tuple(found))
        for found in together.values()
    ]
    return sorted(groups, key=lambda group: (-group.pairs[0].share, -len(group.students)))
