"""The journal of all grading: one committed row per finished submission, and the marks given by hand.

Rows are only ever added (but for the drafts of a dry run). The latest row of a student counts; earlier
ones can be shown. What differs from run to run (times, the path of the submissions) is kept here and in
no report.
"""

from .book import Gradebook, open_gradebook
from .lock import alone_in
from .rows import (
    Draft,
    Entry,
    ItemMark,
    Mark,
    Marks,
    SheetRow,
    result_from_json,
    result_to_json,
)
from .schema import FILE_NAME

__all__ = [
    "FILE_NAME",
    "Draft",
    "Entry",
    "Gradebook",
    "ItemMark",
    "Mark",
    "Marks",
    "SheetRow",
    "alone_in",
    "open_gradebook",
    "result_from_json",
    "result_to_json",
]
