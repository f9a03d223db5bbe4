"""Hypothesis as the house runs it: the same examples each time, nothing written, nothing timed."""

from hypothesis import settings

settings.register_profile("house", database=None, deadline=None, derandomize=True)
settings.load_profile("house")
