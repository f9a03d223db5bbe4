"""Shows an audit: a row per question, then what is wrong, then the cases that one could do without."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from ..assignment import Assignment
from ..misconceptions import Misconception
from ..plain import counted
from .findings import Audit, Finding
from .mutants import Mutant, diff


def show(audit: Audit, assignment: Assignment, console: Console | None = None) -> None:
    """The whole audit, as wide as the terminal and readable at 80 columns."""
    console = console or Console()
    console.print(_table(audit))
    _show_idle(audit, console)
    problems = list(audit.problems())
    for problem in problems:
        console.print(Text(problem, style="red"), soft_wrap=True)
    source = assignment.reference.read_text("utf-8")
    path = assignment.reference.relative_to(assignment.root).as_posix()
    for finding in audit.survivors():
        if isinstance(finding.about, Mutant):
            console.print()
            console.print(Syntax(diff(source, finding.about, path), "diff", background_color="default"))
    if problems:
        console.print(
            Text(f"\nNot to be trusted yet: {counted(len(problems), 'problem')}.", style="bold red")
        )
    else:
        console.print(Text(_all_is_well(audit), style="green"))


def _all_is_well(audit: Audit) -> str:
    equivalent = counted(len(audit.recorded), "recorded one", "recorded ones")
    return (
        f"All is well: each of {counted(len(audit.of(Misconception)), 'known mistake')} loses points in its "
        f"own question and nowhere else, {counted(len(audit.of(Path)), 'right variant')} keep all, the blank "
        f"template gets none, and of {counted(len(audit.of(Mutant)), 'mutant')} of the reference only "
        f"{equivalent} that compute the same pass."
    )


def _table(audit: Audit) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    table.add_column("\nquestion", no_wrap=True)
    for name in ("mistakes\ncaught", "lost\nelsewhere", "variants\nkept", "mutants\ncaught"):
        table.add_column(name, justify="right", no_wrap=True)
    for name in ("equiv-\nalent", "sur-\nviving", "idle\ncases"):
        table.add_column(name, justify="right", no_wrap=True)
    for question in audit.cases:
        table.add_row(question, *_cells(audit, question))
    if len(audit.cases) > 1:
        table.add_section()
        table.add_row("all", *_cells(audit, ""))
    return table


def _cells(audit: Audit, question: str) -> list[Text]:
    mistakes, variants, mutants = (audit.of(kind, question) for kind in (Misconception, Path, Mutant))
    elsewhere = sum(bool(finding.lost_elsewhere) for finding in mistakes)
    recorded = sum(audit.is_recorded(finding) for finding in mutants)
    idle = sum(len(audit.idle(id)) for id in audit.cases if id == (question or id))
    return [
        _of(_caught(mistakes), len(mistakes)),
        _count(elsewhere, "red"),
        _of(len(variants) - _caught(variants), len(variants)),
        Text(f"{_caught(mutants)} of {len(mutants)}"),
        _count(recorded, ""),
        _count(len(audit.survivors(question)), "red"),
        _count(idle, "yellow"),
    ]


def _caught(findings: list[Finding]) -> int:
    return sum(bool(finding.lost_at_home) for finding in findings)


def _of(count: int, total: int) -> Text:
    return Text(f"{count} of {total}", style="green" if count == total else "red")


def _count(count: int, style: str) -> Text:
    return Text(str(count), style=style) if count else Text("-", style="dim")


def _show_idle(audit: Audit, console: Console) -> None:
    """The cases that catch nothing that another case of their kind does not catch."""
    if not any(audit.idle(question) for question in audit.cases):
        return
    console.print("\nIdle cases: all that they catch, another public or another hidden case catches, too.")
    for question in audit.cases:
        for case in audit.idle(question):
            kind = "hidden" if case.hidden else "public"
            console.print(Text(f"  {question}, {kind}: {case.title}", style="dim"), soft_wrap=True)
    console.print()
