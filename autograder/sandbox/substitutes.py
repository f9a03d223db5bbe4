"""Puts right functions in the place of some of a student's, while what builds on them is tried again."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

MENDED = "mended_"
"""The prefix of a function that mends the student's own, where it can."""


def put_in(namespace: dict[str, Any], names: Iterable[str], source: bytes | memoryview) -> None:
    """Bind names of a loaded file to what the substitutes' file has for them.

    Args:
        source: what the substitutes' file defines by these names.
    """
    substitutes: dict[str, Any] = {}
    exec(compile(bytes(source), "substitutes.py", "exec", dont_inherit=True), substitutes)
    for name in names:
        right, mend = substitutes[name], substitutes.get(MENDED + name)
        if mend is not None:
            with suppress(Exception):
                right = mend(namespace[name])
        namespace[name] = right
