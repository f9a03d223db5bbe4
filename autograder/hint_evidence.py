"""What a hint claims, as predicates on what probes give: beside whom it stands, it must be true of them.

Each question's evidence lies in `solutions/evidence/`: for each known mistake the probes that its hint rests on, with
what they must show. `release` keeps a hint out where two mistakes meet and its claim does not hold, and a test holds
every claim against all known mistakes, right variants and hundreds of pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch

from .assignment import find_root, import_file
from .check.hints.diagnosis import outcome_of
from .check.hints.probing import Probe
from .check.hints.signatures import signature
from .misconceptions import misconceptions

Claim = Callable[[Any, Any], bool]
"""Takes what a probe gives, or the exception that it ends with, and what it gives of the reference."""

Evidence = Mapping[str, Claim]
"""For each probe that a hint rests on what it must show."""


def evidence(question_id: str, root: Path | None = None) -> dict[str, Evidence]:
    """For each known mistake of a question the evidence of its hint; nothing where none is written down."""
    root = root or find_root()
    path = root / "solutions" / "evidence" / f"{question_id}.py"
    written: dict[str, Evidence] = import_file(path).EVIDENCE if path.is_file() else {}
    return {
        mistake.id: written[mistake.same_as or mistake.id]
        for mistake in misconceptions(question_id, root)
        if (mistake.same_as or mistake.id) in written
    }


def holds(
    claims: Evidence, function: str, probes: Mapping[str, Probe], made: Mapping[str, Any], expected: Mapping[str, Any]
) -> bool:
    """Whether all that a hint claims of a function is true of it.

    Args:
        function: its name.
        probes: all of that function; one that it does not have claims nothing of it.
        made: a program's functions by name.
        expected: what the probes give of the reference.
    """
    return all(
        _is_true(claim, outcome_of(function, probes[name], made), expected[name])
        for name, claim in claims.items()
        if name in probes
    )


def _is_true(claim: Claim, got: Any, expected: Any) -> bool:
    try:
        return bool(claim(got, expected))
    except Exception:  # it is not even of the kind that the claim speaks of
        return False


# What many claims say --------------------------------------------------------------------------


def right(got: Any, expected: Any) -> bool:
    return signature(got).agrees(signature(expected).record)


def wrong(got: Any, expected: Any) -> bool:
    return not right(got, expected)


def finished(got: Any, expected: Any) -> bool:
    """The call came to its end."""
    return not isinstance(got, Exception)


def accepted(got: Any, expected: Any) -> bool:
    """What should be refused was not: any of several calls, or the one."""
    return any(each[0] == "accepted" for each in refusals(got))


def wrong_error(got: Any, expected: Any) -> bool:
    """What should be refused was, but by an exception of another kind."""
    return any(each[0] == "refused" and isinstance(each[1], str) for each in refusals(got))


def quotes_too_little(got: Any, expected: Any) -> bool:
    """The exception is the right one and leaves out a number."""
    return all(each[0] == "refused" and not isinstance(each[1], str) for each in refusals(got)) and wrong(got, expected)


def refusals(got: Any) -> Iterable[Any]:
    return got if isinstance(got, tuple) else (got,)


def no_gradient(got: Any, expected: Any) -> bool:
    """No gradient arrives, or not at every tensor that should have one."""
    return isinstance(got, str) or any(gradient is None for gradient in got)


def times(factor: float) -> Claim:
    """All numbers are so many times what is right."""
    return lambda got, expected: torch.allclose(got, factor * expected, rtol=1e-3, atol=1e-5)


def shape_is(*shape: int) -> Claim:
    return lambda got, expected: tuple(got.shape) == shape


def is_a(*kinds: type) -> Claim:
    return lambda got, expected: isinstance(got, kinds)


def equals(value: Any) -> Claim:
    return lambda got, expected: bool(got == value)


def every(*claims: Claim) -> Claim:
    return lambda got, expected: all(claim(got, expected) for claim in claims)
