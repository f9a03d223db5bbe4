"""Finds works that are the same, or nearly, among a class's and among known ones.

A work is compared by its pieces: a file's statements, each formatted alike (`feedback.source_tokens`), or an
answer's runs of words. What is put between two pieces, the names chosen in them and their order change none of
them. Pieces of what was handed out are taken away; none is taken away because many have it, for then many
copies of one work would hide each other. One product of sparse matrices compares all with all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]
from scipy.sparse.csgraph import connected_components, minimum_spanning_tree  # type: ignore[import-untyped]

from ..check.loading.answers import spaced
from ..feedback.source_tokens import Source

SHORTEST = 5
"""Tokens of a statement that is compared: shorter ones everybody writes."""

RUN = 3
"""Words of a run: a change of one word costs three runs, and by chance two answers share few."""

AT_ONCE = 500
"""Works compared with all others in one product of matrices; memory stays bounded."""

_ASKED_FOR = frozenset(("def", "class", "import", "from"))
"""What begins statements that the assignment asks for word by word, annotated or not."""

Pieces = Mapping[int, int]
"""What a work is compared by: the hash of each piece, and how many tokens or words it weighs."""


@dataclass(frozen=True)
class Scale:
    """From when on something is said.

    Attributes:
        least: the weight of its own that a work must have; of less, nothing can be said.
        nearly: the share of the lighter work that the other has, too, from which on they are alike.
    """

    least: int
    nearly: float


CODE, ANSWERS = Scale(100, 0.5), Scale(30, 0.4)
"""Independent solutions share up to 0.3 of their statements' tokens, and 0.2 of an answer's runs of words."""


@dataclass(frozen=True)
class Pair:
    """Two works: a student's, and another's or a known one.

    Attributes:
        two: the other student, or the known work's name.
        share: of the lighter one, how much the other has, too.
        is_known: whether the second is a known one.
    """

    one: str
    two: str
    share: float
    is_known: bool = False


@dataclass(frozen=True)
class Group:
    """Students whose works pairs hold together, and the known works that these are like.

    Attributes:
        pairs: the closest first, and no more than connect all.
    """

    students: tuple[str, ...]
    known: tuple[str, ...]
    pairs: tuple[Pair, ...]


def pieces_of_code(source: Source, handed_out: Collection[int] = ()) -> Pieces:
    """The statements of a file that are not the handed-out one's."""
    statements = {_hash(s): len(s) for s in source.statements if len(s) >= SHORTEST and s[0] not in _ASKED_FOR}
    return {piece: weight for piece, weight in statements.items() if piece not in handed_out}


def pieces_of_text(text: str, handed_out: Collection[int] = ()) -> Pieces:
    """The runs of words of an answer that do not stand in what was handed out."""
    words = re.findall(r"\w+", spaced(text).casefold())
    runs = (_hash(words[start : start + RUN]) for start in range(len(words) - RUN + 1))
    return {piece: 1 for piece in runs if piece not in handed_out}


def _hash(piece: Iterable[str]) -> int:
    text = "\n".join(piece).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "little")


def groups(works: Mapping[str, Pieces], known: Mapping[str, Pieces], scale: Scale) -> list[Group]:
    """Which students' works are alike, or like a known one: the closest first, of these the larger group."""
    students = [name for name, pieces in works.items() if sum(pieces.values()) >= scale.least]
    sources = [name for name, pieces in known.items() if sum(pieces.values()) >= scale.least]
    pieces = [*(works[name] for name in students), *(known[name] for name in sources)]
    if not students or len(pieces) < 2:
        return []
    ones, twos, shares = _near(pieces, len(students), scale.nearly)
    # The closest pairs that connect all: a tree. Its lengths are never 0, which would be no edge.
    edges = csr_array((2.0 - shares, (ones, twos)), (len(pieces), len(pieces)))
    tree = minimum_spanning_tree(edges).tocoo()
    _, labels = connected_components(tree, directed=False)
    found: dict[int, list[Pair]] = {}
    for one, two, length in zip(*(part.tolist() for part in (*tree.coords, tree.data)), strict=True):
        name = students[two] if two < len(students) else sources[two - len(students)]
        pair = Pair(students[one], name, 2.0 - length, two >= len(students))
        found.setdefault(int(labels[one]), []).append(pair)
    return sorted(map(_group, found.values()), key=lambda group: (-group.pairs[0].share, -len(group.students)))


def _near(pieces: Sequence[Pieces], students: int, nearly: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every two works that share enough, by their numbers (N,), (N,), and how much (N,).

    The first so many are students'; each of these goes with the one known work that it is most like.
    """
    hashes = np.fromiter((piece for one in pieces for piece in one), np.uint64)
    weights = np.fromiter((weight for one in pieces for weight in one.values()), np.float64)
    rows = np.repeat(np.arange(len(pieces)), [len(one) for one in pieces])
    _, columns = np.unique(hashes, return_inverse=True)
    table = csr_array((weights, (rows, columns)))  # (works, pieces)
    has = csr_array((np.ones_like(weights), (rows, columns)))
    own = np.bincount(rows, weights, minlength=len(pieces))
    parts = []
    for start in range(0, students, AT_ONCE):
        shared = (table[start : min(start + AT_ONCE, students)] @ has.T).tocoo()
        one, two = shared.coords[0] + start, shared.coords[1]
        share = shared.data / np.minimum(own[one], own[two])
        found = (one < two) & (share >= nearly)
        order = np.lexsort((two, -shared.data, -share, two >= students, one))
        order = order[found[order]]
        parts.append((one[order], two[order], share[order]))
    one, two, share = (np.concatenate(part) for part in zip(*parts, strict=True))
    again = np.zeros(len(one), bool)  # a known work after a closer one of the same student
    again[1:] = (two[1:] >= students) & (two[:-1] >= students) & (one[1:] == one[:-1])
    return one[~again], two[~again], share[~again]


def _group(pairs: list[Pair]) -> Group:
    pairs = sorted(pairs, key=lambda pair: (-pair.share, not pair.is_known, pair.one, pair.two))
    students = dict.fromkeys(name for pair in pairs for name in (pair.one, *(() if pair.is_known else (pair.two,))))
    return Group(
        students=tuple(students),
        known=tuple(dict.fromkeys(pair.two for pair in pairs if pair.is_known)),
        pairs=tuple(pairs),
    )
