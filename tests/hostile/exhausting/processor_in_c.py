"""Tries: to compute for long inside one call of C code, which no Python handler interrupts.
Must: the call is ended, named as too slow.
Control: no wall
"""

import hashlib


def attack():
    return hashlib.pbkdf2_hmac("sha256", b"a", b"b", 15_000_000).hex()
