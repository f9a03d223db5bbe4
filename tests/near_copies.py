"""Makes near copies of a program and of an answer, as who copies changes them, and works that nobody copied."""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Sequence

from autograder.assignment import ROOT
from autograder.feedback.source_tokens import names_in

STARTER = (ROOT / "student_template" / "embeddings.py").read_bytes()
REFERENCE = (ROOT / "solutions" / "embeddings.py").read_text("utf-8")

IDLE = ("pass", "assert True", "_unused = 0", "print('here')", "scratch = []", "count = 1 + 2", "if False:\n    pass")
"""Statements that change nothing."""

QUESTIONS = tuple(sorted(folder.name for folder in (ROOT / "solutions" / "right_variants").iterdir()))


def near_copy(seed: int, text: str = REFERENCE, inserted: float = 0.5) -> str:
    """A program with statements inserted, names changed and functions in another order.

    Args:
        inserted: before which share of the statements another one stands.
    """
    draw = random.Random(seed)
    tree = ast.parse(text)
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    kept = names_in(STARTER) | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    renamed = {name: f"{name}_{draw.randrange(100)}" for name in sorted(stored - kept)}
    own = {target.attr for node in ast.walk(tree) if isinstance(node, ast.Assign) for target in _on_self(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            node.id = renamed.get(node.id, node.id)
        if isinstance(node, ast.Attribute) and node.attr in own:
            node.attr = f"my_{node.attr}"
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            idle = [ast.parse(draw.choice(IDLE)).body if draw.random() < inserted else [] for _ in node.body]
            node.body = [one for extra, own in zip(idle, node.body, strict=True) for one in (*extra, own)]
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    head = [node for node in tree.body if node not in functions]
    tree.body = [*head, *draw.sample(functions, len(functions))]
    return ast.unparse(ast.fix_missing_locations(tree))


def _on_self(node: ast.Assign) -> list[ast.Attribute]:
    """The attributes of `self` that a statement sets."""
    targets = [target for target in node.targets if isinstance(target, ast.Attribute)]
    return [target for target in targets if isinstance(target.value, ast.Name) and target.value.id == "self"]


def right_program(number: int) -> str:
    """A whole program made of right variants: no two of seven share one."""
    variants = [sorted((ROOT / "solutions" / "right_variants" / question).glob("*.py")) for question in QUESTIONS]
    return "\n\n".join(found[number % len(found)].read_text("utf-8") for found in variants)


def invented_program(seed: int, functions: int = 12) -> str:
    """A file such as nobody else writes."""
    draw = random.Random(seed)
    text = ""
    for number in range(functions):
        text += f"def task_{number}(table, ids):\n"
        for _ in range(6):
            call = draw.choice(["table.sum", "ids.view", "torch.arange", "table.expand", "ids.flip"])
            text += f"    value = {call}({draw.randrange(99)}, {draw.randrange(99)}) * {draw.randrange(99)}\n"
        text += "    return value\n\n\n"
    return text


def near_text(seed: int, text: str, changed: float = 0.1) -> str:
    """An answer with sentences in another order, one inserted, and some words changed."""
    draw = random.Random(seed)
    sentences = re.split(r"(?<=[.!?])\s+", text)
    sentences = draw.sample(sentences, len(sentences))
    sentences.insert(draw.randrange(len(sentences)), invented_text(seed, 12))
    words = " ".join(sentences).split()
    return " ".join(f"other{draw.randrange(90)}" if draw.random() < changed else word for word in words)


def invented_text(seed: int, words: int = 200, vocabulary: Sequence[str] = ()) -> str:
    """An answer such as nobody else writes, though in the words that all use."""
    draw = random.Random(seed)
    common = vocabulary or [f"word{number}" for number in range(150)]
    return " ".join(draw.choice(common) for _ in range(words)) + "."
