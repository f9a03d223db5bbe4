"""Tries: to print the source of every function in memory that looks like a hidden case.
Must: no such function is in the student's process.
Control: one process
"""

import gc
import types


def attack():
    found = [
        thing.__code__.co_consts
        for thing in gc.get_objects()
        if isinstance(thing, types.FunctionType) and "reference" in thing.__code__.co_varnames
    ]
    if not found:
        raise LookupError("no case in memory")
    return found[:3]
