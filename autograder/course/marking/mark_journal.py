"""What the journal of marking comes to: who gave what, what counts, what is open between markers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..gradebook.records import Rating, RatingKind

Key = tuple[str, str]
"""The question and the answer's fingerprint."""


class Ledger:
    """The journal, read row by row."""

    def __init__(self, ratings: Iterable[Rating] = ()) -> None:
        self.last = 0
        self._marks: defaultdict[Key, list[Rating]] = defaultdict(list)
        self._by_marker: defaultdict[str, list[Rating]] = defaultdict(list)
        self._flags: dict[Key, Rating] = {}
        self._proposals: defaultdict[Key, dict[str, Rating]] = defaultdict(dict)
        for rating in ratings:
            self.add(rating)

    def add(self, rating: Rating) -> None:
        self.last = max(self.last, rating.id)
        key = rating.question, rating.answer
        match rating.kind:
            case RatingKind.MARKED | RatingKind.SETTLED:
                self._marks[key].append(rating)
                self._by_marker[rating.marker].append(rating)
                self._flags.pop(key, None)  # whoever marks what was flagged has looked at it
            case RatingKind.UNDONE:
                for found in (self._marks[key], self._by_marker[rating.marker]):
                    found[:] = [one for one in found if one.id != rating.undoes]
            case RatingKind.FLAGGED:
                self._flags[key] = rating
            case RatingKind.UNFLAGGED:
                self._flags.pop(key, None)
            case RatingKind.PROPOSED:
                self._proposals[key][rating.marker] = rating

    def ratings(self, key: Key) -> dict[str, Rating]:
        """The mark that each marker gives this answer now."""
        return {one.marker: one for one in self._marks.get(key, ()) if one.kind is RatingKind.MARKED}

    def of(self, key: Key) -> list[Rating]:
        """The marks on this answer that were not undone, the earliest first."""
        return list(self._marks.get(key, ()))

    def settled(self, key: Key) -> Rating | None:
        return next((one for one in reversed(self._marks.get(key, ())) if one.kind is RatingKind.SETTLED), None)

    def standing(self, key: Key) -> Rating | None:
        """What counts: what was settled, else what all who marked it gave alike, with all that they said."""
        if settled := self.settled(key):
            return settled
        given = list(self.ratings(key).values())
        if not given or any(shares(one) != shares(given[0]) for one in given):
            return None
        replies = tuple(dict.fromkeys(reply for one in given for reply in one.replies))
        comments = dict.fromkeys(one.comment for one in given if one.comment)
        return replace(given[-1], replies=replies, comment="\n".join(comments))

    def differs(self, key: Key) -> bool:
        """Whether markers gave this answer different marks, and nobody has settled it."""
        return key in self._marks and bool(self.ratings(key)) and self.standing(key) is None

    def flag(self, key: Key) -> Rating | None:
        return self._flags.get(key)

    def proposals(self, key: Key) -> dict[str, Rating]:
        """What programs propose, by their name."""
        return self._proposals.get(key, {})

    def latest(self, key: Key) -> int:
        """The number of the last mark on this answer, by which a browser that shows an older one is told."""
        return max((one.id for one in self._marks.get(key, ())), default=0)

    def last_of(self, marker: str) -> Rating | None:
        """What a marker would undo."""
        given = self._by_marker.get(marker)
        return given[-1] if given else None

    def marks(self) -> Iterator[Rating]:
        """Every mark that was not undone."""
        for given in self._marks.values():
            yield from given

    def keys(self) -> Iterator[Key]:
        """Whatever has been marked."""
        return (key for key, given in self._marks.items() if given)

    def proposed(self) -> Iterator[tuple[Key, dict[str, Rating]]]:
        yield from self._proposals.items()

    def flagged(self) -> list[Rating]:
        return list(self._flags.values())

    def comments(self, question: str) -> list[str]:
        """The comments that were given to this question's answers, the most frequent first, then the latest."""
        counts: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
        for one in self.marks():
            if one.question == question:
                for line in filter(None, map(str.strip, one.comment.splitlines())):
                    counts[line] = counts[line][0] + 1, one.id
        return sorted(counts, key=lambda line: counts[line], reverse=True)


def shares(rating: Rating) -> dict[str, float]:
    """What of each item was earned, from 0 to 1: items may have become worth something else."""
    return {item.id: round(item.points / item.possible, 3) if item.possible else 0.0 for item in rating.items}
