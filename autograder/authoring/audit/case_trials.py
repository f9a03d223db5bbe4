"""Runs cases on code of our own in this very process: quick, without the wall, for trusted code alone.

Nothing here depends on the machine's speed. Code that would run for ever is stopped by counting
what it does.
"""

from __future__ import annotations

import ast
import random
import sys
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from ...check.testing.cases import Case, run_case
from ...check.testing.comparison import judged_by
from ...grading.memorized_answers import Agreement
from ...sandbox.mirror import SEED

MOST_TURNS = 400_000
"""Turns of loops in one case; those of right variants in plain Python take half as many."""

MOST_NUMBERS = 20_000_000
"""Numbers in the tensors that one case makes; the reference's cases make below two million."""

TURN = "__turn__"


class BudgetExceeded(BaseException):
    """A case did more than it may; no `except Exception` swallows it."""


def namespace(*sources: str) -> dict[str, Any]:
    """What a student's file defines; later sources overrule earlier ones. Turns of its loops are counted.

    The module is registered as `embeddings` until the next one takes its place.
    """
    module = types.ModuleType("embeddings")
    sys.modules["embeddings"] = module
    module.__dict__[TURN] = _turn
    for source in sources:
        tree = ast.parse(source)
        _CountTurns().visit(tree)
        code = compile(ast.fix_missing_locations(tree), "embeddings.py", "exec", dont_inherit=True)
        exec(code, module.__dict__)
    return module.__dict__


def not_passed(cases: Sequence[Case], environment: Mapping[str, Any]) -> dict[Case, str]:
    """The cases that do not pass, with what they say."""
    said = {}
    for case in cases:
        torch.default_generator.manual_seed(SEED)
        np.random.seed(SEED)
        random.seed(SEED)
        try:
            with _Counter():
                attempt = run_case(case, environment)
        except BudgetExceeded as reason:
            said[case] = str(reason)
            continue
        if attempt.outcome != "passed":
            said[case] = attempt.message
    return said


def agrees(case: Case, environment: Mapping[str, Any]) -> bool:
    """Whether a value that a case compares is right."""
    agreement = Agreement()
    with judged_by(agreement):
        not_passed([case], environment)
    return agreement.is_some


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings, which wrong code provokes; one thread, since more only wait for each other here."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        torch.set_num_threads(threads)


class _Counter(TorchFunctionMode):
    """Counts, while a case runs, the turns of loops and the numbers in what torch's functions give."""

    running: ClassVar[_Counter | None] = None

    def __init__(self) -> None:
        super().__init__()
        self.turns = self.numbers = 0

    def __enter__(self) -> _Counter:
        _Counter.running = self
        return super().__enter__()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        _Counter.running = None

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor):
            self.numbers += result.numel()
            if self.numbers > MOST_NUMBERS:
                raise BudgetExceeded(f"tensors held more than {MOST_NUMBERS:,} numbers")
        return result

    def turn(self) -> None:
        self.turns += 1
        if self.turns > MOST_TURNS:
            raise BudgetExceeded(f"loops took more than {MOST_TURNS:,} turns")


def _turn(value: Any = True) -> Any:
    """Count one turn of a loop; give back the value, a condition of the loop's."""
    if _Counter.running:
        _Counter.running.turn()
    return value


class _CountTurns(ast.NodeTransformer):
    """Puts a call of `_turn` into every loop and comprehension."""

    def visit(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        turn = ast.Name(TURN, ast.Load())
        if isinstance(node, ast.While):
            node.test = ast.Call(turn, [node.test], [])
        elif isinstance(node, ast.comprehension):
            node.ifs.insert(0, ast.Call(turn, [], []))
        elif isinstance(node, ast.For):  # on the line of a statement, since cases count lines
            node.body.insert(0, ast.copy_location(ast.Expr(ast.Call(turn, [], [])), node.body[0]))
        return node
