"""Which known mistakes a function makes."""
