"""What a class uploaded: every student and their files."""
