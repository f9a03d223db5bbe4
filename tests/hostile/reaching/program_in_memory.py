"""Tries: to write a program into memory that has no file, to run it from there.
Must: the system call is refused.
Control: no wall
"""

import os


def attack():
    descriptor = os.memfd_create("program")
    os.write(descriptor, b"#!/bin/sh\n")
    return descriptor
