"""Says beside failed cases which known mistakes a student's functions make."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..assignment import Assignment
from ..check.hints.diagnosis import (
    FILE,
    UNSTEADY,
    Hint,
    OutcomeRow,
    Table,
    explain,
    observe_one,
    read_table,
    row_in,
    row_of,
)
from ..check.hints.failing_inputs import FILE as EXAMPLES
from ..check.hints.failing_inputs import Examples, in_common, read_examples
from ..check.hints.signatures import Signature
from ..check.testing.cases import Case
from ..errors import AssignmentError
from .connection import InternalError, Stopped
from .replay.memo import MemoizedRunner
from .replay.recording import Recording, Replay
from .session import Session

Derived = TypeVar("Derived")


@dataclass(frozen=True)
class ProbeRef:
    """One of a function's probes, by its place among them."""

    function: str
    at: int


class Hints:
    """The table of known mistakes that students have, too, and what it says of their functions.

    Raises:
        AssignmentError: if the table is not as `autograder release` wrote it.
    """

    def __init__(self, assignment: Assignment) -> None:
        self._questions = assignment.code_questions
        self._table = _read(assignment, FILE, read_table, Table({}, {}, {}))
        self._probed = MemoizedRunner(self._probe)
        self._examples: Examples = _read(assignment, EXAMPLES, read_examples, {})

    def rehearse(self, session: Session) -> None:
        """Run all probes on the reference."""
        self._probed.rehearse(session, self.probes)

    @property
    def probes(self) -> list[ProbeRef]:
        """All probes, in their order."""
        return self._probes_of(self._table.functions)

    def script(self, probe: ProbeRef) -> Recording:
        """What a probe asked of the reference."""
        return self._probed.script(probe)

    def expect(self, probe: ProbeRef, script: Recording) -> None:
        """Let a probe have a script that was recorded before."""
        self._probed.expect(probe, script)

    def found(self, failed: Iterable[Case], session: Session, rows: dict[str, OutcomeRow]) -> tuple[Hint, ...]:
        """The known mistakes in the functions of failed cases.

        Args:
            rows: how functions did that were probed before; those that are probed now are added.
        """
        needed = {name for case in failed for name in case.needs}
        fresh = [name for name in self._table.functions if name in needed and name not in rows]
        rows |= dict.fromkeys(fresh, ()) | self._rows(fresh, session)
        return tuple(
            hint
            for question in self._questions
            for hint in explain({name: rows.get(name, ()) for name in question.functions}, self._table)
        )

    def in_common(self, functions: Iterable[str], session: Session) -> dict[str, str]:
        """What the failing inputs of each of these functions have in common; nothing where that is not found out.

        Args:
            session: of a process that has seen no hidden input, so that none can show in what is said.
        """
        found = {}
        for name in functions:
            try:
                session.begin_case()
                found[name] = in_common(name, session.environment, self._examples)
            except (NotImplementedError, Stopped, InternalError):
                continue
        return {name: text for name, text in found.items() if text}

    def _rows(self, functions: list[str], session: Session) -> dict[str, OutcomeRow]:
        """How functions do on their probes; an empty row where that cannot be found out."""
        seen = self._probed.verdicts(session, self._probes_of(functions))
        rows: dict[str, OutcomeRow] = {}
        for name in functions:
            outcomes = [outcome for probe, outcome in seen.items() if probe.function == name]
            written = [outcome for outcome in outcomes if outcome]
            if any(outcome is UNSTEADY for outcome in written):
                rows[name] = self._row_of_unsteady(name, session)
            elif len(written) == len(outcomes):
                rows[name] = row_of(written, self._table.functions[name].outcomes)
        return rows

    def _probes_of(self, functions: Iterable[str]) -> list[ProbeRef]:
        known = self._table.functions
        return [ProbeRef(name, at) for name in functions for at in range(len(known[name].outcomes))]

    def _probe(self, session: Session, probe: ProbeRef, replay: Replay | None) -> Signature | None:
        """What one probe gives; None where the code is not written, or ends the process."""
        try:
            session.begin_case(replay)
            return observe_one(probe.function, self._probe_of(probe), session.environment)
        except (Stopped, InternalError):
            return None

    def _probe_of(self, probe: ProbeRef) -> Callable[..., Any]:
        return list(self._table.probes[probe.function].values())[probe.at]

    def _row_of_unsteady(self, function: str, session: Session) -> OutcomeRow:
        """Probe a function again, more often: what it draws by chance may have agreed by chance."""
        try:
            session.begin_case()
            return row_in(function, session.environment, self._table)
        except (Stopped, InternalError):
            return ()


def _read(assignment: Assignment, name: str, read: Callable[[Path], Derived], without: Derived) -> Derived:
    """What `release` derived; an assignment without that file has no such hints."""
    path = assignment.template / "check" / name
    if not path.exists():
        return without
    try:
        return read(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise AssignmentError(f"{path} cannot be read ({error}): run `autograder release`.") from None
