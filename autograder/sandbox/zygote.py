"""The process that has torch loaded and forks one child for each student's file.

It holds no secret and runs no student code itself. The grader sends it datagrams over one socket:
`{"spawn": key}` with two descriptors, the child's connection and a pipe on which the zygote will
write how the child ended, and `{"kill": key}`. When the socket closes, everything is killed.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys

from .limits import WorkerLimits
from .worker import preload, serve


class Zygote:
    """Forks, reaps and kills.

    Attributes:
        children: the running children's keys by process id, and the pipes to report their ends on.
    """

    def __init__(self, control: socket.socket, limits: WorkerLimits) -> None:
        self.control = control
        self.limits = limits
        self.children: dict[int, tuple[str, int]] = {}

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
        if "spawn" in request:
            self.spawn(request["spawn"], *descriptors)
        else:
            self.kill(request["kill"])
        return True

    def spawn(self, key: str, connection: int, status: int) -> None:
        process = os.fork()
        if process == 0:
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                serve(socket.socket(fileno=connection), self.limits)
            finally:
                os._exit(0)
        os.close(connection)
        self.children[process] = (key, status)

    def kill(self, key: str) -> None:
        for process, (other, _) in self.children.items():
            if other == key:
                os.kill(process, signal.SIGKILL)

    def reap(self) -> None:
        """Report every child that has ended."""
        while self.children:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            _, pipe = self.children.pop(process)
            with contextlib.suppress(OSError):  # the grader may not want to know any more
                os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(pipe)


def main() -> None:
    """`python -m autograder.sandbox.zygote FD LIMITS`: LIMITS are WorkerLimits in JSON."""
    control = socket.socket(fileno=int(sys.argv[1]))
    limits = WorkerLimits(**json.loads(sys.argv[2]))
    preload()
    gc.disable()
    gc.collect()
    gc.freeze()
    control.send(b"ready")
    Zygote(control, limits).run()


if __name__ == "__main__":
    main()
