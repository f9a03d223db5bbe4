"""Loads a student's file statement by statement, so that one error does not cost the whole file.

Used at the student's desk and behind the grader's wall, so it stands on the standard library alone.
"""

from __future__ import annotations
import __future__ as future_features

import ast
import linecache
import sys
import traceback
import types
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from . import notebook
from .blocks import UNREADABLE
from .defaults import Defaults, for_one_call_alone, without_effect
from .definitions import bound_names, first_line, misspelt, out_of_reach
from .problems import Problem, first_of, message_of
from .reading import decode, parse_lines
from .refusals import with_reason

MODULE = "embeddings"
"""The name under which the file is loaded, so that `if __name__ == "__main__":` does not run."""


@dataclass(frozen=True)
class Loaded:
    """A loaded file: the module with all that could be bound, and what went wrong, by line."""

    module: types.ModuleType
    problems: tuple[Problem, ...]

    @property
    def unreadable(self) -> list[str]:
        """The functions and classes in lines that are no Python."""
        return [problem.loses for problem in self.problems if problem.loses]


def load(
    source: bytes,
    filename: str,
    *,
    asked: Collection[str] = (),
    before: Callable[[int], None] | None = None,
    skip: frozenset[int] = frozenset(),
    defaults: Defaults | None = None,
) -> Loaded:
    """Run a file's top-level statements one by one, so that what is bound around an error counts.

    The module is registered in `sys.modules`, and the source in `linecache` for tracebacks.

    Args:
        source: the file's bytes, in any encoding that Python takes.
        filename: what tracebacks call it.
        asked: the names that the file should define; what may be a misspelt one is a problem.
        before: called with a statement's first line before it runs; who has to kill a statement
            that never ends knows by this where it was.
        skip: first lines of statements to leave out.
        defaults: settings that are put back after each statement; a change is a problem.
    """
    problems: list[Problem] = []
    lines = decode(source, problems).split("\n")
    linecache.cache[filename] = (len(source), None, [line + "\n" for line in lines], filename)
    statements = parse_lines(lines, filename, problems)
    module = types.ModuleType(MODULE, ast.get_docstring(ast.Module(statements, []), clean=False))
    module.__file__ = filename
    sys.modules[MODULE] = module
    is_notebook = notebook.is_from_notebook(lines)
    if is_notebook:
        vars(module)["display"] = print  # there without an import, like `print`
    flags = _future_flags(statements, problems, anywhere=is_notebook)
    wanted = [
        statement for statement in statements if first_line(statement) not in skip and not _is_constant(statement)
    ]
    run = _Run(module, filename, flags, before, defaults)
    failed = run.all(wanted)
    if is_notebook:  # its cells may stand in another order than the one they were run in
        early = [statement for statement, problem in failed if problem.lacks]
        late = [statement for statement in early if getattr(statement, "name", None) not in vars(module)]
        failed = [(statement, problem) for statement, problem in failed if not problem.lacks]
        failed += run.all(late)
    lost = {name for statement, _ in failed for name in bound_names(statement)} - vars(module).keys()
    # What only shows something, such as a plot, and lacks what is lost already: it is told there.
    problems += [found for statement, found in failed if not (_is_shown(statement) and found.lacks in lost)]
    problems += misspelt(statements, problems, asked, vars(module))
    problems += out_of_reach(statements, asked, vars(module))
    changes = dict.fromkeys((*run.changes, *(for_one_call_alone(statements) if defaults else ())))
    problems += [Problem(line, text) for line, text in changes]
    # What cannot be read comes first: it costs a function.
    return Loaded(module, first_of(sorted(problems, key=lambda problem: (not problem.loses, problem.line))))


def place(filename: str, line: int) -> str:
    """A line of a file that was loaded, as `notebook.place` says it."""
    return notebook.place(linecache.getlines(filename), line)


@dataclass
class _Run:
    """Runs top-level statements of one file.

    Attributes:
        changes: line and sentence for each setting that they changed.
    """

    module: types.ModuleType
    filename: str
    flags: int
    before: Callable[[int], None] | None
    defaults: Defaults | None
    changes: list[tuple[int, str]] = field(default_factory=list)

    def all(self, statements: list[ast.stmt]) -> list[tuple[ast.stmt, Problem]]:
        """Run statements in their order; give those that failed, and what went wrong."""
        failed = []
        for statement in statements:
            if self.before is not None:
                self.before(first_line(statement))
            problem = self.one(statement)
            if self.defaults is not None:
                self.changes += without_effect(statement, self.defaults.put_back())
            if problem is not None:
                failed.append((statement, problem))
        return failed

    def one(self, statement: ast.stmt) -> Problem | None:
        """Compile and run one statement; give what went wrong."""
        tree = ast.Module([statement], [])
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                code = compile(tree, self.filename, "exec", flags=self.flags, dont_inherit=True)
        except UNREADABLE as error:
            line = getattr(error, "lineno", None) or first_line(statement)
            return Problem(line, f"Python cannot read this: {message_of(error)}. The statement is left out.")
        try:
            exec(code, self.module.__dict__)
        except SystemExit:
            line = first_line(statement)
            text = "the file ends the program here (SystemExit). What follows was still read."
            return Problem(line, text)
        except BaseException as error:
            line, inside = first_line(statement), _line_in_file(error, self.filename)
            ends = statement.end_lineno or line
            where = "" if inside is None or line <= inside <= ends else f" (in {place(self.filename, inside)})"
            raised = f"this raised {type(error).__name__}: {message_of(error)}".removesuffix(": ")
            raised = with_reason(raised, error)
            if isinstance(error, ImportError):
                raised += ". What does not need it still counts"
            return Problem(inside if inside and not where else line, raised + where, _lacks(error))
        return None


def _lacks(error: BaseException) -> str:
    name = error.name if type(error) is NameError else ""
    return name if type(name) is str else ""


def _future_flags(statements: list[ast.stmt], problems: list[Problem], *, anywhere: bool) -> int:
    """The compiler flags of the `from __future__` imports at the top, which hold for the whole file.

    Args:
        anywhere: whether they count wherever they stand, as in a notebook's cells.
    """
    flags = 0
    at_top = True
    for statement in list(statements):
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            if at_top or anywhere:
                features = (getattr(future_features, name.name, None) for name in statement.names)
                flags |= sum(feature.compiler_flag for feature in features if feature is not None)
            else:
                text = "`from __future__` imports must come first. This one is left out."
                problems.append(Problem(statement.lineno, text))
                statements.remove(statement)
        elif not _is_constant(statement):
            at_top = False
    return flags


def _is_shown(statement: ast.stmt) -> bool:
    """Whether it is an expression, whose value at most a notebook shows."""
    return isinstance(statement, ast.Expr)


def _is_constant(statement: ast.stmt) -> bool:
    """Whether it is a bare constant, such as a string used as a comment."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _line_in_file(error: BaseException, filename: str) -> int | None:
    """The last line of the file that the error passed through."""
    lines = [at for frame, at in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == filename]
    return lines[-1] if lines else None
