"""The process that has torch loaded and forks one child for each student's file.

It holds no secret and runs no student code itself. The grader sends it datagrams over one socket:
`{"spawn": key, "seconds": n}` with two descriptors, the child's connection and a socket on which first the
child writes that it has begun, so that the kernel tells the grader which process it is, and then the
zygote how it ended (exit status and processor seconds, in JSON); and `{"kill": key}`. When the control
socket closes, everything is killed.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import json
import os
import random
import selectors
import signal
import socket
import sys
from dataclasses import dataclass, replace

import numpy as np
import torch

from .confinement import Wall, WallError, WallPlan
from .huge_pages import collapse
from .limits import WorkerLimits, address_space
from .resident import Keeper, loaded
from .worker import preload, serve


@dataclass(frozen=True)
class Child:
    """A running student process: the grader's name for it, where to report its end, its slot."""

    key: str
    status: int
    slot: int


class Zygote:
    """Forks, reaps and kills.

    Attributes:
        loaded: the address space that every child inherits, in bytes.
        children: the running children by process id.
    """

    def __init__(self, control: socket.socket, limits: WorkerLimits, wall: Wall) -> None:
        self.control = control
        self.limits = limits
        self.loaded = address_space()
        self.wall = wall
        self.children: dict[int, Child] = {}

    def run(self) -> None:
        """Serve until the grader closes its end."""
        wake, wake_write = os.pipe2(os.O_NONBLOCK)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the grader's to handle
        signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
        with selectors.DefaultSelector() as selector:
            selector.register(self.control, selectors.EVENT_READ)
            selector.register(wake, selectors.EVENT_READ)
            while True:
                ready = {key.fd for key, _ in selector.select()}
                if wake in ready:
                    os.read(wake, 4096)
                    self.reap()
                if self.control.fileno() in ready and not self.obey():
                    break
        for process in self.children:
            os.kill(process, signal.SIGKILL)

    def obey(self) -> bool:
        """Carry out one request; False when there will be no more."""
        data, descriptors, _, _ = socket.recv_fds(self.control, 4096, 2)
        if not data:
            return False
        request = json.loads(data)
        if "quit" in request:
            return False
        if "spawn" in request:
            self.spawn(request["spawn"], request["seconds"], *descriptors)
        else:
            self.kill(request["kill"])
        return True

    def spawn(self, key: str, seconds: int | None, connection: int, status: int) -> None:
        limits = replace(self.limits, seconds_per_submission=seconds) if seconds else self.limits
        taken = {child.slot for child in self.children.values()}
        slot = next(number for number in itertools.count() if number not in taken)
        process = os.fork()
        if process == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                os.write(status, b"begun")
                serve(socket.socket(fileno=connection), limits, self.loaded, self.wall, slot)
            finally:
                os._exit(0)
        os.close(connection)
        self.children[process] = Child(key, status, slot)

    def kill(self, key: str) -> None:
        for process, child in self.children.items():
            if child.key == key:
                os.kill(process, signal.SIGKILL)

    def reap(self) -> None:
        """Report every child that has ended."""
        while self.children:
            process, status, used = os.wait4(-1, os.WNOHANG)
            if process == 0:
                return
            child = self.children.pop(process, None)
            if child is None:  # not a student's: the keeper of what they may read
                continue
            end = [os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime]
            with contextlib.suppress(OSError):  # the grader may not want to know any more
                os.write(child.status, json.dumps(end).encode())
            os.close(child.status)


def main() -> None:
    """`python -m autograder.sandbox.zygote FD LIMITS PLAN`, the latter two in JSON."""
    control = socket.socket(fileno=int(sys.argv[1]))
    limits = WorkerLimits(**json.loads(sys.argv[2]))
    wall = Wall(WallPlan(**json.loads(sys.argv[3])))
    try:
        wall.prepare()
    except (WallError, OSError) as error:
        control.send(json.dumps({"refused": str(error)}).encode())
        return
    keeper = Keeper(wall.readable) if wall.plan.confined and wall.plan.resident else None
    preload()
    if keeper and not keeper.keep(loaded()):
        control.send(json.dumps({"refused": "what students' code may read could not be read whole"}).encode())
        return
    random.seed(0)
    np.random.seed(0)
    torch.default_generator.manual_seed(0)
    gc.disable()
    gc.collect()
    collapse()
    gc.freeze()
    control.send(b"{}")  # ready
    Zygote(control, limits, wall).run()


if __name__ == "__main__":
    main()
