"""How far numbers may differ and still count as the same; tests may allow more where a formula needs it."""

ABSOLUTE = 1e-5
RELATIVE = 1e-5
"""Of two numbers that a case compares: the sum of both, or the rounding of the dtype, if that is more."""

EXPLAINED = 1e-4
"""Relative, of a wrong tensor that a sentence explains as a whole: "twice the expected numbers"."""

UNIT = 0.01
CELL = 0.02
"""Of the signatures by which known mistakes are told: cells are 0.0002 wide around zero, and two hundredths of
the number itself beyond `UNIT`."""
