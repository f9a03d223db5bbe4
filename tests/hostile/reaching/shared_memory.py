"""Tries: to leave a note for other submissions in POSIX shared memory.
Must: the system call is refused.
Control: no wall
"""

from multiprocessing import resource_tracker, shared_memory


def attack():
    resource_tracker.register = lambda *_: None  # which would start a process
    resource_tracker.unregister = lambda *_: None
    block = shared_memory.SharedMemory(create=True, size=64)
    block.buf[:4] = b"note"
    block.close()
    block.unlink()
    return block.name
