"""Shuts a student's process in: what it may read, which system calls it may make, who it is.

Prepared once in the zygote and put on in every child, each layer by itself:

- a root folder of its own, which holds copies of what it may read and nothing else: wherever the zygote
  may change it, as root, behind bubblewrap and in namespaces of its own.
- Landlock: it reads that, nothing else, and writes, executes, connects and signals nowhere.
- seccomp: a list of allowed system calls; whatever is not on it fails with EPERM.
- as root: a user of its own per process.

No capability is left to it. What it can read has been read before it begins (`resident`), and no call is
allowed that tells or changes what of a file is in memory.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import resource
import signal
from dataclasses import dataclass, field
from pathlib import Path

from landlockpy import AccessFS, Ruleset, Scope, abi_version
from seccompy import CmpOp, Filter, supported

from .limits import limit_tasks
from .namespaces import PR_SET_PDEATHSIG, keep_capabilities

FIRST_USER = 55_000
"""As root, the n-th process at a time runs as user FIRST_USER + n, so none can touch another's."""

_PR_SET_DUMPABLE, _PR_SET_NAME = 4, 15
_CLONE_THREAD = 0x00010000
_FIONBIO = 0x5421
_FUTEX_PRIVATE = 128
_CLOCKS = 15
"""The largest number of a clock that is nobody's own; a process's number is part of the others."""

_ALLOWED = """
    read write readv writev pread64 lseek close fstat newfstatat stat lstat statx
    access faccessat faccessat2 readlink readlinkat getdents64 getcwd dup
    recvfrom sendto poll ppoll select pselect6
    mmap munmap mprotect mremap brk
    sched_yield sched_getaffinity getcpu set_robust_list rseq membarrier
    nanosleep gettimeofday time times
    getpid gettid getppid getuid geteuid getgid getegid getrusage getrlimit sysinfo uname getrandom
    rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack restart_syscall arch_prctl
    exit exit_group
""".split()  # noqa: SIM905
"""Calls that torch, autograd, optimizers, gensim and Python's threads make, and that reach nobody."""

_FCNTL = (fcntl.F_DUPFD, fcntl.F_DUPFD_CLOEXEC, fcntl.F_GETFD, fcntl.F_SETFD, fcntl.F_GETFL, fcntl.F_SETFL)
"""Not F_SETOWN, by which the kernel would signal another process, and no locks, which others could see."""

_ADVICE = (mmap.MADV_DONTNEED, mmap.MADV_FREE, mmap.MADV_HUGEPAGE, mmap.MADV_NOHUGEPAGE)
"""What allocators say of their own memory. Other advice fetches files' pages, or drops them for everybody."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_TMPFILE & ~os.O_DIRECTORY


class WallError(Exception):
    """A layer cannot be put up: no student code may run."""


@dataclass(frozen=True)
class WallPlan:
    """What the grader asks of the zygote.

    Attributes:
        roots: files and folders that students' processes may read.
        image: the folder that becomes the root folder of students' processes; it holds copies of `roots`.
            Empty where the zygote may not do that.
        confined: False only when the instructor said so by an explicit flag.
        resident: whether all of `roots` is held in memory, so that no two submissions differ in what they find there.
    """

    roots: tuple[str, ...]
    image: str = ""
    confined: bool = True
    resident: bool = True


@dataclass
class Wall:
    """The layers, ready to be put on by a forked child."""

    plan: WallPlan
    _ruleset: Ruleset | None = field(default=None, init=False)
    _filter: Filter | None = field(default=None, init=False)

    def prepare(self) -> None:
        """Build what all children share.

        Raises:
            WallError: if the kernel lacks a layer.
        """
        if not self.plan.confined:
            return
        if abi_version() < 1:
            raise WallError(
                "the kernel offers no Landlock, without which student code could read the hidden tests "
                "(it needs Linux 5.13 or newer, and landlock among /sys/kernel/security/lsm)"
            )
        if not supported():  # asked here, where looking for the C library may still run programs
            raise WallError("the kernel does not offer seccomp filters")
        self._ruleset = Ruleset(scoped=Scope.ABSTRACT_UNIX_SOCKET | Scope.SIGNAL)
        for root in self.readable:
            self._ruleset.allow_path(root, AccessFS.READ_FILE)
        image = Path(self.plan.image) if self.plan.image else None
        # Not the image itself: where a process begins, there is nothing that it could list.
        for folder in image.iterdir() if image else map(Path, self.plan.roots):
            if folder.is_dir():
                self._ruleset.allow_path(str(folder), AccessFS.READ_DIR)
        self._filter = _system_calls()
        assert self._filter.program  # compiled here, once

    @property
    def readable(self) -> tuple[str, ...]:
        """The files and folders, as the zygote calls them, that students' processes can read."""
        return (self.plan.image,) if self.plan.image else self.plan.roots

    def descriptors(self) -> list[int]:
        """What must stay open until `shut` has closed it."""
        return [self._ruleset.fileno()] if self._ruleset is not None else []

    def shut(self, slot: int) -> None:
        """Confine this process for good.

        Args:
            slot: a number that no other running student process has.

        Raises:
            OSError, WallError: if a layer fails; the process must not go on.
        """
        if self._ruleset is None or self._filter is None:
            return
        libc = ctypes.CDLL(None, use_errno=True)
        if self.plan.image:
            _enter(self.plan.image)
        if os.getuid() == 0:
            _become(FIRST_USER + slot)
        keep_capabilities(libc)  # none: a container may grant some to any user, and the zygote has some
        limit_tasks()
        _prctl(libc, _PR_SET_DUMPABLE, 0)
        _prctl(libc, PR_SET_PDEATHSIG, signal.SIGKILL)
        self._ruleset.restrict()
        self._ruleset.close()
        self._filter.load()


