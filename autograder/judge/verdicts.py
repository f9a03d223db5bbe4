"""Remembers how a case ended for the answers that it got."""

from __future__ import annotations

from collections import OrderedDict

from ..check.cases import Case
from ..result import CaseResult

MAX_REMEMBERED = 20_000
MAX_TEXT = 2_000
"""Characters of a verdict that is worth keeping: a longer one quotes prints, which no other will repeat."""


class Verdicts:
    """The latest verdicts by case and `Replay.digest`.

    A case is a function of the answers that it gets: it starts from fixed random states, and what
    it asks next depends on them alone. A thousand right solutions give most cases the very same
    answers, and so do a thousand blank ones.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Case, bytes], CaseResult] = OrderedDict()

    def get(self, case: Case, answers: bytes) -> CaseResult | None:
        """The verdict on these answers, if it is remembered."""
        verdict = self._known.get((case, answers))
        if verdict is not None:
            self._known.move_to_end((case, answers))
        return verdict

    def remember(self, case: Case, answers: bytes, verdict: CaseResult) -> None:
        """Keep a verdict, and let go of the one that was least lately of use if there are too many."""
        if len(verdict.message) + len(verdict.untrusted) > MAX_TEXT:
            return
        self._known[case, answers] = verdict
        if len(self._known) > MAX_REMEMBERED:
            self._known.popitem(last=False)
