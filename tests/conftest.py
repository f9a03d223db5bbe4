"""The order of the tests: two processes work through the files, and none is to wait for the other's last."""

from __future__ import annotations

from pathlib import Path

import otter.test_files  # noqa: F401  # all of it, before the self-check imports a part of it alone
import pytest

HERE = Path(__file__).parent

LONG = (
    "otter/test_run.py",
    "end_to_end/test_example_batch.py",
    "hostile/test_attacks.py",
    "batch/test_cluster.py",
    "hostile/test_leaks.py",
    "test_audit.py",
    "test_handed_out_folder.py",
    "test_killed.py",
    "hostile/test_batch.py",
    "hostile/test_limits.py",
    "misconceptions/test_diagnosis.py",
    "check/test_watch.py",
    "otter/test_kernel.py",
)
"""The files that take a minute or more: they come first, the longest at the head."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    place = {HERE / name: number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path, len(LONG)))
