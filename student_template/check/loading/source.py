"""Loads a student's file statement by statement, so that one error does not cost the whole file.

Used at the student's desk and behind the grader's wall, so it stands on the standard library alone.
"""

from __future__ import annotations
import __future__ as future_features

import ast
import difflib
import linecache
import re
import sys
import tokenize
import types
import warnings
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from . import notebook
from .defaults import Defaults, for_one_call_alone, without_effect
from .refusals import with_reason

MODULE = "embeddings"
"""The name under which the file is loaded, so that `if __name__ == "__main__":` does not run."""

SIMILAR = 0.8
"""From which ratio on, in `difflib`'s sense, a name may be meant to be another one."""

LONGEST = 300
"""Characters after which the text of an error is cut."""

MOST_PROBLEMS = 100
"""Of a file; more are not told."""

MOST_BROKEN, MOST_BEHIND = 100, 20_000
"""Blocks that cannot be read for which it is seen whether they go on, and characters behind each that are
looked at: a file of any length is read in time that grows with its length."""

_UNREADABLE = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)
_CONTINUES = re.compile(r"[\s#)\]}]|(else|elif|except|finally)\b")
_DEFINES = re.compile(r"(?:async\s+)?(?:def|class)\s+(\w+)")
_CONFLICT = re.compile(r"<{7} |={7}$|>{7} ")
_STARTS_AFRESH = re.compile(r"@|((async\s+)?def|class|import|from)\b")


@dataclass(frozen=True)
class Problem:
    """Something wrong with the file itself: the line, counted from 1, and a sentence.

    Attributes:
        lacks: the name that was not there, if that is it.
        loses: the function or class that could not be read, if it is that.
    """

    line: int
    text: str
    lacks: str = ""
    loses: str = ""


