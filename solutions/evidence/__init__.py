"""What each hint claims of a student's functions: which probes show it, and what they must give."""
