"""Tries: to send a datagram, as a name server is asked, with the loot in the name.
Must: the system call is refused.
Control: no wall
"""

import socket


def attack():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        return sender.sendto(b"loot", ("127.0.0.1", 9))
