"""Turns what students uploaded into submissions: finds the files that count, extracts nothing."""

from .uploads import collect

__all__ = ["collect"]
