"""Keeps two processes' tensors, modules and lists in step, so that a call looks local.

The grader and a student's process each hold one `Mirror`. A value that crosses for the first time
gets a number: positive when the grader's side met it first, negative when the student's did. With
every message each side sends what is new or has changed since the last one: bytes of storages, the
shape and stride of the tensors that view them, parameters of modules, contents of lists and dicts,
gradients and the state of generators. Two tensors that share memory on one side therefore share it
on the other, and a change in place is seen by both.

Everything that comes in is checked before it is used: the other side may be hostile.

There is one file for each kind of object. Its class tells what has changed and hears what the
other side tells. They all stand on `registry`, the table of numbers, and only on the files above them:
checks, message and registry, buffers, tensors, sizes and values, then containers, keyed_vectors, modules and
randomness, then mirror.
"""

from .checks import DTYPES, MAX_MEMORY, MAX_OBJECTS, MAX_TEXT
from .message import Message
from .mirror import Mirror
from .modules import PLAIN_MODULES, ModuleState
from .randomness import SEED
from .values import Opaque

__all__ = [
    "DTYPES",
    "MAX_MEMORY",
    "MAX_OBJECTS",
    "MAX_TEXT",
    "PLAIN_MODULES",
    "SEED",
    "Message",
    "Mirror",
    "ModuleState",
    "Opaque",
]
