"""Marking by hand: writes the sheets that markers fill in, and takes them back."""
