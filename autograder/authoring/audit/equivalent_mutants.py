"""Reads solutions/equivalent_mutants.yml: the mutants that no case can catch, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from ...assignment import Assignment
from ...errors import AssignmentError
from .mutants import Mutant

FILE = "equivalent_mutants.yml"
KEYS = {"where", "line", "becomes", "reason"}


@dataclass(frozen=True)
class Equivalent:
    """A mutant that computes what the reference computes, or what the conventions leave free.

    Attributes:
        where: the top-level function or class that it is in.
        line: the reference's line, as `Mutant.line`.
        becomes: what stands there instead.
        reason: why no case can tell, in a sentence.
    """

    where: str
    line: str
    becomes: str
    reason: str

    def __str__(self) -> str:
        return f"in `{self.where}`, `{self.line}` becoming `{self.becomes}`"

    def is_of(self, mutant: Mutant) -> bool:
        return (self.where, self.line, self.becomes) == (mutant.where, mutant.line, mutant.becomes)


def equivalents(assignment: Assignment) -> tuple[Equivalent, ...]:
    """The recorded mutants; none where there is no file.

    Raises:
        AssignmentError: naming the entry that is not as it must be.
    """
    path = assignment.root / "solutions" / FILE
    if not path.is_file():
        return ()
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise AssignmentError(f"{path} cannot be read: {error}") from None
    if not isinstance(data, list):
        raise AssignmentError(f"{path} should be a list of mutants")
    return tuple(found for at, entry in enumerate(data) for found in _read(path, at, entry))


def _read(path: Path, at: int, entry: object) -> tuple[Equivalent, ...]:
    """The mutants of one entry: several changes of one line may share a reason."""
    if not isinstance(entry, dict) or entry.keys() != KEYS:
        raise AssignmentError(f"{path}: entry {at + 1} should have the keys {', '.join(sorted(KEYS))}")
    becomes = entry["becomes"] if isinstance(entry["becomes"], list) else [entry["becomes"]]
    texts = [entry["where"], entry["line"], entry["reason"], *becomes]
    if not becomes or not all(isinstance(text, str) and text.strip() for text in texts):
        raise AssignmentError(f"{path}: entry {at + 1} should hold texts, {entry!r} does not")
    return tuple(Equivalent(entry["where"], entry["line"], changed, entry["reason"]) for changed in becomes)
