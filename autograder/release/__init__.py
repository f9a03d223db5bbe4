"""Derives what leaves the house, `student_template/` for one, from the places where it is written."""

from .template import derived, release, settings, stubs

__all__ = ["derived", "release", "settings", "stubs"]
