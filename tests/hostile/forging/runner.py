"""Tries: to replace the function that runs a case by one that says it passed.
Must: what it patches is not where verdicts are made: the half earns what it earns.
Control: one process
"""

import importlib


def _patched(cases):
    cases.run_case = lambda case, environment: cases.CaseRun("passed")


for name in ("check.testing.cases", "autograder.check.testing.cases"):
    try:
        _patched(importlib.import_module(name))
    except ImportError:
        continue
