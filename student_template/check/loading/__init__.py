"""A student's files: which one counts, how it is read, and what it finds while it runs."""
