"""Tries: to list the home folder that the interpreter's prefix betrays, where keys and notes lie.
Must: there is nothing in it but the way to what may be read, and the submission earns what its half earns.
Control: no wall
"""

import os
import sys


def attack():
    here = sys.base_prefix
    while os.path.dirname(here) != "/":
        here = os.path.dirname(here)
    known = (sys.base_prefix, sys.prefix, *sys.path)
    found = [os.path.join(here, name) for name in os.listdir(here)]
    found = [path for path in found if not any(place.startswith(path) for place in known)]
    if not found:
        raise FileNotFoundError(f"{here} holds nothing but the way to what may be read")
    return found
