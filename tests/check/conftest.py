"""What tests load leaves nothing behind for others."""

from __future__ import annotations

import linecache
import sys

import pytest

from autograder.check.loading.source import MODULE


@pytest.fixture(autouse=True)
def _no_module_left_behind():
    yield
    sys.modules.pop(MODULE, None)
    linecache.cache.pop("embeddings.py", None)
