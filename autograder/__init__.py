"""The machine: takes submissions in, judges them behind a wall, gives grades and feedback back."""

__version__ = "0.2.0"
"""Stands here alone; CHANGELOG.md says what each version changed."""
