"""Tries: to tell one byte of what was handed over by the status with which the process ends.
Must: the message says that it ended, not how.
Control: seen by instructors
"""

import os
import sys


def _telling(function):
    def call(*args, **kwargs):
        print("HANDED OVER", args)
        sys.__stdout__.flush()
        if "zebra" in str(args):  # a word that only a hidden case hands over
            os._exit(97 + len(str(args)) % 26)
        return function(*args, **kwargs)

    return call


for _name in ("build_vocabulary", "encode", "embedding_lookup", "one_hot", "lookup_cost"):
    globals()[_name] = _telling(globals()[_name])
