"""Tries: to remember what hidden cases hand over and raise it in every later call, public ones among
  them.
Must: all public cases come before the first hidden one.
Control: seen by instructors
"""

_memory = []


def _telling(function):
    def call(*args, **kwargs):
        _memory.append(f"{args} {kwargs}")
        raise ValueError("HANDED OVER " + " | ".join(_memory[-5:]))

    return call


for _name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "lookup_cost"):
    globals()[_name] = _telling(globals()[_name])
