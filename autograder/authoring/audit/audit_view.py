"""Shows an audit: a row per question, then what is wrong, then the cases that one could do without."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ...assignment import Assignment
from ...io.text import pluralize
from ...misconceptions import Misconception
from .equivalent_mutants import FILE
from .findings import LEAST_NAMED, LEFT_TO_HIDDEN, MOST_COST, MOST_MEDIAN, Audit, Finding
from .mutants import Mutant, diff


def show(audit: Audit, assignment: Assignment, console: Console | None = None) -> None:
    """The whole audit, as wide as the terminal and readable at 80 columns."""
    console = console or Console()
    console.print(_table(audit))
    if any(audit.domains.values()) or any(audit.hints_shown()):
        console.print(_domains(audit))
    idle = _idle(audit)
    if idle.row_count:
        console.print("\nIdle cases: others of their kind, public or hidden, catch all that they catch.")
        console.print(idle)
    console.print()
    problems = list(audit.problems())
    source = assignment.reference.read_text("utf-8")
    path = assignment.reference.relative_to(assignment.root).as_posix()
    for problem in problems:
        console.print(Text(problem.text, style="red"), soft_wrap=True)
        if problem.mutant:
            console.print(Syntax(diff(source, problem.mutant, path), "diff", background_color="default"))
            console.print()
    if problems:
        said = f"Not to be trusted yet: {pluralize(len(problems), 'problem')}."
        if audit.survivors():
            said += f" Catch a mutant by a better case, or explain it in solutions/{FILE}."
        console.print(Text(said, style="bold red"))
    else:
        console.print(Text(_all_is_well(audit), style="green"))


def _all_is_well(audit: Audit) -> str:
    equivalent = pluralize(len(audit.recorded), "recorded one", "recorded ones")
    return (
        f"All is well: each of {pluralize(len(audit.of(Misconception)), 'known mistake')} loses points in its "
        f"own question and nowhere else, {pluralize(len(audit.of(Path)), 'right variant')} keep all, the blank "
        f"template gets none, and of {pluralize(len(audit.of(Mutant)), 'mutant')} of the reference only "
        f"{equivalent} that compute the same pass."
    )


def _table(audit: Audit) -> Table:
    table = Table(box=None, padding=(0, 1), pad_edge=False, collapse_padding=True, header_style="dim")
    table.add_column("\nquestion", no_wrap=True)
    for heading in (
        "known\ncaught",
        "cost %\nhalf max",  # of a question's points: what half of the mistakes cost at most, and all
        "else-\nwhere",  # a mistake that loses points in another question
        "hints\nastray",
        "right\nkept",
        "mutants\ncaught",
        "\nequal",
        "\nalive",
        "idle\ncases",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for question in audit.cases:
        table.add_row(question, *_cells(audit, question))
    if len(audit.cases) > 1:
        table.add_row("all", *_cells(audit, ""), style="bold")
    return table


def _cells(audit: Audit, question: str) -> list[Text]:
    mistakes, variants, mutants = (audit.of(kind, question) for kind in (Misconception, Path, Mutant))
    elsewhere = sum(bool(finding.lost_elsewhere) for finding in mistakes)
    recorded = sum(audit.is_recorded(finding) for finding in mutants)
    surviving = len(audit.survivors(question))
    idle = sum(len(audit.idle(id)) for id in audit.cases if id == (question or id))
    return [
        _of(_caught(mistakes), mistakes, is_good=_caught(mistakes) == len(mistakes)),
        _costs(audit, question),
        _count(elsewhere, "red"),
        _count(sum(bool(audit.astray(finding)) for finding in (*mistakes, *variants)), "red"),
        _of(len(variants) - _caught(variants), variants, is_good=not _caught(variants)),
        _of(_caught(mutants), mutants, is_good=not surviving),
        _count(recorded, ""),
        _count(surviving, "red"),
        _count(idle, "yellow"),
    ]


def _costs(audit: Audit, question: str) -> Text:
    """What known mistakes cost of their question; the most without those that give nothing."""
    mistakes = audit.of(Misconception, question)
    if not mistakes:
        return _count(0, "")
    middle = audit.median_cost(question)
    most = max((audit.cost(f) for f in mistakes if not getattr(f.about, "gives_nothing", "")), default=0.0)
    is_good = middle <= MOST_MEDIAN and most <= MOST_COST
    return Text(f"{100 * middle:.0f} {100 * most:.0f}", style="green" if is_good else "red")


def _domains(audit: Audit) -> Table:
    """For each question what the conventions let vary, and how much of it the cases try."""
    table = Table(box=None, padding=(0, 1), pad_edge=False, collapse_padding=True, header_style="dim")
    table.add_column("\nquestion", no_wrap=True)
    for heading in (
        "\nfactors",
        "\nlevels",
        "levels\nthat meet",
        "mutants of\nthe domain",
        "levels\nnamed",
        "hints\ntrue",
        "seen by\npublic",
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for question in (*audit.domains, ""):
        if question or len(audit.domains) > 1:
            table.add_row(question or "all", *_of_domains(audit, question), style="" if question else "bold")
    return table


def _of_domains(audit: Audit, question: str) -> list[Text]:
    domains = [one for id, found in audit.domains.items() for one in found if id == (question or id)]
    pairs, met = sum(len(one.pairs) for one in domains), sum(len(one.met) for one in domains)
    caught = sum(len(one.caught) for one in domains)
    mutants = caught + sum(len(one.missed) for one in domains)
    known = len(audit.of(Misconception, question))
    seen = known - len(audit.unseen(question))
    tried = sum(one.tried for id, one in audit.named.items() if id == (question or id))
    named = tried - sum(len(one.missed) for id, one in audit.named.items() if id == (question or id))
    return [
        Text(str(sum(len(one.domain.factors) for one in domains))),
        Text(str(sum(one.levels for one in domains))),
        _share(met, pairs, is_good=met == pairs),
        _share(caught, mutants, is_good=caught == mutants),
        _percent(named, tried, is_good=named >= LEAST_NAMED * tried),
        _hints(audit, question),
        _share(seen, known, is_good=seen >= (1 - LEFT_TO_HIDDEN) * known),
    ]


def _hints(audit: Audit, question: str) -> Text:
    """How many hints hold; on a line of its own how many have no evidence, so that nobody knows."""
    told, untrue, unproven = audit.hints_shown(question)
    hold = told - untrue - unproven
    shown = _share(hold, told, is_good=hold == told)
    return shown.append(f"\n{unproven} unproven") if unproven else shown


def _caught(findings: list[Finding]) -> int:
    return sum(bool(finding.lost_at_home) for finding in findings)


def _of(count: int, findings: list[Finding], is_good: bool) -> Text:
    return _share(count, len(findings), is_good)


def _share(count: int, total: int, is_good: bool) -> Text:
    return Text(f"{count}/{total}", style="green" if is_good else "red")


def _percent(count: int, total: int, is_good: bool) -> Text:
    """Rounded down, so that only all are 100 %."""
    return Text(f"{100 * count // total} %" if total else "-", style="green" if is_good else "red")


def _count(count: int, style: str) -> Text:
    return Text(str(count), style=style) if count else Text("-", style="dim")


def _idle(audit: Audit) -> Table:
    """The cases that catch nothing that another case of their kind does not catch, a line each."""
    table = Table(box=None, padding=(0, 1), pad_edge=False, show_header=False, expand=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)  # the rest of the line
    for question in audit.cases:
        for at, case in enumerate(audit.idle(question)):
            kind = "hidden" if case.hidden else "public"
            table.add_row("" if at else question, kind, Text(case.title), style="dim")
    return table
