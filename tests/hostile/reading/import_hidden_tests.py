"""Tries: to import a hidden test file as a module of the grader's own package.
Must: no such module is found.
Control: no wall
"""

import sys


def attack():
    import autograder.check.compare
    import autograder.check.operations

    sys.modules["check"] = autograder.check
    sys.modules["check.compare"] = autograder.check.compare
    sys.modules["check.operations"] = autograder.check.operations
    import autograder.hidden_tests.lookup as hidden

    return hidden.name
