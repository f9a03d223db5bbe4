"""Makes first-order mutants: copies of the reference that differ from it in one small, mechanical change.

mutmut and cosmic-ray start a test process per mutant; cases that run in this process need only the
text. Each change replaces one node of the syntax tree, and only its text, so that a diff shows it as
a person would have typed it.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {
    "sin": "cos",
    "cos": "sin",
    "sum": "mean",
    "mean": "sum",
    "float64": "float32",
    "float32": "float64",
    "int64": "int32",
    "IndexError": "Exception",
    "KeyError": "Exception",
    "ValueError": "Exception",
}
"""Names that are easily taken for one another."""

MODULES = ("torch", "nn", "F")
"""What stands before the dot of a call that is not a method's."""

TYPES = {"annotation", "returns"}
"""Fields that say something to the reader and nothing to Python."""


@dataclass(frozen=True)
class Mutant:
    """The reference with one change.

    Attributes:
        where: the top-level function or class that the change is in.
        line: the line of the reference that it changes, or several as one, without comments.
        becomes: what stands there instead.
        source: the whole text.
    """

    where: str
    line: str
    becomes: str
    source: str

    def __str__(self) -> str:
        return f"in `{self.where}`, `{self.line}` becoming `{self.becomes}`"


def mutants(source: str) -> list[Mutant]:
    """All mutants of a source's functions and classes, each text once."""
    lines = source.splitlines(keepends=True)
    found: dict[str, Mutant] = {}
    for top in ast.parse(source).body:
        if not isinstance(top, ast.FunctionDef | ast.ClassDef):
            continue
        before, after = "".join(lines[: top.lineno - 1]), "".join(lines[top.end_lineno :])
        text = "".join(lines[top.lineno - 1 : top.end_lineno])
        for changed in _changed(text):
            whole = before + changed + after
            old, new = _changed_lines(text, changed)
            found.setdefault(whole, Mutant(top.name, old, new, whole))
    return list(found.values())


def diff(source: str, mutant: Mutant, path: str) -> str:
    """What a mutant changes, as a unified diff with one line around it."""
    pair = (source.splitlines(), mutant.source.splitlines())
    return "\n".join(difflib.unified_diff(*pair, path, f"{path} (mutant)", lineterm="", n=1))


def _changed(text: str) -> Iterator[str]:
    """The texts of one top-level statement with one change each."""
    tree = ast.parse(text)
    unchanged = ast.dump(tree)
    for old, anchor in list(_nodes(tree.body[0], tree.body[0])):
        for new in _replacements(old):
            _Swap(old, new).visit(tree)
            wanted, piece = ast.dump(tree), ast.unparse(new if anchor is old else anchor)
            _Swap(new, old).visit(tree)
            if wanted == unchanged:  # as when two equal arguments are swapped
                continue
            in_any_brackets = (piece, f"({piece})", piece[1:-1])
            texts = (_with(text, anchor, written) for written in in_any_brackets)
            yield next(changed for changed in texts if _parses_to(wanted, changed))


def _nodes(node: ast.AST, anchor: ast.AST, in_message: bool = False) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Every node that may be replaced, with the node whose text is then written anew.

    That is the node itself, but for those that have no place in the text, or an f-string's parts,
    whose places Python 3.11 does not tell.
    """
    anchor = node if hasattr(node, "lineno") and not in_message else anchor
    yield node, anchor
    in_message = in_message or isinstance(node, ast.JoinedStr)
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            is_text = isinstance(child, ast.Constant) and isinstance(child.value, str)
            is_free = is_text and (in_message or isinstance(node, ast.Expr))  # words of messages, docstrings
            if isinstance(child, ast.AST) and field not in TYPES and not is_free:
                yield from _nodes(child, anchor, in_message)


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in the place of a node."""
    match node:
        case ast.Compare(left, [operator], others):
            yield from (ast.Compare(left, [other()], others) for other in COMPARISONS[type(operator)])
        case ast.BinOp(left, operator, right) if type(operator) in OPERATORS:
            yield ast.BinOp(left, OPERATORS[type(operator)](), right)
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.Constant(value):
            yield from map(_expression, _other_values(value))
        case ast.Name(name, ctx) if name in NAMES:
            yield ast.Name(NAMES[name], ctx)
        case ast.Attribute(value, name, ast.Load() as ctx):
            if name in NAMES:
                yield ast.Attribute(value, NAMES[name], ctx)
            if name == "T":
                yield value
        case ast.Subscript(value, _, ast.Load()):
            yield value
        case ast.Slice(lower, upper, step):
            yield from _other_slices(lower, upper, step)
        case ast.Call(function, arguments, keywords):
            yield from _other_calls(function, arguments, keywords)
        case ast.Tuple(items, ast.Load() as ctx) | ast.List(items, ast.Load() as ctx):
            yield from (type(node)(others, ctx) for others in (*_with_two_swapped(items), *_with_one_less(items)))
        case ast.Dict(keys, values):
            yield from map(ast.Dict, _with_one_less(keys), _with_one_less(values))
        case ast.DictComp(key, value, generators):
            yield ast.DictComp(value, key, generators)
        case ast.comprehension(target, iterated, conditions):
            for others in _with_one_less(conditions):
                yield ast.comprehension(target, iterated, others, 0)
        case ast.JoinedStr(values):
            for at, value in enumerate(values):
                if isinstance(value, ast.FormattedValue):
                    yield _expression(ast.unparse(ast.JoinedStr(values[:at] + values[at + 1 :])))
        case ast.IfExp(test, body, other):
            yield ast.IfExp(_negated(test), body, other)
    if isinstance(node, ast.stmt):
        yield from _other_statements(node)


