"""Marking by hand: writes the sheets that markers fill in, and takes them back.

A mark stands for one text of an answer. Whoever gave the same text, but for letter case and white
space, gets the same mark; a text that changes later needs a new one.
"""

from .given import mark_of, with_marks
from .groups import groups
from .reading import read_sheets, summary
from .sheet import write_sheets

__all__ = ["groups", "mark_of", "read_sheets", "summary", "with_marks", "write_sheets"]
