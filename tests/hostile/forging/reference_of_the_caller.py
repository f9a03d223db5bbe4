"""Tries: to call the reference that it finds in the frame of the hidden test that called it.
Must: no frame of a test is on its stack.
Control: one process
"""

import sys


def _stolen(name, own):
    def call(*args, **kwargs):
        frame = sys._getframe()
        while frame is not None:
            reference = frame.f_locals.get("reference") or frame.f_globals.get("reference")
            if reference is not None:
                return getattr(reference, name)(*args, **kwargs)
            frame = frame.f_back
        return own(*args, **kwargs)

    return call


for _name in ("embedding_lookup", "one_hot", "lookup_cost", "LearnedPositions"):
    globals()[_name] = _stolen(_name, globals()[_name])
