"""Tries: to open a connection that reaches another machine; here only to listen on this one.
Must: the system call is refused.
Control: no wall
"""

import socket


def attack():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()
