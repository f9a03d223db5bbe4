"""Tries: to compute for four seconds of the processor on several threads.
Must: the call is ended: all threads count.
Control: no wall
"""

import hashlib
import threading


def attack():
    work = [
        threading.Thread(target=hashlib.pbkdf2_hmac, args=("sha256", b"a", b"b", 5_000_000)) for _ in range(3)
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    return "three threads' work"
