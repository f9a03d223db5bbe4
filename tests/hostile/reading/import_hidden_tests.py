"""Tries: to import a hidden test file as a module of the grader's own package.
Must: no such module is found.
Control: no wall
"""

import sys


def attack():
    import autograder.check.testing.comparison
    import autograder.check.testing.operation_counts

    sys.modules["check"] = autograder.check
    sys.modules["check.testing.comparison"] = autograder.check.testing.comparison
    sys.modules["check.testing.operation_counts"] = autograder.check.testing.operation_counts
    import assignment.hidden_tests.lookup as hidden

    return hidden.name