@dataclass(frozen=True)
class Loaded:
    """A loaded file: the module with all that could be bound, and what went wrong, by line."""

    module: types.ModuleType
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class _Block:
    """Lines that belong to one top-level statement; `start` counts from 0."""

    start: int
    lines: tuple[str, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.lines)


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
    lines = _decode(source, problems).split("\n")
    linecache.cache[filename] = (len(source), None, [line + "\n" for line in lines], filename)
    statements = _parse(lines, filename, problems)
    module = types.ModuleType(MODULE, ast.get_docstring(ast.Module(statements, []), clean=False))
    module.__file__ = filename
    sys.modules[MODULE] = module
    is_notebook = notebook.is_from_notebook(lines)
    if is_notebook:
        vars(module)["display"] = print  # there without an import, like `print`
    flags = _future_flags(statements, problems, anywhere=is_notebook)
    wanted = [
        statement for statement in statements if _first_line(statement) not in skip and not _is_constant(statement)
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
    return Loaded(module, _first(sorted(problems, key=lambda problem: (not problem.loses, problem.line))))


def parse(source: bytes, filename: str) -> tuple[list[ast.stmt], list[Problem]]:
    """The top-level statements that can be read, and what is wrong; nothing is run."""
    problems: list[Problem] = []
    statements = _parse(_decode(source, problems).split("\n"), filename, problems)
    return statements, list(_first(problems))


def _first(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """As many as are told, and that there are more."""
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    text = f"from here on there are more lines like those above: {MOST_PROBLEMS} are listed. Fix them first."
    return (*problems[:MOST_PROBLEMS], Problem(problems[MOST_PROBLEMS].line, text))


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
            found.append(Problem(_first_line(one), text))
    return found


def out_of_reach(statements: Sequence[ast.stmt], asked: Collection[str], bound: Collection[str]) -> list[Problem]:
    """The functions asked for that are defined where nobody outside can call them, or twice."""
    found: list[Problem] = []
    first: dict[str, int] = {}
    for statement in statements:
        name = getattr(statement, "name", "")
        if name in asked and name in first and not is_stub(statement):
            text = f"`{name}` is defined a second time, after line {first[name]}: this one counts. Keep one of them."
            found.append(Problem(_first_line(statement), text))
        if name in asked and not is_stub(statement):
            first.setdefault(name, _first_line(statement))
        parts = [part for part in ast.walk(statement) if isinstance(part, ast.FunctionDef | ast.ClassDef)]
        for part in parts:
            if part is not statement and part.name in asked and part.name not in bound:
                where = f"inside `{name}`" if name else "below a condition that does not hold when it is graded"
                text = f"`{part.name}` stands {where}, where nothing outside can call it. Move it to the left margin."
                found.append(Problem(part.lineno, text))
    return found


def _longest_within(name: str, asked: Iterable[str]) -> str | None:
    """The longest of the names asked for whose words stand in another, such as `encode` in `my_encode`."""
    within = [one for one in asked if f"_{one.casefold()}_" in f"_{name}_"]
    return max(within, key=len, default=None)


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
                self.before(_first_line(statement))
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
        except _UNREADABLE as error:
            line = getattr(error, "lineno", None) or _first_line(statement)
            return Problem(line, f"Python cannot read this: {_what(error)}. The statement is left out.")
        try:
            exec(code, self.module.__dict__)
        except SystemExit:
            line = _first_line(statement)
            text = "the file ends the program here (SystemExit). What follows was still read."
            return Problem(line, text)
        except BaseException as error:
            line, inside = _first_line(statement), _line_in_file(error, self.filename)
            ends = statement.end_lineno or line
            where = "" if inside is None or line <= inside <= ends else f" (in {place(self.filename, inside)})"
            raised = f"this raised {type(error).__name__}: {_what(error)}".removesuffix(": ")
            raised = with_reason(raised, error)
            if isinstance(error, ImportError):
                raised += ". What does not need it still counts"
            return Problem(inside if inside and not where else line, raised + where, _lacks(error))
        return None


def _lacks(error: BaseException) -> str:
    name = error.name if type(error) is NameError else ""
    return name if type(name) is str else ""


# Reading -----------------------------------------------------------------------------------------


def _decode(source: bytes, problems: list[Problem]) -> str:
    """Turn a file's bytes into text with `\\n` line ends, noting what Python itself would refuse."""
    if source.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = source.decode("utf-16", errors="replace")
        problems.append(Problem(1, "the file is saved as UTF-16. Save it as UTF-8."))
    else:
        text = _decode_by_cookie(source, problems)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problems.append(Problem(line, "there is a null byte here, which Python refuses. It is left out."))
        text = text.replace("\0", "")
    return text


def _decode_by_cookie(source: bytes, problems: list[Problem]) -> str:
    first_lines = iter(source.splitlines(keepends=True)[:2])
    try:
        encoding, _ = tokenize.detect_encoding(lambda: next(first_lines, b""))
    except SyntaxError:
        encoding = "utf-8-sig"
    try:
        return source.decode(encoding)
    except (ValueError, LookupError) as error:
        start = error.start if isinstance(error, UnicodeDecodeError) else 0
        line = source[:start].count(b"\n") + 1
        name = encoding.removesuffix("-sig").upper()
        text = f"a character here is not {name}, so the file is read as Latin-1. Save it as UTF-8."
        problems.append(Problem(line, text))
        return source.decode("latin-1")


# Parsing -----------------------------------------------------------------------------------------


def _parse(lines: list[str], filename: str, problems: list[Problem]) -> list[ast.stmt]:
    """The top-level statements; a file that does not parse loses the blocks that hold the errors."""
    starts = notebook.first_lines(lines)
    ends = [*starts[1:], len(lines)]
    parts = [_Block(start, tuple(lines[start:end])) for start, end in zip(starts, ends, strict=True)]
    statements = [statement for part in parts for statement in _parse_part(part, lines, filename, problems)]
    if notebook.is_from_notebook(lines):
        problems += [Problem(line, text) for line, text in notebook.not_run(lines)]
    else:
        problems += _stubs_below(statements)
    problems += _never_reached(statements)
    return _without_stubs_of_what_is_written(statements)


def _parse_part(part: _Block, lines: list[str], filename: str, problems: list[Problem]) -> list[ast.stmt]:
    """The statements of a whole file, or of one cell of a notebook: no error reaches beyond it."""
    if not notebook.is_from_notebook(lines):  # it may have been one
        part = _Block(part.start, tuple(notebook.without_otter(part.lines)))
    try:
        return _statements(part, filename)
    except _UNREADABLE:
        pass
    if not notebook.is_from_notebook(lines):
        part = _without_magics(part, problems)
    blocks = _blocks(part)
    statements: list[ast.stmt] = []
    broken, broken_until = 0, -1
    index = 0
    while index < len(blocks):
        block = blocks[index]
        taken = 1
        try:
            statements += _statements(block, filename)
        except _UNREADABLE as error:
            broken += 1
            joined = _join(blocks, index, filename) if broken <= MOST_BROKEN else None
            if joined is not None:
                taken, more = joined
                statements += more
            else:
                goes_on = broken_until == block.start and not _STARTS_AFRESH.match(block.lines[0])
                if not goes_on and len(problems) <= MOST_PROBLEMS:  # else it was reported, or is not told
                    problems.append(_unreadable(block, error, lines))
                broken_until = block.end
        index += taken
    return statements


def _without_magics(part: _Block, problems: list[Problem]) -> _Block:
    """A program without the lines that only a notebook understands: those that export one leave them in."""
    lines = tuple(notebook.without_magics(part.lines))
    for number, (before, after) in enumerate(zip(part.lines, lines, strict=True), part.start + 1):
        if before != after and before.lstrip().startswith(("!", "%", "?")):
            text = f"`{_cut(before.strip())}` works in a notebook only. It is left out."
            problems.append(Problem(number, text))
    return _Block(part.start, lines)


def _without_stubs_of_what_is_written(statements: list[ast.stmt]) -> list[ast.stmt]:
    """The statements without handed-out stubs of functions that another one, wherever, defines.

    What students write stands above, below and instead of what was handed out.
    """
    written = {getattr(statement, "name", None) for statement in statements if not is_stub(statement)}
    return [s for s in statements if not is_stub(s) or getattr(s, "name", None) not in written]


def _stubs_below(statements: list[ast.stmt]) -> list[Problem]:
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


def _never_reached(statements: list[ast.stmt]) -> list[Problem]:
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


def is_stub(statement: ast.stmt) -> bool:
    """Whether a function, or a method of a class, does nothing but raise NotImplementedError."""
    if isinstance(statement, ast.ClassDef):
        return any(is_stub(part) for part in statement.body)
    if not isinstance(statement, ast.FunctionDef):
        return False
    body = [part for part in statement.body if not _is_idle(part)]
    return not body or _raises_not_implemented(body[0])


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


def _statements(block: _Block, filename: str) -> list[ast.stmt]:
    """Parse a block; line numbers are the file's."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse("\n".join(block.lines) + "\n", filename)
    except SyntaxError as error:
        error.lineno = (error.lineno or 1) + block.start
        raise
    return ast.increment_lineno(tree, block.start).body


def _blocks(part: _Block) -> list[_Block]:
    """Cut where a line starts in the first column; decorators belong to what follows."""
    lines = part.lines
    starts = []
    after_decorator = False
    for number, line in enumerate(lines):
        line = line.lstrip("\f")
        if not line or _CONTINUES.match(line):
            continue
        if not after_decorator:
            starts.append(number)
        after_decorator = line.startswith("@")
    if not starts or not all(_is_empty(line) for line in lines[: starts[0]]):
        starts.insert(0, 0)  # indented lines at the very top
    ends = [*starts[1:], len(lines)]
    return [_Block(part.start + start, tuple(lines[start:end])) for start, end in zip(starts, ends, strict=True)]


def _join(blocks: list[_Block], index: int, filename: str) -> tuple[int, list[ast.stmt]] | None:
    """Join a block that ends inside a string or a bracket with those behind it, up to where that ends.

    Such may hold lines that start in the first column. Nothing else that follows mends a block.

    Returns:
        How many blocks were joined, and their statements; None if that makes no statement.
    """
    reader = notebook.Reader()
    lines: list[str] = []
    left = MOST_BEHIND
    for count, block in enumerate(islice(blocks, index, None), 1):
        for line in block.lines:
            reader.is_open_after(line)
        lines += block.lines
        left -= sum(map(len, block.lines)) + len(block.lines) if count > 1 else 0
        if not reader.is_open or left < 0:
            break
    if count == 1 or reader.is_open:
        return None
    try:
        return count, _statements(_Block(blocks[index].start, tuple(lines)), filename)
    except _UNREADABLE:
        return None


def _unreadable(block: _Block, error: BaseException, lines: list[str]) -> Problem:
    first, last = block.start + 1, block.end
    while last > first and _is_empty(block.lines[last - 1 - block.start]):
        last -= 1
    line = min(max(getattr(error, "lineno", None) or first, first), last)
    names = [match[1] for text in block.lines if (match := _DEFINES.match(text))]
    lost = f"`{names[0]}`" if names else "it"
    where = notebook.place(lines, first, last)
    what = f"Python cannot read this: {_what(error)}"
    if any(_CONFLICT.match(text) for text in block.lines):
        what = (
            "git could not merge two versions here and left both. Keep one, and delete the lines that begin "
            "with `<<<<<<<`, `=======` and `>>>>>>>`"
        )
    text = f"{what}. So {lost} is left out ({where})."
    return Problem(line, text, loses=names[0] if names else "")


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


# Small things ------------------------------------------------------------------------------------


def _first_line(statement: ast.stmt) -> int:
    decorators = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])


def _is_shown(statement: ast.stmt) -> bool:
    """Whether it is an expression, whose value at most a notebook shows."""
    return isinstance(statement, ast.Expr)


def _is_constant(statement: ast.stmt) -> bool:
    """Whether it is a bare constant, such as a string used as a comment."""
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_empty(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _line_in_file(error: BaseException, filename: str) -> int | None:
    """The last line of the file that the error passed through."""
    line = None
    traceback = error.__traceback__
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == filename:
            line = traceback.tb_lineno
        traceback = traceback.tb_next
    return line


def _what(error: BaseException) -> str:
    """The text of an error, cut short; an error may fail to describe itself."""
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except BaseException:
        text = "(its message cannot be read)"
    return _cut(text or type(error).__name__)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
