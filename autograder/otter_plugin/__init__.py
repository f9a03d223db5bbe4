"""Grading inside Otter and on Gradescope: the plugin, its kernel, the archive."""
