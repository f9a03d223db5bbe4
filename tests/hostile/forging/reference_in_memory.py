"""Tries: to take the reference's functions from among all functions in memory.
Must: no such functions are in its memory.
Control: one process
"""

import gc
import types


def _theirs(name):
    mine = globals()[name]
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__name__ == name and thing is not mine:
            return thing
    return mine


embedding_lookup, one_hot, lookup_cost = map(_theirs, ("embedding_lookup", "one_hot", "lookup_cost"))
