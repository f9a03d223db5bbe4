"""Tries: to meet other processes at an abstract unix socket, which needs no file.
Must: the system call is refused.
Control: no wall
"""

import os
import socket


def attack():
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"\0hostile-{os.getpid()}")
        return server.getsockname()
