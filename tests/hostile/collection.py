"""The collection of hostile submissions: what is in it, and how one is put together.

Every file in a family's folder is one attack. Its docstring says what it tries, what must happen
instead and how the control makes it succeed:

    Tries: what a student would want from it.
    Must: what has to happen.
    Control: where the same file visibly succeeds: `no wall`, `one process` or `own`.

Most files define `attack()`, which returns its loot or raises; `half.py` stands before it and
`_TRIGGER` behind it, so that it runs in the middle of a call of an ordinary, half right submission.
A file without `attack()` does its work by itself.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from autograder.submission import Submission

HERE = Path(__file__).parent
FAMILIES = ("reading", "reaching", "staying", "exhausting", "forging", "parser", "leaking")
CONTROLS = ("no wall", "one process", "naive reader", "seen by instructors", "own")
LOOT, FOILED = "LOOT:", "FOILED:"
FAILED_BY_KERNEL = ("OSError [Errno 38]",)
"""What a control prints where the kernel itself lacks what is attacked."""

HALF = (HERE / "half.py").read_text(encoding="utf-8")
_TRIGGER = f"""

_tried = False


def _attacked(function):
    def call(*args, **kwargs):
        global _tried
        if not _tried:
            _tried = True
            try:
                print("{LOOT}", attack())
            except BaseException as error:
                print("{FOILED}", type(error).__name__, error)
        return function(*args, **kwargs)

    return call


encode = _attacked(encode)
"""


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Attributes:
        name: family and file, such as "reading/hidden_test_on_disk".
        control: where it visibly succeeds, one of `CONTROLS`.
        source: the whole file as a student would hand it in.
        has_trigger: whether it says itself how it went: `LOOT` or `FOILED`.
    """

    name: str
    tries: str
    must: str
    control: str
    source: bytes
    has_trigger: bool

    @property
    def family(self) -> str:
        return self.name.partition("/")[0]

    def submission(self) -> Submission:
        return Submission(student=self.name.replace("/", "-"), code=self.source)


def read_attack(path: Path) -> Attack:
    """Put one attack together; a docstring that does not say all three things is an error."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    said = dict(re.findall(r"^(Tries|Must|Control): (.+?)(?=^\w+: |\Z)", ast.get_docstring(tree) or "", re.M | re.S))
    control = " ".join(said["Control"].split()).rstrip(".")
    if control not in CONTROLS:
        raise ValueError(f"{path}: there is no control {control!r}")
    has_trigger = any(isinstance(node, ast.FunctionDef) and node.name == "attack" for node in tree.body)
    return Attack(
        name=f"{path.parent.name}/{path.stem}",
        tries=" ".join(said["Tries"].split()),
        must=" ".join(said["Must"].split()),
        control=control,
        has_trigger=has_trigger,
        source=(HALF + "\n\n" + text + (_TRIGGER if has_trigger else "")).encode(),
    )


ATTACKS = tuple(read_attack(path) for family in FAMILIES for path in sorted((HERE / family).glob("*.py")))
KIND = attrgetter("family", "control")
"""What the first attack of its kind stands for in the quick run."""

BASELINE = Submission(student="half", code=HALF.encode())


def those(control: str) -> list[Attack]:
    """The attacks with this kind of control."""
    return [attack for attack in ATTACKS if attack.control == control]
