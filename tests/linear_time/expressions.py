"""Every regular expression of the project, found by reading its source, and the texts that try it."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from types import SimpleNamespace
from typing import Any

from autograder.assignment import ROOT
from autograder.check.import_name import importable_as_check

FOLDERS = ("autograder", "student_template/check", "assignment", "solutions")
"""Where the project's own code lies; student_template/check is a copy."""

ASKS = frozenset({"search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn"})

EXAMPLES: dict[str, tuple[Any, ...]] = {
    "quote": ("'", '"', "'''", '"""'),
    "value": (7, 4711),
    "stem": ("embeddings",),
    "files": ("embeddings|answers",),
    "copy": (r"( ?\(\d+\)|-\d+| ?-? ?copy( ?\(?\d+\)?)?)?",),
    "name": ("encode",),
    "names": ("encode|one_hot|LearnedPositions",),
    "question": (SimpleNamespace(id="one_hot"),),
    "separator": (",", ";", "\t"),
    "end_of_cell": ("[,\r\n]", "[;\r\n]"),
}
"""What stands in an expression that is put together when it is used."""

_PLACE_OF_FLAGS = {"compile": 1, "search": 2, "match": 2, "fullmatch": 2, "findall": 2, "finditer": 2}


@dataclass(frozen=True)
class Expression:
    """A regular expression.

    Attributes:
        where: the file and the line.
        asks: the methods that the file calls on it; all, where that cannot be seen.
    """

    where: str
    pattern: re.Pattern
    asks: frozenset[str]


@cache
def expressions() -> tuple[Expression, ...]:
    """Those of all files, the same one of a file once."""
    importable_as_check()  # hidden tests import `check`
    found = []
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            found += expressions_in(path.read_text(encoding="utf-8"), name)
    return tuple(found)


def expressions_in(source: str, name: str) -> Iterator[Expression]:
    """Those of one file.

    Raises:
        LookupError: for one that cannot be known by reading, saying what to do.
    """
    tree = ast.parse(source)
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "re":
            raise LookupError(f"{name}, line {node.lineno}: write `import re`, by which expressions are found.")
        if not _is_of_re(node):
            continue
        call = above[node]
        if not (isinstance(call, ast.Call) and call.func is node and call.args):
            raise LookupError(f"{name}, line {node.lineno}: call `re.{node.attr}` here with its expression.")
        asks = _asks(call, above, tree) if node.attr == "compile" else frozenset({node.attr})
        for pattern in _patterns(call, node.attr, name):
            yield Expression(f"{name}:{node.lineno}", pattern, asks)


def _is_of_re(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "re"
        and node.attr in ASKS | {"compile"}
    )


def _patterns(call: ast.Call, function: str, name: str) -> Iterator[re.Pattern]:
    """What a call of `re` compiles: several, where it puts the expression together."""
    place = _PLACE_OF_FLAGS.get(function, len(call.args))
    given = [keyword.value for keyword in call.keywords if keyword.arg == "flags"]
    flags = eval(ast.unparse((given or call.args[place : place + 1] or [ast.Constant(0)])[0]), {"re": re})
    free = {node.id for node in ast.walk(call.args[0]) if isinstance(node, ast.Name)}
    known = vars(importlib.import_module(_module(name))) if free else {}
    open_ = sorted(free - known.keys() - {"str"})
    if lacking := [one for one in open_ if one not in EXAMPLES]:
        raise LookupError(f"{name}, line {call.lineno}: give an example for {lacking} in {__name__}.EXAMPLES.")
    for values in product(*(EXAMPLES[one] for one in open_)):
        text = eval(ast.unparse(call.args[0]), {**known, **dict(zip(open_, values, strict=True))})
        yield re.compile(text, flags)


def _module(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _asks(call: ast.Call, above: dict[ast.AST, ast.AST], tree: ast.AST) -> frozenset[str]:
    """How the file uses what it compiles here."""
    statement: ast.AST = call
    while not isinstance(statement, ast.stmt):
        statement = above[statement]
    if not (isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)):
        return ASKS
    variable, asks = statement.targets[0].id, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == variable and isinstance(node.ctx, ast.Load):
            user = above[node]
            while isinstance(user, ast.Subscript | ast.IfExp):  # one of several expressions
                user = above[user]
            if not (isinstance(user, ast.Attribute) and user.attr in ASKS):
                return ASKS
            asks.add(user.attr)
    return frozenset(asks) or ASKS


def ask(pattern: re.Pattern, how: str, text: str) -> None:
    """Use an expression on a text to its end."""
    told: Any = text.encode("utf-8", "surrogatepass") if isinstance(pattern.pattern, bytes) else text
    if how in ("search", "match", "fullmatch"):
        getattr(pattern, how)(told)
    elif how == "split":
        pattern.split(told)
    else:
        for _ in pattern.finditer(told):
            pass


# What stands in an expression ----------------------------------------------------------------------

_CATEGORIES = {"CATEGORY_DIGIT": "7", "CATEGORY_SPACE": " \n", "CATEGORY_WORD": "a7"}


@dataclass(frozen=True)
class Units:
    """Short texts to make long ones of.

    Attributes:
        characters: every character that stands in the expression, one of each class, and a few others.
        beginnings: what the beginnings of the expression and of its parts match: near-matches.
    """

    characters: tuple[str, ...]
    beginnings: tuple[str, ...]


def units(pattern: re.Pattern) -> Units:
    parsed = re._parser.parse(pattern.pattern, pattern.flags)  # type: ignore[attr-defined]
    characters = dict.fromkeys([*_characters(parsed), "\n", " ", "a"])
    return Units(tuple(characters), tuple(filter(None, dict.fromkeys(_beginnings(parsed)))))


def _parts(code: str, value: Any) -> list[Any]:
    """The sequences inside one item of a parsed expression."""
    if code in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        return [value[2]]
    if code == "SUBPATTERN":
        return [value[3]]
    if code == "ATOMIC_GROUP":
        return [value]
    if code in ("ASSERT", "ASSERT_NOT"):
        return [value[1]]
    if code == "BRANCH":
        return list(value[1])
    return []


def _characters(parsed: Iterable[tuple[Any, Any]]) -> Iterator[str]:
    for code, value in parsed:
        if str(code) in ("LITERAL", "NOT_LITERAL"):
            yield chr(value)
        elif str(code) == "RANGE":
            yield from map(chr, value)
        elif str(code) == "CATEGORY":
            yield from _CATEGORIES.get(str(value), "")
        elif str(code) == "IN":
            yield from _characters(value)
        for part in _parts(str(code), value):
            yield from _characters(part)


def _example(parsed: Iterable[tuple[Any, Any]]) -> str:
    """A text that a sequence may match, but for what it looks at around it."""
    text = ""
    for code, value in parsed:
        if str(code) in ("LITERAL", "RANGE", "CATEGORY"):
            text += next(_characters([(code, value)]), "a")
        elif str(code) in ("NOT_LITERAL", "ANY"):
            text += "b" if value == ord("a") else "a"
        elif str(code) == "IN":
            text += "a" if str(value[0][0]) == "NEGATE" else _example(value[:1])
        elif str(code).endswith("_REPEAT"):
            text += _example(value[2]) * max(1, min(value[0], 8))
        elif str(code) in ("SUBPATTERN", "ATOMIC_GROUP", "BRANCH"):
            text += _example(_parts(str(code), value)[0])
    return text


def _beginnings(parsed: Any) -> Iterator[str]:
    for end in range(1, len(parsed) + 1):
        yield _example(parsed[:end])
    for code, value in parsed:
        for part in _parts(str(code), value):
            yield from _beginnings(part)
