"""The platforms that courses use: what their downloads look like, how their own files are filled."""
