"""Tries: to replace the helpers by which plain values are compared.
Must: what it patches is not where verdicts are made: the half earns what it earns.
Control: one process
"""

try:
    import check.testing.comparison as compare
except ImportError:  # in the grader's worker it has its longer name
    import autograder.check.testing.comparison as compare

compare._equals = lambda got, expected: True
compare.require.__code__ = (lambda condition, message: None).__code__
