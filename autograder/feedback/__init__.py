"""What one student reads of a result."""
