"""Tries: to start a hundred threads that sleep.
Must: no more than the limit can be started.
Control: no wall
"""

import threading


def attack():
    done = threading.Event()
    threads = []
    try:
        for _ in range(100):
            threads.append(threading.Thread(target=done.wait))
            threads[-1].start()
    finally:
        done.set()
    return len(threads)
