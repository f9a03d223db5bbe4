"""Puts right functions in the place of some of a student's, while what builds on them is tried again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


def put_in(namespace: dict[str, Any], names: Iterable[str], source: bytes | memoryview) -> None:
    """Bind names of a loaded file to what the substitutes' file has for them.

    Args:
        source: that file; its `substitute` takes a name and what the student has there.
    """
    substitutes: dict[str, Any] = {}
    exec(compile(bytes(source), "substitutes.py", "exec", dont_inherit=True), substitutes)
    for name in names:
        namespace[name] = substitutes["substitute"](name, namespace.get(name))
