"""Derives what leaves the house, student_template/ and the archives in dist/, from where it is written."""

from .archives import archives
from .template import derived, release, settings, stubs

__all__ = ["archives", "derived", "release", "settings", "stubs"]
