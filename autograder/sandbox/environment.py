"""How students' processes, and whatever process they are forked from, are started."""

from __future__ import annotations

import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent

ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",  # else each thread takes 64 MB of address space, and one that gets none hangs
    "MALLOC_MMAP_THRESHOLD_": str(2**20),  # set at all, it keeps freed memory from piling up
    "PYTHONHASHSEED": "0",  # an order of sets that is the same in every run; `python -I` would ignore it
    "PYTHONDONTWRITEBYTECODE": "1",
    "MPLBACKEND": "agg",  # nobody sees a window
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
}


def program_of_this_package(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of this very package, whichever copy of it the interpreter would find."""
    start = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); import {PACKAGE.name}; del sys.path[0]; "
        f"import runpy; runpy.run_module('{PACKAGE.name}.{module}', run_name='__main__', alter_sys=True)"
    )
    return [sys.executable, "-P", "-s", "-c", start, *arguments]