def _system_calls() -> Filter:
    """The list of what a student's process may ask of the kernel."""
    calls = Filter(default=0x00050000 | errno.EPERM)
    known = 0
    for name in _ALLOWED:
        try:
            calls.allow(name)
            known += 1
        except ValueError:  # a call that this architecture does not have
            continue
    if known < len(_ALLOWED) // 2:
        raise WallError("the system calls of this machine's architecture are not known")
    calls.allow("clone", args=[(0, CmpOp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)])
    calls.errno("clone3", errno.ENOSYS)  # so that the C library falls back to clone
    for name, flags_at in (("openat", 2), ("open", 1)):
        try:
            calls.allow(name, args=[(flags_at, CmpOp.MASKED_EQ, 0, _WRITING)])
            calls.errno(name, errno.EROFS)
        except ValueError:
            continue
    for command in _FCNTL:
        calls.allow("fcntl", args=[(1, CmpOp.EQ, command)])
    # One that is not private can lie in a file that all can read, and wake whoever waits there in another process.
    calls.allow("futex", args=[(1, CmpOp.MASKED_EQ, _FUTEX_PRIVATE, _FUTEX_PRIVATE)])
    calls.errno("futex", errno.EAGAIN)  # and whoever waits for a thread's end asks again
    for clock in ("clock_gettime", "clock_getres", "clock_nanosleep"):
        calls.allow(clock, args=[(0, CmpOp.MASKED_EQ, 0, 2**32 - 1 - _CLOCKS)])
    for advice in _ADVICE:
        calls.allow("madvise", args=[(2, CmpOp.EQ, advice)])
    calls.allow("ioctl", args=[(1, CmpOp.EQ, _FIONBIO)])
    calls.allow("prctl", args=[(0, CmpOp.EQ, _PR_SET_NAME)])
    calls.allow("prlimit64", args=[(0, CmpOp.EQ, 0), (2, CmpOp.EQ, 0)])  # reading any limit of its own
    calls.allow("prlimit64", args=[(0, CmpOp.EQ, 0), (1, CmpOp.EQ, resource.RLIMIT_CPU)])
    return calls


def _enter(image: str) -> None:
    """Make a folder the root folder; nothing else can be named from then on."""
    try:
        os.chroot(image)
    except PermissionError:
        raise WallError(
            "root itself may not change its root folder here, without which student code could see "
            "sizes, times and links of files (start the container with --cap-add SYS_CHROOT, or grade as an "
            "ordinary user)"
        ) from None
    os.chdir("/")


def _become(user: int) -> None:
    """Give up root for a user of our own, and with it, for good, what root may do."""
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)


def _prctl(libc: ctypes.CDLL, option: int, value: int) -> None:
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option})")
