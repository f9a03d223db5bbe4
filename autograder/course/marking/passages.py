"""Which long passages of an answer stand elsewhere, word for word: in the handout, in the model answer, in others'."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ...check.loading.answers import WITHOUT_SPACES

RUN = 8
"""Words in a row that two texts hardly share by chance."""

LONGEST = 5_000
"""Words of a text that are looked at."""

MANY = 20
"""A run that more answers than this have, or than half of a small class, tells little of two of them."""

MOSTLY = 0.4
"""The share of an answer's runs that tells something even where many have them: many copies of one text."""

_WORD = re.compile(rf"{WITHOUT_SPACES.pattern}|(?:(?!{WITHOUT_SPACES.pattern})\w)+")


@dataclass(frozen=True)
class Passage:
    """What an answer shares with another text.

    Attributes:
        where: in words, such as "the handout"; row: of another answer.
        words: how many are shared.
        own, other: the answer and the other text, in pieces, and whether each is shared.
    """

    where: str
    words: int
    own: tuple[tuple[str, bool], ...]
    other: tuple[tuple[str, bool], ...] = ()
    row: str = ""


class Text:
    """The words of a text, where they stand, and the hashes of their runs.

    Args:
        run: words in a row that are looked at as one.
    """

    def __init__(self, text: str, run: int = RUN) -> None:
        self.text, self.run = text, run
        found = list(_WORD.finditer(text))[:LONGEST]
        self.spans = [match.span() for match in found]
        words = [match.group().casefold() for match in found]
        self.runs = [hash(tuple(words[at : at + run])) for at in range(len(words) - run + 1)]

    def shared(self, runs: Iterable[int]) -> list[bool]:
        """Which of its words stand in one of these runs."""
        runs = set(runs)
        marked = [False] * len(self.spans)
        for at, run in enumerate(self.runs):
            if run in runs:
                marked[at : at + self.run] = [True] * self.run
        return marked

    def pieces(self, marked: Sequence[bool]) -> tuple[tuple[str, bool], ...]:
        """The text in pieces, and whether each is marked."""
        edges = [0, len(self.text)]  # where a marked piece begins or ends
        for at, (start, end) in enumerate(self.spans):
            if marked[at] and (at == 0 or not marked[at - 1]):
                edges.insert(-1, start)
            if marked[at] and (at + 1 == len(self.spans) or not marked[at + 1]):
                edges.insert(-1, end)
        return tuple((self.text[a:b], bool(i % 2)) for i, (a, b) in enumerate(pairwise(edges)) if a < b)


class Passages:
    """Takes in the answers of a class; the work for one of them grows with what it shares.

    Args:
        known: texts that everybody has, or nobody should, by what they are called.
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = {where: Text(text) for where, text in known.items()}
        self._given = {run for text in self._known.values() for run in text.runs}
        self._texts: dict[str, Text] = {}
        self._rows: defaultdict[int, list[str]] = defaultdict(list)

    def add(self, row: str, text: str) -> None:
        if row not in self._texts:
            self._texts[row] = found = Text(text)
            for run in set(found.runs):
                self._rows[run].append(row)

    def of(self, row: str, others: Iterable[str], most: int = 3) -> tuple[Passage, ...]:
        """What this answer shares with the known texts, and with those of the others that share most with it."""
        own = self._texts[row]
        found = [self._passage(where, own, text) for where, text in self._known.items()]
        others = set(others)
        many = max(3, min(MANY, len(others) // 2))
        shared, rarely = Counter[str](), Counter[str]()
        for run in set(own.runs) - self._given:
            shared.update(self._rows[run])
            if len(self._rows[run]) <= many:
                rarely.update(self._rows[run])
        told = (one for one in shared if rarely[one] or shared[one] >= MOSTLY * len(own.runs))
        closest = sorted(others.intersection(told) - {row}, key=lambda one: (-shared[one], one))[:most]
        found += [self._passage("another answer", own, self._texts[one], one, self._given) for one in closest]
        return tuple(passage for passage in found if passage.words)

    @staticmethod
    def _passage(where: str, own: Text, other: Text, row: str = "", without: Iterable[int] = ()) -> Passage:
        runs = set(own.runs).intersection(other.runs).difference(without)
        mine = own.shared(runs)
        sides = own.pieces(mine), other.pieces(other.shared(runs)) if row else ()
        return Passage(where, sum(mine), *sides, row)