def _other_values(value: Any) -> Iterator[str]:
    if isinstance(value, bool):
        yield repr(not value)
    elif isinstance(value, int):
        yield from (repr(value + 1), repr(value - 1))
    elif isinstance(value, float):
        yield from (repr(round(value * 1.1, 9)), "0.0")
    elif isinstance(value, str):
        yield repr(value + "_")


def _other_slices(lower: Any, upper: Any, step: Any) -> Iterator[ast.AST]:
    if lower:
        yield ast.Slice(None, upper, step)
    if upper:
        yield ast.Slice(lower, None, step)
    for bound in (lower, upper):
        if bound and not isinstance(bound, ast.Constant):  # a constant is changed as such
            for moved in (
                ast.BinOp(bound, ast.Add(), ast.Constant(1)),
                ast.BinOp(bound, ast.Sub(), ast.Constant(1)),
            ):
                yield ast.Slice(moved, upper, step) if bound is lower else ast.Slice(lower, moved, step)


def _other_calls(function: ast.expr, arguments: list, keywords: list) -> Iterator[ast.AST]:
    """Other arguments, or none of the call but what it works on."""
    for others in (*_with_two_swapped(arguments), *_with_one_less(arguments)):
        yield ast.Call(function, others, keywords)
    for others in _with_one_less(keywords):
        yield ast.Call(function, arguments, others)
    if isinstance(function, ast.Attribute) and not ast.unparse(function.value).startswith(MODULES):
        yield function.value
    yield from arguments[:1]


def _other_statements(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef() | ast.ClassDef() | ast.Pass() | ast.Expr(ast.Constant()):
            return
        case ast.Return(value):
            yield ast.Return(ast.Constant(None))
            return
        case ast.AugAssign(target, operator, value):
            yield ast.AugAssign(target, OPERATORS[type(operator)](), value)
            yield ast.Assign([target], value, lineno=node.lineno)  # which `ast.unparse` asks for
        case ast.If(test, body, others):
            if not isinstance(test, ast.Compare):
                yield ast.If(_negated(test), body, others)
        case ast.With(_, body):
            yield ast.If(ast.Constant(True), body, [])
    yield ast.Pass()


def _with_two_swapped(items: list) -> Iterator[list]:
    for at in range(len(items) - 1):
        yield [*items[:at], items[at + 1], items[at], *items[at + 2 :]]


def _with_one_less(items: list) -> Iterator[list]:
    for at in range(len(items)):
        yield items[:at] + items[at + 1 :]


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), test)


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


class _Swap(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def _with(text: str, node: Any, piece: str) -> str:
    """The text with `piece` in the place of a node, whose columns count bytes."""
    lines = text.encode().splitlines(keepends=True)
    first, last = lines[node.lineno - 1], lines[node.end_lineno - 1]
    piece = piece.replace("\n", "\n" + " " * node.col_offset)
    middle = first[: node.col_offset] + piece.encode() + last[node.end_col_offset :]
    return b"".join([*lines[: node.lineno - 1], middle, *lines[node.end_lineno :]]).decode()


def _parses_to(wanted: str, text: str) -> bool:
    try:
        return ast.dump(ast.parse(text)) == wanted
    except SyntaxError:
        return False


def _changed_lines(old: str, new: str) -> tuple[str, str]:
    """The lines that differ, stripped and joined, of both texts."""
    pair = old.splitlines(), new.splitlines()
    spans = [o for o in difflib.SequenceMatcher(None, *pair, autojunk=False).get_opcodes() if o[0] != "equal"]
    first, last = spans[0], spans[-1]
    return _in_one(pair[0][first[1] : last[2]]), _in_one(pair[1][first[3] : last[4]])


def _in_one(lines: list[str]) -> str:
    """Lines as one, without comments; with one kind of quotes, which Python's versions choose differently."""
    return " ".join(line.partition("  #")[0].strip() for line in lines).replace('"', "'")
