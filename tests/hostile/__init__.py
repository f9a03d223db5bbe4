"""Submissions that attack the grader. `collection.py` says how each is put together and tried."""
