"""What the statements of a program define: which names, which are stubs, and what is not what was asked for."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence

from .problems import Problem

SIMILAR = 0.8
"""From which ratio on, in `difflib`'s sense, a name may be meant to be another one."""


def bound_names(statement: ast.stmt) -> Iterator[str]:
    """The names a top-level statement binds, also inside `if` and `try`; `*` binds unknown ones."""
    to_see: list[ast.AST] = [statement]
    while to_see:
        node = to_see.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            continue  # what it binds inside is its own
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        to_see += ast.iter_child_nodes(node)


def first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def misspelt(
    statements: Sequence[ast.stmt],
    problems: Sequence[Problem],
    asked: Collection[str],
    bound: Collection[str] = (),
) -> list[Problem]:
    """The functions and classes that may be meant to be one that is asked for, but stands nowhere."""
    written = {name for statement in statements for name in bound_names(statement)}
    written.update(problem.loses for problem in problems)
    found: list[Problem] = []
    missing = sorted(set(asked) - written - set(bound))
    defined = {
        statement.name.casefold(): statement
        for statement in statements
        if isinstance(statement, ast.FunctionDef | ast.ClassDef)
        and statement.name not in asked
        and not statement.name.startswith(("test_", "plot_"))
    }
    held = {other: _longest_within(other, missing) for other in defined}
    for name in missing:
        longer = [other for other in defined if held[other] == name]
        close = difflib.get_close_matches(name.casefold(), defined, n=2, cutoff=SIMILAR)
        for similar in dict.fromkeys((*close, *longer)):
            one = defined[similar]
            text = f"`{one.name}` is not asked for. Should it be called `{name}`?"
            found.append(Problem(first_line(one), text))
    return found


def _longest_within(name: str, asked: Iterable[str]) -> str | None:
    """The longest of the names asked for whose words stand in another, such as `encode` in `my_encode`."""
    within = [one for one in asked if f"_{one.casefold()}_" in f"_{name}_"]
    return max(within, key=len, default=None)


def out_of_reach(statements: Sequence[ast.stmt], asked: Collection[str], bound: Collection[str]) -> list[Problem]:
    """The functions asked for that are defined where nobody outside can call them, or twice."""
    found: list[Problem] = []
    first: dict[str, int] = {}
    for statement in statements:
        name = getattr(statement, "name", "")
        if name in asked and name in first and not is_stub(statement):
            text = f"`{name}` is defined a second time, after line {first[name]}: this one counts. Keep one of them."
            found.append(Problem(first_line(statement), text))
        if name in asked and not is_stub(statement):
            first.setdefault(name, first_line(statement))
        parts = [part for part in ast.walk(statement) if isinstance(part, ast.FunctionDef | ast.ClassDef)]
        for part in parts:
            if part is not statement and part.name in asked and part.name not in bound:
                where = f"inside `{name}`" if name else "below a condition that does not hold when it is graded"
                text = f"`{part.name}` stands {where}, where nothing outside can call it. Move it to the left margin."
                found.append(Problem(part.lineno, text))
    return found


# Stubs -------------------------------------------------------------------------------------------


def is_stub(statement: ast.stmt) -> bool:
    """Whether a function, or a method of a class, does nothing but raise NotImplementedError."""
    if isinstance(statement, ast.ClassDef):
        return any(is_stub(part) for part in statement.body)
    if not isinstance(statement, ast.FunctionDef):
        return False
    body = [part for part in statement.body if not _is_idle(part)]
    return not body or _raises_not_implemented(body[0])


def stubs(statements: Sequence[ast.stmt]) -> set[str]:
    """The functions and classes that are still to be written; of several of one name the last counts."""
    last = {getattr(statement, "name", ""): statement for statement in statements}
    return {name for name, statement in last.items() if name and is_stub(statement)}


def _is_idle(statement: ast.stmt) -> bool:
    """A docstring, `...`, `pass` or `super().__init__()`: what stands around a stub's one line."""
    match statement:
        case ast.Pass() | ast.Expr(ast.Constant()):
            return True
        case ast.Expr(ast.Call(ast.Attribute(ast.Call(ast.Name("super"), [], []), "__init__"), [], [])):
            return True
    return False


def _raises_not_implemented(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Raise) and any(
        "NotImplementedError" in (getattr(node, "id", ""), getattr(node, "attr", "")) for node in ast.walk(statement)
    )


def without_stubs_of_what_is_written(statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements without handed-out stubs of functions that another one, wherever, defines.

    What students write stands above, below and instead of what was handed out.
    """
    written = {getattr(statement, "name", None) for statement in statements if not is_stub(statement)}
    return [s for s in statements if not is_stub(s) or getattr(s, "name", None) not in written]


def stubs_below(statements: list[ast.stmt]) -> list[Problem]:
    """The stubs that Python would take in place of what stands above them."""
    written: set[str] = set()
    found = []
    for statement in statements:
        name = getattr(statement, "name", "")
        if name and not is_stub(statement):
            written.add(name)
        elif name in written:
            text = f"here `{name}` is handed out once more, below yours. Yours counts; delete this one."
            found.append(Problem(statement.lineno, text))
    return found


def never_reached(statements: list[ast.stmt]) -> list[Problem]:
    """What students wrote below the line that a stub raises by, and so is still a stub."""
    found = []
    for statement in statements:
        parts = statement.body if isinstance(statement, ast.ClassDef) else [statement]
        for function in parts:
            body = getattr(function, "body", []) if is_stub(function) else []
            below = [part for part in body if not (_is_idle(part) or _raises_not_implemented(part))]
            if below:
                text = "what stands below the line above it, `raise NotImplementedError`, is never reached. "
                found.append(Problem(below[0].lineno, text + "Delete that line."))
    return found
