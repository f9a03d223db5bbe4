"""Tries: to overflow the stack of C code by iterators nested a million deep.
Must: only its own process crashes, and the message names the function.
Control: one process
"""


def attack():
    nested = iter(())
    for _ in range(1_000_000):
        nested = filter(None, nested)
    return next(nested, "nothing")
