"""The journal of all grading: one committed row per finished submission, and the marks given by hand.

Results, origins and marks are only ever added. The latest result of a student counts, unless the student
is forgotten; earlier ones can be shown. Written over is only what helps to work: drafts of a dry run, and
what marking sheets showed. What differs from run to run (times, the path of the submissions) is kept here
and in no report.
"""

from .book import Gradebook, open_gradebook
from .lock import alone_in
from .rows import (
    Draft,
    Entry,
    Given,
    ItemMark,
    Mark,
    Marks,
    SheetRow,
    Standing,
    result_from_json,
    result_to_json,
)
from .schema import FILE_NAME

__all__ = [
    "FILE_NAME",
    "Draft",
    "Entry",
    "Given",
    "Gradebook",
    "ItemMark",
    "Mark",
    "Marks",
    "SheetRow",
    "Standing",
    "alone_in",
    "open_gradebook",
    "result_from_json",
    "result_to_json",
]
