"""Tries: to find the reference among all objects that Python's garbage collector knows.
Must: there is no such object in the student's process.
Control: one process
"""

import gc
import types


def attack():
    for thing in gc.get_objects():
        if isinstance(thing, types.ModuleType) and thing.__name__ == "solutions.embeddings":
            for name in ("embedding_lookup", "one_hot", "lookup_cost", "LearnedPositions"):
                globals()[name] = getattr(thing, name)
            return thing.embedding_lookup.__code__
    raise LookupError("no reference in memory")
