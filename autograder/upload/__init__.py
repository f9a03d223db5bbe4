"""What one student uploaded, as a submission: which files count, and what the others are."""
