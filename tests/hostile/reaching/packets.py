"""Tries: to ask the kernel about the machine's networks over netlink.
Must: the system call is refused.
Control: no wall
"""

import socket


def attack():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        return kernel.getsockname()
