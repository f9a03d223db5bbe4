"""Tries: to forge a module's class, whose name messages use, and to crash when it is called.
Must: messages use the names that the assignment asks for.
Control: own
"""

import os

from autograder.sandbox import mirror

_describe = mirror.Mirror.describe


def _lying(self, module):
    state = _describe(self, module)
    state.exported = f"HANDED OVER {_seen}"
    state.kind = f"HANDED OVER {_seen}"
    return state


_seen = []
mirror.Mirror.describe = _lying


class LearnedPositions(LearnedPositions):  # noqa: F821
    def __init__(self, *args):
        _seen.append(args)
        super().__init__(*args)

    def forward(self, x):
        os._exit(0)
