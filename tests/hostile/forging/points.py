"""Tries: to raise what each case is worth, by finding the cases in memory.
Must: there are no cases in its memory.
Control: one process
"""

import gc


def attack():
    raised = 0
    for thing in gc.get_objects():
        if type(thing).__name__ == "Case" and hasattr(thing, "share"):
            object.__setattr__(thing, "share", 1000.0)
            raised += 1
    if not raised:
        raise LookupError("no case in memory")
    return raised
