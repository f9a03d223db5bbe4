"""Tries: to warn of what was handed over.
Must: of hidden cases only title and outcome reach the student.
Control: seen by instructors
"""

import warnings

warnings.simplefilter("always")


def _telling(function):
    def call(*args, **kwargs):
        warnings.warn(f"HANDED OVER {args} {kwargs}", stacklevel=1)
        return function(*args, **kwargs)

    return call


for _name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "lookup_cost"):
    globals()[_name] = _telling(globals()[_name])
