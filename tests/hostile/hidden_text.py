"""What no student may ever see: lines and words of the hidden tests and of the reference."""

from __future__ import annotations

import ast
from functools import lru_cache

from autograder.assignment import ROOT
from tests.hostile.collection import ATTACKS

_SHORTEST_LINE, _SHORTEST_WORD = 30, 5


@lru_cache
def hidden_text() -> frozenset[str]:
    """Lines of code and texts that hidden cases hand over, unless students were given them anyway."""
    public = _given_to_students()
    found: set[str] = set()
    for path in [*(ROOT / "assignment" / "hidden_tests").glob("*.py"), ROOT / "solutions" / "embeddings.py"]:
        source = path.read_text(encoding="utf-8")
        found |= {text for text in map(str.strip, source.splitlines()) if len(text) >= _SHORTEST_LINE}
        constants = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
        found |= {text for text in constants if isinstance(text, str) and len(text) >= _SHORTEST_WORD}
    return frozenset(text for text in found if _squeezed(text) not in public)


def hidden_in(text: str) -> list[str]:
    """The hidden texts that occur in `text`."""
    return sorted(secret for secret in hidden_text() if secret in text)


def _given_to_students() -> str:
    given = [path for path in (ROOT / "student_template").rglob("*") if path.suffix in (".py", ".md", ".txt")]
    given += list((ROOT / "assignment").glob("*.md"))
    given += list((ROOT / "autograder" / "feedback").glob("*.py")) + list(
        (ROOT / "autograder" / "grading").glob("*.py")
    )
    texts = [path.read_text(encoding="utf-8") for path in given]
    texts += [(ROOT / "autograder" / "feedback" / "templates" / "feedback.html").read_text(encoding="utf-8")]
    return _squeezed("\n".join(texts + [attack.source.decode() for attack in ATTACKS]))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
