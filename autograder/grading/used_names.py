"""Which of a file's functions and classes others need, by the names in them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable


def defined_in(tree: ast.Module) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    """The functions and classes at the top of a file, by name."""
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def used_by(names: Iterable[str], tree: ast.Module) -> set[str]:
    """Of a file's functions and classes those with these names, and all that they name, directly or not."""
    defined = defined_in(tree)
    waiting = list(names)
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in defined and name not in used:
            used.add(name)
            waiting += re.findall(r"\w+", ast.unparse(defined[name]))
    return used
