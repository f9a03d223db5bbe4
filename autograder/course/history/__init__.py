"""What changed from one result to the next, and for whom."""
