"""Cases that only grading runs. Student code must never read this folder."""
