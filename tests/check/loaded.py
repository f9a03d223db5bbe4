"""Student files that are loaded from a text."""

from __future__ import annotations

from textwrap import dedent

from autograder.check.loading.source import Loaded, load


def load_text(text: str, **options) -> Loaded:
    return load(dedent(text).encode(), "embeddings.py", **options)


def lines_of(loaded: Loaded) -> list[int]:
    return [problem.line for problem in loaded.problems]
