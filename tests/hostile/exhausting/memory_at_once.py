"""Tries: to take 700 MB at once, so that the machine swaps.
Must: memory runs out in the call, and the process goes on serving.
Control: no wall
"""


def attack():
    return len(bytearray(700 * 2**20))
