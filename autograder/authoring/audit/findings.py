"""What an audit found, and the sentences that say so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from ...check.testing.cases import Case
from ...misconceptions import Misconception
from .domain_mutants import Covered, in_words
from .equivalent_mutants import FILE, Equivalent
from .mutants import Mutant
from .named_factors import Named

MOST_COST, MOST_MEDIAN = 0.6, 0.2
"""What one known mistake may cost of its question, and what half of them may."""

MOST_MISSED = 20
"""Of the mutants of one domain that pass, as many as are shown."""

LEFT_TO_HIDDEN = 0.1
"""Of a question's known mistakes the share that its public cases may miss."""


LEAST_NAMED = 0.9
"""The least share of a question's mutants of the domain whose levels must be named rightly."""


@dataclass(frozen=True)
class Finding:
    """How one program fared.

    Attributes:
        about: the mistake, the mutant or the right variant's path; None for the blank template.
        homes: the questions that it belongs to: one, or all that share a helper.
        lost: the cases that it lost, by question; only questions that it can touch are there.
        hints: the ids of the mistakes that it is taken for; mutants are not asked.
        despite: the cases among the lost that count all the same, by a known mistake's values.
        untrue: of the hints those whose claims do not hold of it.
        unproven: of the hints those for which no evidence is written down, so that nobody knows.
        memorized: public cases that a mistake passes and that do not count, as if they were answered by heart.
    """

    about: Misconception | Mutant | Path | None
    homes: tuple[str, ...]
    lost: Mapping[str, tuple[Case, ...]]
    hints: tuple[str, ...] = ()
    despite: tuple[Case, ...] = ()
    untrue: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    memorized: tuple[Case, ...] = ()

    @property
    def lost_at_home(self) -> tuple[Case, ...]:
        return tuple(case for id in self.homes for case in self.lost.get(id, ()))

    @property
    def lost_elsewhere(self) -> tuple[Case, ...]:
        return tuple(case for id, cases in self.lost.items() if id not in self.homes for case in cases)


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, in a sentence, and the mutant that it is about, if it is about one."""

    text: str
    mutant: Mutant | None = None


@dataclass(frozen=True)
class Audit:
    """What came of every program.

    Attributes:
        cases: the cases of each question that was audited, in order.
        findings: a finding for each program.
        recorded: what is recorded as equivalent.
        domains: how well the cases of each question cover the domains of its functions.
        named: for how many mutants of the domain the levels at which they are wrong are named.
        demands_evidence: whether every hint must have some; an assignment need not write any down.
    """

    cases: Mapping[str, tuple[Case, ...]]
    findings: tuple[Finding, ...]
    recorded: tuple[Equivalent, ...]
    domains: Mapping[str, tuple[Covered, ...]]
    named: Mapping[str, Named]
    demands_evidence: bool = False

    def of(self, kind: type, question: str = "") -> list[Finding]:
        """The findings about mistakes, mutants or variants, of one question or of all.

        What several questions share counts for the first.
        """
        found = [finding for finding in self.findings if isinstance(finding.about, kind)]
        return [finding for finding in found if not question or finding.homes[0] == question]

    def is_recorded(self, finding: Finding) -> bool:
        about = finding.about
        return isinstance(about, Mutant) and any(entry.is_of(about) for entry in self.recorded)

    def astray(self, finding: Finding) -> list[str]:
        """The ids of mistakes whose hints it gets, though it makes none or one with another hint."""
        texts = {m.id: m.hint for m in (f.about for f in self.findings) if isinstance(m, Misconception)}
        own = finding.about.hint if isinstance(finding.about, Misconception) else None
        return [id for id in finding.hints if texts.get(id) != own or own is None]

    def cost(self, finding: Finding) -> float:
        """Which part of its question's points a mistake costs."""
        costs = sum(case.share for case in finding.lost_at_home if case not in finding.despite)
        possible = sum(case.share for id in finding.homes for case in self.cases.get(id, ()))
        return costs / possible if possible else 0.0

    def median_cost(self, question: str = "") -> float:
        """What half of the known mistakes cost at most."""
        return median(map(self.cost, self.of(Misconception, question)))

    def survivors(self, question: str = "") -> list[Finding]:
        """The mutants that pass every case and are not recorded as equivalent."""
        alive = [finding for finding in self.of(Mutant, question) if not finding.lost_at_home]
        return [finding for finding in alive if not self.is_recorded(finding)]

    def unseen(self, question: str = "") -> list[Finding]:
        """The known mistakes that no public case sees."""
        return [
            finding
            for finding in self.of(Misconception, question)
            if not any(not case.hidden for case in finding.lost_at_home)
        ]

    def hints_shown(self, question: str = "") -> tuple[int, int, int]:
        """How many hints known mistakes get, how many of them claim what is not so, and how many have no evidence."""
        found = self.of(Misconception, question)
        return (
            sum(len(finding.hints) for finding in found),
            sum(len(finding.untrue) for finding in found),
            sum(len(finding.unproven) for finding in found),
        )

    def idle(self, question: str) -> tuple[Case, ...]:
        """Cases without which as much would be caught, among the public ones or among the hidden ones.

        Each could go; of several that catch the same, all but one.
        """
        needed: set[Case] = set()
        for finding in (*self.of(Misconception), *self.of(Mutant)):
            for hidden in (False, True):
                catching = [case for case in finding.lost.get(question, ()) if case.hidden is hidden]
                needed.update(catching if len(catching) == 1 else ())
        return tuple(case for case in self.cases[question] if case not in needed)

    def problems(self) -> Iterator[Problem]:
        """All that is wrong."""
        for finding in self.of(Misconception):
            said = f"{finding.homes[0]}: {_name(finding)}"
            if not finding.lost_at_home:
                yield Problem(f"{said} passes every case.")
            for case in finding.lost_elsewhere:
                yield Problem(f"{said} does not pass a case of `{case.question}`: {case.title}")
            for case in finding.memorized:
                yield Problem(f"{said} passes a public case that does not count when graded: {case.title}")
        yield from self._about_costs()
        for finding in self.of(Path):
            for case in finding.lost_at_home:
                yield Problem(f"{case.question}: {_name(finding)} does not pass a case: {case.title}")
        for finding in self.of(type(None)):
            for case in self._not_lost(finding):
                yield Problem(f"{case.question}: {_name(finding)} passes a case: {case.title}")
        for finding in self.findings:
            for id in self.astray(finding):
                yield Problem(f"{finding.homes[0]}: {_name(finding)} gets the hint of the mistake {id}.")
        for finding in self.survivors():
            mutant = finding.about
            assert isinstance(mutant, Mutant)
            yield Problem(f"{finding.homes[0]}: a mutant passes every case: {mutant}", mutant)
        yield from self._about_records()
        yield from self._about_domains()
        yield from self._about_hints()

    def _about_costs(self) -> Iterator[Problem]:
        """Where one mistake costs more than once."""
        for finding in self.of(Misconception):
            costs, about = self.cost(finding), finding.about
            if costs > MOST_COST and isinstance(about, Misconception) and not about.gives_nothing:
                yield Problem(
                    f"{finding.homes[0]}: {_name(finding)} costs {costs:.0%} of its question: {MOST_COST:.0%} is the "
                    "most, unless its `gives_nothing` says why nothing that it gives could be used."
                )
        for question in self.cases:
            if self.of(Misconception, question) and (half := self.median_cost(question)) > MOST_MEDIAN:
                yield Problem(
                    f"{question}: half of the known mistakes cost {half:.0%} of it or more: {MOST_MEDIAN:.0%} is "
                    "the most."
                )

    def _about_hints(self) -> Iterator[Problem]:
        """What is said beside failed cases and is not so, or is not what is wrong."""
        for finding in self.of(Misconception):
            for id in finding.untrue:
                yield Problem(f"{finding.homes[0]}: the hint of the mistake {id} is not true of {_name(finding)}.")
            for id in finding.unproven if self.demands_evidence else ():
                yield Problem(f"{finding.homes[0]}: the hint of the mistake {id} has no evidence.")
        for question, named in self.named.items():
            if len(named.missed) > (1 - LEAST_NAMED) * named.tried:
                yield Problem(
                    f"{question}: for {len(named.missed)} of {named.tried} functions that are wrong where some levels "
                    f"meet, these are not named: {LEAST_NAMED:.0%} should be. The first: {named.missed[0]}."
                )

    def _not_lost(self, finding: Finding) -> Iterator[Case]:
        for id in finding.homes:
            yield from (case for case in self.cases[id] if case not in finding.lost[id])

    def _about_records(self) -> Iterator[Problem]:
        """What is wrong with the list of equivalent mutants."""
        for entry in self.recorded:
            found = [f for f in self.of(Mutant) if isinstance(f.about, Mutant) and entry.is_of(f.about)]
            if not found:
                yield Problem(f"{FILE}: {entry} is not a mutant of the reference any more.")
            elif all(finding.lost_at_home for finding in found):
                yield Problem(f"{FILE}: {entry} is caught, so it is not equivalent.")

    def _about_domains(self) -> Iterator[Problem]:
        """Levels that no call of a case has, and functions that are wrong there unnoticed."""
        for question, domains in self.domains.items():
            for one in domains:
                for levels in sorted(one.pairs - one.met, key=in_words):
                    yield Problem(f"{question}: no case calls `{one.domain.function}` where {in_words(levels)}.")
                for mutant in one.missed[:MOST_MISSED]:
                    yield Problem(f"{question}: passes every case, though {mutant}.")


def _name(finding: Finding) -> str:
    match finding.about:
        case Misconception() as mistake:
            return f"the mistake {mistake.id} ({mistake.title})"
        case Path() as path:
            return f"the right variant {path}"
        case None:
            return "the blank template"
    return str(finding.about)
