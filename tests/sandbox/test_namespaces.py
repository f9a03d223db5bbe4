"""A zygote that is forked takes namespaces of its own, or does without."""

from __future__ import annotations

import errno
import os

from autograder.sandbox import namespaces


def test_where_one_step_is_refused_it_says_so_and_nothing_has_changed(monkeypatch):
    def refuse(libc, *numbers):
        raise OSError(errno.EPERM, "capset")

    monkeypatch.setattr(namespaces, "keep_capabilities", refuse)
    before = {name: os.readlink(f"/proc/self/ns/{name}") for name in os.listdir("/proc/self/ns")}
    assert namespaces.enter() is False
    assert {name: os.readlink(f"/proc/self/ns/{name}") for name in os.listdir("/proc/self/ns")} == before
