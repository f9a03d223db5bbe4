"""Tries: to replace Otter's own function that calls a test.
Must: what it patches is not where verdicts are made: the half earns what it earns.
Control: one process
"""

try:
    from otter.test_files import test_case
except ImportError:
    test_case = None

if test_case is not None:
    for kind in (test_case, *test_case.__subclasses__()):
        kind.call_func = lambda self, environment: None
