"""Otter's test files and cases, without the rest of Otter.

All of Otter takes two seconds and 90 MB to import, pandas with it: too much for every start of the grader and of
the self-check, which need these two classes. Whoever imports Otter itself later finds the same ones there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec, module_from_spec


@contextmanager
def _without_the_rest() -> Iterator[None]:
    """Run none of the code of Otter's packages on the way to a module in them."""
    placeholders = []
    if "otter" not in sys.modules:
        for name in ("otter", "otter.test_files"):
            if spec := find_spec(name):
                sys.modules[name] = module_from_spec(spec)
                placeholders.append(name)
    try:
        yield
    finally:
        for name in placeholders:
            del sys.modules[name]


try:
    with _without_the_rest():
        from otter.test_files.exception_test import ExceptionTestFile
        from otter.test_files.exception_test import test_case as OtterCase
except ImportError:  # of an Otter that is laid out otherwise, all of it
    from otter.test_files import test_case as OtterCase
    from otter.test_files.exception_test import ExceptionTestFile

__all__ = ["ExceptionTestFile", "OtterCase"]
